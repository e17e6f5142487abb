/**
 * Checks that a request's mock and configuration fit the state under test, before anything is computed.
 * @module
 */
import type { CompiledState } from '../compile.js';
import { isObject, type Json } from '../json.js';
import { parseResource } from '../task-resource.js';
import {
  type FieldValidationMode,
  invalid,
  type StateMock,
  TestStateRefused,
  type TestStateRequest,
} from './request.js';
import { findInside } from './tested-state.js';

/** What a mock says, read. */
export type Mocked =
  | { type: 'result'; result: Json }
  | { type: 'error'; error: string; cause?: string };

/** Checks a mocked result against the API that it pretends to come from. @throws TestStateRefused */
export type ResultCheck = (
  resource: string,
  result: Json,
  mode: FieldValidationMode,
) => Promise<void>;

/**
 * Reads the mock of a request.
 * @returns undefined when there is none and the state can be tested without
 * @throws TestStateRefused
 */
export async function readMock(
  state: CompiledState,
  request: TestStateRequest,
  check: ResultCheck,
): Promise<Mocked | undefined> {
  const { mock } = request;
  if (mock === undefined) {
    refuseWithoutMock(state, request);
    return undefined;
  }
  if (!acceptsMock(state)) {
    throw invalid(`State type '${state.type}' is not supported when a mock is specified`);
  }
  if (request.revealSecrets === true) {
    throw invalid('TestState does not support RevealSecrets when a mock is specified.');
  }
  const cause = request.stateConfiguration?.errorCausedByState;
  if (cause !== undefined && findInside(state.definition as unknown as Json, cause) === undefined) {
    throw invalid('State not found in definition');
  }
  return mockedOutcome(state, mock, check);
}

function acceptsMock({ type }: CompiledState): boolean {
  return type === 'Task' || type === 'Map' || type === 'Parallel';
}

async function mockedOutcome(
  state: CompiledState,
  mock: StateMock,
  check: ResultCheck,
): Promise<Mocked> {
  const { result: text, errorOutput } = mock;
  if ((text === undefined) === (errorOutput === undefined)) {
    throw invalid(
      'A test mock should have only one of the following fields: [result, errorOutput].',
    );
  }
  if (errorOutput !== undefined) {
    const { error, cause } = errorOutput;
    if (error === undefined) {
      throw invalid('An error was not specified in the mocked error output.');
    }
    return cause === undefined ? { type: 'error', error } : { type: 'error', error, cause };
  }
  let result: Json;
  try {
    result = JSON.parse(text as string) as Json;
  } catch {
    throw invalid('Mocked result must be valid JSON');
  }
  if (state.type === 'Task') {
    const resource = state.definition.Resource as string;
    await check(resource, result, mock.fieldValidationMode ?? 'STRICT');
  } else {
    checkJoined(state, result);
  }
  return { type: 'result', result };
}

/** The result of a Parallel is a list of its branches' results; that of a Map a list, or what its ResultWriter answers. */
function checkJoined(state: CompiledState, result: Json): void {
  if (state.definition.ResultWriter !== undefined) {
    if (!isObject(result)) throw invalid('Mocked result must be a JSON object.');
    return;
  }
  if (!Array.isArray(result)) throw invalid('Mocked result must be an array.');
  if (state.type === 'Parallel' && result.length !== state.branches.length) {
    throw invalid(
      'Mocked result must contain the same number of items as number of Parallel branches.',
    );
  }
}

/** What only a mock makes sense of, and states that cannot be tested without one. */
function refuseWithoutMock(state: CompiledState, request: TestStateRequest): void {
  const { stateConfiguration: configured = {} } = request;
  const needs: [string, unknown][] = [
    ['MapIterationFailureCount', configured.mapIterationFailureCount],
    ['RetrierRetryCount', configured.retrierRetryCount],
    ['ErrorCausedByState', configured.errorCausedByState],
    ['MapItemReaderData', configured.mapItemReaderData],
    ['Context', request.context],
  ];
  for (const [name, value] of needs) {
    if (value !== undefined) {
      throw invalid(`TestState does not support ${name} when a mock is not specified.`);
    }
  }
  if (state.type === 'Map' || state.type === 'Parallel') {
    throw new TestStateRefused(
      'InvalidDefinition',
      'TestState API does not support Map or Parallel states. Supported state types include: [Task, Wait, Pass, Succeed, Fail, Choice]',
    );
  }
  if (state.type !== 'Task') return;
  const { pattern } = parseResource(state.definition.Resource as string);
  if (pattern === 'activity') {
    throw new TestStateRefused(
      'InvalidDefinition',
      'TestState API does not support Activity tasks when a mock is not specified.',
    );
  }
  if (pattern !== 'requestResponse') {
    throw new TestStateRefused(
      'InvalidDefinition',
      "TestState API does not support '.sync' or '.waitForTaskToken' integration patterns when a mock is not specified.",
    );
  }
  if (request.roleArn === undefined) {
    throw invalid('RoleArn must be specified when testing a Task state');
  }
}
