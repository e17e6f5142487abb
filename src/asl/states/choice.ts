/**
 * Choice: goes to the Next of the first rule that holds, else to Default.
 * @module
 */
import type { CompiledState } from '../compile.js';
import { assignments, checkSize, effectiveInput, selectOutput } from '../data-flow.js';
import type { Draft, Step } from '../draft.js';
import { compute, pathScope, runtimeFailure, stateFailure } from '../evaluate.js';
import type { Thread } from '../execution-state.js';
import { matchesChoiceRule } from '../expressions/choice-rule.js';
import { StateFailure, whileExecuting } from '../failure.js';
import { leaveState } from '../leave-state.js';

export function* beginChoice(draft: Draft, thread: Thread, state: CompiledState): Step<void> {
  const input = effectiveInput(draft, thread, state);
  const view = { data: input };
  const scope = pathScope(draft, thread, view, 'Choices');
  for (const [index, choice] of state.choices.entries()) {
    let holds: boolean;
    if (choice.rule !== undefined) {
      try {
        holds = matchesChoiceRule(choice.rule, scope);
      } catch (error) {
        throw stateFailure(thread, error);
      }
    } else {
      const condition = choice.condition;
      if (condition === undefined) continue;
      const field = `Choices[${index}]/Condition`;
      const value = yield* compute(draft, thread, condition, view, field);
      if (typeof value !== 'boolean') {
        throw new StateFailure(
          {
            Error: 'States.QueryEvaluationError',
            Cause: whileExecuting(
              thread.state,
              thread.enteredEvent,
              `The JSONata expression for the field '${field}' returned an unexpected result type. Expected 'boolean', but was '${typeof value}' for value: ${JSON.stringify(value)}`,
            ),
          },
          field,
        );
      }
      holds = value;
    }
    if (holds) {
      yield* choose(draft, thread, state, choice.next, choice);
      return;
    }
  }
  if (state.defaultNext === undefined) {
    throw runtimeFailure(
      thread,
      'Failed to transition out of the state. The state does not point to a next state.',
      'States.NoChoiceMatched',
    );
  }
  yield* choose(draft, thread, state, state.defaultNext, state);
}

function* choose(
  draft: Draft,
  thread: Thread,
  state: CompiledState,
  next: string,
  from: Pick<CompiledState, 'assign' | 'output'>,
): Step<void> {
  const input = effectiveInput(draft, thread, state);
  const view = { data: input };
  const assigned = yield* assignments(draft, thread, from.assign, view);
  const output =
    state.jsonata && from.output !== undefined
      ? yield* compute(draft, thread, from.output, view, 'Output')
      : selectOutput(draft, thread, state, input);
  leaveState(draft, thread, state, checkSize(thread, output), assigned, next);
}
