/**
 * Runs recorded calls of TestState through the pure `testState` and compares the answers.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../../src/asl/json.js';
import { TestStateRefused, type TestStateRequest } from '../../src/asl/test-state/request.js';
import { testState } from '../../src/asl/test-state/test-state.js';
import { parseItems } from '../../src/engine/adapters/items/parse-items.js';
import { difference } from './compare.js';
import { evaluate } from './drive.js';

/** A recorded call: texts of the request are values here, except in mocks. */
export interface TestStateCase {
  name: string;
  definition: Json;
  input?: Json;
  context?: Json;
  variables?: Json;
  expected: JsonObject;
  lossy: string[];
  [member: string]: unknown;
}

/** Names that the recorded test made up. */
const MADE_UP = /^tok\d+x$/;
const TEXTS = ['definition', 'input', 'context', 'variables'] as const;
const OTHERS = ['stateName', 'inspectionLevel', 'revealSecrets', 'mock', 'stateConfiguration'];
/** How a client shows an error when the recording kept its words instead of the answer. */
const CLIENT_WORDS = /^An error occurred \(\w+\) when calling the \w+ operation: /;

/** True for a line that describes one call of TestState. */
export function isTestStateCase(row: JsonObject): boolean {
  return typeof row.name === 'string' && row.name.startsWith('test_state/');
}

/** @returns the first difference, or undefined when answer and recording agree */
export async function runTestState(testCase: TestStateCase): Promise<string | undefined> {
  const request: { [member: string]: unknown } = { roleArn: 'arn:aws:iam::111111111111:role/test' };
  for (const member of TEXTS) {
    if (testCase[member] !== undefined) request[member] = JSON.stringify(testCase[member]);
  }
  for (const member of OTHERS) {
    if (testCase[member] !== undefined) request[member] = testCase[member];
  }
  // The recording leaves the role out; where the Context Object shows none, none was given.
  if (JSON.stringify(testCase.expected).includes('"RoleArn":null')) delete request.roleArn;
  const answer = (await answerTo(request as unknown as TestStateRequest)) as Json;
  const differences: string[] = [];
  const lossy = new Set(testCase.lossy);
  const wanted = replaced(testCase.expected, answer);
  difference(wanted, answer, '', lossy, differences);
  return differences[0];
}

/** The recorded answer, with our value where the request held a made-up name that the recording replaced. */
function replaced(wanted: Json, found: Json | undefined): Json {
  if (typeof found === 'string' && MADE_UP.test(found)) return found;
  if (typeof wanted === 'string') return wanted.replace(CLIENT_WORDS, '');
  if (Array.isArray(wanted)) {
    const list = Array.isArray(found) ? found : [];
    return wanted.map((member, i) => replaced(member, list[i]));
  }
  if (!isObject(wanted)) return wanted;
  const members = isObject(found) ? found : {};
  return Object.fromEntries(
    Object.entries(wanted).map(([name, member]) => [name, replaced(member, members[name])]),
  );
}

async function answerTo(request: TestStateRequest): Promise<object> {
  try {
    return await testState(request, {
      at: 1_700_000_000_000,
      seed: 'seed-1',
      execution: {
        id: 'arn:aws:states:us-east-1:111111111111:express:machine:name',
        name: 'name',
        machineId: 'arn:aws:states:us-east-1:111111111111:stateMachine:machine',
        machineName: 'machine',
        roleArn: request.roleArn ?? null,
        taskToken: 'token',
      },
      evaluate,
      parseItems,
      runTask: async () => ({ error: 'Harness', cause: 'a task without a mock' }),
    });
  } catch (error) {
    if (!(error instanceof TestStateRefused)) throw error;
    return { apiError: { code: error.code, message: error.message } };
  }
}
