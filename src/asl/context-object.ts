/**
 * What expressions see around a state: the Context Object (`$$`, `$states.context`) and the variables in scope.
 *
 * Source: Step Functions developer guide, "Accessing execution data from the Context object".
 * @module
 */
import { stateOf } from './compile.js';
import type { Draft } from './draft.js';
import { readThread } from './draft.js';
import type { Thread } from './execution-state.js';
import type { Json, JsonObject } from './json.js';
import { formatTimestamp } from './timestamp.js';

/** The Context Object of a thread at its current state. */
export function contextObject(draft: Draft, thread: Thread): JsonObject {
  if (draft.fixedContext !== undefined) return draft.fixedContext;
  const { context } = draft;
  const object: JsonObject = {
    Execution: context.Execution as unknown as JsonObject,
    StateMachine: context.StateMachine as unknown as JsonObject,
    State: { Name: thread.state, EnteredTime: formatTimestamp(thread.enteredAt) },
  };
  // AWS counts retries only where there can be any.
  if (retriable(draft, thread)) (object.State as JsonObject).RetryCount = thread.retryCount ?? 0;
  const token = thread.memory?.taskToken;
  if (typeof token === 'string') object.Task = { Token: token };
  const item = mapItem(draft, thread);
  if (item !== undefined) object.Map = { Item: item };
  return object;
}

function retriable(draft: Draft, thread: Thread): boolean {
  const { type } = stateOf(draft.machine, thread.scope, thread.state);
  return type === 'Task' || type === 'Parallel' || type === 'Map';
}

/** The item of the innermost Map around the thread, or of the distributed Map that started this execution. */
function mapItem(draft: Draft, thread: Thread): Json | undefined {
  for (let at: Thread | undefined = thread; at !== undefined; at = parentOf(draft, at)) {
    if (at.item !== undefined) return at.item;
  }
  return draft.context.Map?.Item as Json | undefined;
}

function parentOf(draft: Draft, thread: Thread): Thread | undefined {
  return thread.parent === null ? undefined : readThread(draft, thread.parent);
}

/** The value of a variable as the thread sees it: its own first, then those of the scopes around. */
export function variableOf(draft: Draft, thread: Thread, name: string): Json | undefined {
  for (let at: Thread | undefined = thread; at !== undefined; at = parentOf(draft, at)) {
    if (Object.hasOwn(at.variables, name)) return at.variables[name];
  }
  return undefined;
}

/** All variables in scope, inner ones hiding outer ones of the same name. */
export function visibleVariables(draft: Draft, thread: Thread): JsonObject {
  const parent = parentOf(draft, thread);
  if (parent === undefined) return thread.variables;
  return { ...visibleVariables(draft, parent), ...thread.variables };
}
