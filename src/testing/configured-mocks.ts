/**
 * The mocks of a server that was started with a mock configuration file: executions that were started on a test case get
 * their answers from it, all others are performed.
 * @module
 */
import type { BegunAttempt, MockedAttempt, TaskMocks } from '../engine/kernel/mocked-tasks.js';
import type { AttemptOutcome } from '../engine/kernel/ports.js';
import { type MockConfiguration, type MockedResponse, responseTo } from './mock-configuration.js';

/**
 * Mocks for an engine, from a mock configuration file.
 * @example createEngine({ …, mocks: configuredMocks(configuration) })
 */
export function configuredMocks({ machines }: MockConfiguration): TaskMocks {
  const responseOf = ({ pipeline, testCase, state }: MockedAttempt): MockedResponse | undefined =>
    testCase === undefined ? undefined : machines.get(pipeline)?.get(testCase)?.get(state);
  return {
    hasTestCase: (pipeline, testCase) => machines.get(pipeline)?.has(testCase) ?? false,
    answers: (attempt) => responseOf(attempt) !== undefined,
    answer(attempt, settle) {
      const response = responseOf(attempt);
      const outcome = response && responseTo(response, attempt.invocation);
      settle(outcome ?? unanswered(attempt, response));
    },
  };
}

function unanswered(
  { state, invocation }: BegunAttempt,
  response: MockedResponse | undefined,
): AttemptOutcome {
  const cause = `The mocked response '${response?.name}' of state '${state}' has no answer for invocation ${invocation}.`;
  return { type: 'failed', error: 'States.Runtime', cause };
}
