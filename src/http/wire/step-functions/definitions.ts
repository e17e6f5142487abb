/**
 * Definitions: reading them in requests, validating them without making anything, and trying out one state.
 * @module
 */
import type { MachineDefinition } from '../../../asl/definition.js';
import {
  type MachineType,
  readMachineDefinition,
  validateStateMachineDefinition as reportOn,
} from '../../../asl/definition-verdict.js';
import {
  type InspectionData,
  type TestStateAnswer,
  TestStateRefused,
  type TestStateRequest,
} from '../../../asl/test-state/request.js';
import type { Call } from '../call.js';
import { WireError } from '../wire-error.js';
import { readJson } from './json-text.js';

/** The definition in a text. Throws InvalidDefinition with what is wrong, in the service's words. */
export function readDefinition(text: string, type: MachineType): MachineDefinition {
  const read = readMachineDefinition(text, type);
  if ('definition' in read) return read.definition;
  throw new WireError('InvalidDefinition', read.refusal);
}

export function validateStateMachineDefinition({ request }: Call): object {
  const { definition, type, severity, maxResults } = request;
  return reportOn(definition, {
    ...(type ? { type } : {}),
    ...(severity ? { severity } : {}),
    ...(maxResults ? { maxResults } : {}),
  });
}

/** Tests one state. What was computed leaves as JSON texts, as it does from the service. */
export async function testState({
  engine,
  caller,
  request: given,
  whenGone,
}: Call): Promise<object> {
  const request = withoutNulls(given) as TestStateRequest;
  const input = request.input === undefined ? undefined : readJson(request.input);
  if (input !== undefined && 'problem' in input) {
    throw new WireError(
      'InvalidExecutionInput',
      `Invalid State Machine Execution Input: '${input.problem}'`,
    );
  }
  let answer: TestStateAnswer;
  try {
    answer = await engine.stateTests.run(caller.own, request, whenGone());
  } catch (error) {
    if (error instanceof TestStateRefused) throw new WireError(error.code, error.message);
    throw error;
  }
  const { output, inspectionData, ...rest } = answer;
  return {
    ...rest,
    ...(output === undefined ? {} : { output: JSON.stringify(output) }),
    ...(inspectionData === undefined ? {} : { inspectionData: textsOf(inspectionData) }),
  };
}

/** Members that a client sends as null are members that it does not send. */
function withoutNulls(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value).filter(([, member]) => member !== null);
  return Object.fromEntries(members.map(([name, member]) => [name, withoutNulls(member)]));
}

/** Members of the inspection that are no JSON texts. */
const PLAIN: ReadonlySet<string> = new Set([
  'errorDetails',
  'request',
  'response',
  'maxConcurrency',
  'toleratedFailureCount',
  'toleratedFailurePercentage',
]);

function textsOf(data: InspectionData): object {
  return Object.fromEntries(
    Object.entries(data).map(([name, value]) => [
      name,
      PLAIN.has(name) ? value : JSON.stringify(value),
    ]),
  );
}
