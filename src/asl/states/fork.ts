/**
 * Child threads: what Parallel and inline Map share.
 *
 * A forking thread reserves one id for each child; children start at once (Parallel) or as others end (Map with a
 * concurrency). A child that has succeeded keeps its output until all have; then the outputs become the parent's result
 * and the children are gone. When one fails, the others are halted. Halted and failed children stay, for a redrive,
 * unless the parent retries or catches.
 * @module
 */
import { type CompiledState, scopeOf } from '../compile.js';
import {
  addThread,
  type Draft,
  editFork,
  editThread,
  readThread,
  record,
  removeThread,
  setFork,
} from '../draft.js';
import type { Thread } from '../execution-state.js';
import type { Json } from '../json.js';

/** Reserves the children's ids; none is started yet. */
export function openFork(draft: Draft, thread: Thread, length: number): void {
  setFork(draft, thread.id, {
    first: draft.header.nextThread,
    length,
    next: 0,
    done: 0,
  });
  draft.header.nextThread += length;
  thread.phase = 'forked';
}

export interface ChildStart {
  input: Json;
  scope: string;
  /** The event that the child's first one links to. */
  link: number;
  item?: { Index: number; Value: Json };
}

/** Starts the next child of a fork. */
export function startChild(draft: Draft, parent: Thread, start: ChildStart): Thread {
  const fork = editFork(draft, parent.id);
  const index = fork.next;
  fork.next += 1;
  const child: Thread = {
    id: fork.first + index,
    parent: parent.id,
    index,
    scope: start.scope,
    state: '',
    phase: 'ready',
    sequence: 0,
    input: start.input,
    variables: {},
    enteredAt: draft.at,
    enteredEvent: 0,
    previousEvent: start.link,
  };
  if (start.item !== undefined) child.item = start.item;
  addThread(draft, child);
  startThread(draft, child);
  return child;
}

/** Notes that a child has failed for good: its siblings are halted and the parent's history goes on after it. */
export function childFailed(
  draft: Draft,
  child: Thread,
  parent: Thread,
  state: CompiledState,
  failedInTask: boolean,
): void {
  if (state.type === 'Map') {
    record(draft, child, 'MapIterationFailed', { index: child.index, name: state.name }, 'aside');
  } else if (failedInTask) {
    record(draft, child, 'TaskStateAborted', {}, 'aside');
  }
  parent.previousEvent = child.previousEvent;
  haltChildren(draft, parent, state);
}

/** Stops all work below a thread. The threads stay, in phase `failed`. */
export function haltChildren(draft: Draft, parent: Thread, state?: CompiledState): void {
  const fork = draft.header.forks[parent.id];
  if (fork === undefined) return;
  for (let i = 0; i < fork.next; i++) {
    const child = readThread(draft, fork.first + i);
    if (child === undefined || child.phase === 'succeeded' || child.phase === 'failed') continue;
    const halted = editThread(draft, child.id);
    haltChildren(draft, halted);
    if (state?.type === 'Parallel' && halted.phase === 'task') {
      record(draft, halted, 'TaskStateAborted', {}, 'aside');
    } else if (state?.type === 'Map') {
      const details = { index: halted.index, name: state.name };
      record(draft, halted, 'MapIterationAborted', details, 'aside');
    }
    haltThread(draft, halted);
  }
}

/** Stops whatever a thread waits for. */
export function haltThread(draft: Draft, thread: Thread): void {
  const { id, sequence } = thread;
  if (thread.phase === 'task') draft.commands.push({ type: 'CancelTask', thread: id, sequence });
  if (thread.phase === 'mapRun') {
    draft.commands.push({ type: 'CancelMapRun', thread: id, sequence });
  }
  if (thread.phase === 'task' || thread.phase === 'waiting' || thread.phase === 'retrying') {
    draft.commands.push({ type: 'ClearTimers', thread: id });
  }
  thread.phase = 'failed';
  thread.sequence += 1;
  const at = draft.ready.indexOf(id);
  if (at >= 0) draft.ready.splice(at, 1);
}

/** Removes all threads below a thread: it will not go on with them. */
export function abandonChildren(draft: Draft, parent: Thread): void {
  const fork = draft.header.forks[parent.id];
  if (fork === undefined) return;
  for (let i = 0; i < fork.next; i++) {
    const child = readThread(draft, fork.first + i);
    if (child === undefined) continue;
    abandonChildren(draft, child);
    removeThread(draft, child.id);
  }
  setFork(draft, parent.id, undefined);
}

/** Puts a thread before the first state of its scope. */
export function startThread(draft: Draft, thread: Thread): void {
  thread.state = scopeOf(draft.machine, thread.scope).startAt;
  thread.phase = 'ready';
  draft.ready.push(thread.id);
}
