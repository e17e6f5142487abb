/**
 * Evaluates the fields of a state, in whichever query language the state speaks.
 * @module
 */
import type { Computed } from './compile.js';
import { contextObject, variableOf, visibleVariables } from './context-object.js';
import type { Draft, Step } from './draft.js';
import type { Thread } from './execution-state.js';
import { ExpressionFailure } from './expressions/failure.js';
import { evaluateIntrinsic } from './expressions/intrinsic.js';
import { assembleTemplate, templateRequests } from './expressions/jsonata-template.js';
import { findPath, type Path, resolvePath } from './expressions/path.js';
import { renderPayloadTemplate } from './expressions/payload-template.js';
import type { Scope } from './expressions/scope.js';
import { StateFailure, whileExecuting } from './failure.js';
import type { Json, JsonObject } from './json.js';

/** What an expression may look at. */
export interface View {
  /** `$` of JSONPath. */
  data: Json;
  /** JSONata: `$states.result`, once there is one. */
  result?: Json;
  /** JSONata: `$states.errorOutput`, in a Catch. */
  errorOutput?: Json;
  /** The Context Object, when it is not simply the thread's own: an item selector sees the coming item. */
  context?: JsonObject;
}

/**
 * Computes one field.
 * @param field the field's name as errors report it, e.g. `Arguments`
 * @throws StateFailure `States.QueryEvaluationError`, `States.Runtime` …, worded as AWS does
 */
export function* compute(
  draft: Draft,
  thread: Thread,
  computed: Computed,
  view: View,
  field: string,
): Step<Json> {
  try {
    switch (computed.kind) {
      case 'literal':
        return computed.value;
      case 'path':
        return resolvePath(computed.path, pathScope(draft, thread, view, field));
      case 'intrinsic':
        return evaluateIntrinsic(computed.intrinsic, pathScope(draft, thread, view, field));
      case 'payload':
        return renderPayloadTemplate(
          computed.template,
          pathScope(draft, thread, view, field),
          field,
        );
      case 'jsonata': {
        const requests = templateRequests(computed.template, field, {
          bindings: jsonataBindings(draft, thread, view),
          at: draft.at,
          seed: `${draft.seed}/${thread.id}/${thread.enteredEvent}/${field}`,
        });
        const results = requests.length === 0 ? [] : yield requests;
        return assembleTemplate(computed.template, results, field);
      }
    }
  } catch (error) {
    throw stateFailure(thread, error);
  }
}

/** The value at a path, or undefined when it is not there. */
export function lookUp(draft: Draft, thread: Thread, path: Path, view: View): Json | undefined {
  return findPath(path, pathScope(draft, thread, view, 'lookup'));
}

/** What JSONPath expressions of the thread's state can see. */
export function pathScope(draft: Draft, thread: Thread, view: View, field: string): Scope {
  let context = view.context;
  return {
    input: view.data,
    get context(): Json {
      context ??= contextObject(draft, thread);
      return context;
    },
    variable: (name) => variableOf(draft, thread, name),
    at: draft.at,
    seed: `${draft.seed}/${thread.id}/${thread.enteredEvent}/${field}`,
  };
}

function jsonataBindings(draft: Draft, thread: Thread, view: View): JsonObject {
  const states: JsonObject = {
    input: thread.input,
    context: view.context ?? contextObject(draft, thread),
  };
  if (view.result !== undefined) states.result = view.result;
  if (view.errorOutput !== undefined) states.errorOutput = view.errorOutput;
  return { ...visibleVariables(draft, thread), states };
}

/** Gives an expression's failure AWS's sentence around it. Anything that is no expression failure is a bug and passes. */
export function stateFailure(thread: Thread, error: unknown): unknown {
  if (!(error instanceof ExpressionFailure)) return error;
  return new StateFailure(
    {
      Error: error.error,
      Cause: whileExecuting(thread.state, thread.enteredEvent, error.message),
    },
    error.location,
  );
}

/** A failure that the interpreter notices itself: `States.Runtime` with AWS's sentence around the message. */
export function runtimeFailure(
  thread: Thread,
  message: string,
  error = 'States.Runtime',
): StateFailure {
  return new StateFailure({
    Error: error,
    Cause: whileExecuting(thread.state, thread.enteredEvent, message),
  });
}
