/**
 * Tests a state with a fixed time and tasks that answer as told.
 * @module
 */
import { evaluateJsonata } from '../../src/asl/expressions/jsonata.js';
import type { TestStateAnswer, TestStateRequest } from '../../src/asl/test-state/request.js';
import {
  type TaskOutcome,
  type TestedTask,
  testState,
} from '../../src/asl/test-state/test-state.js';
import { parseItems } from '../../src/engine/adapters/items/parse-items.js';

/** The answer, and in `asked` the tasks that were to be performed, when there were any. */
export async function tryState(
  request: TestStateRequest,
  outcome: TaskOutcome = { error: 'Untold' },
): Promise<TestStateAnswer & { asked?: TestedTask[] }> {
  const asked: TestedTask[] = [];
  const answer = await testState(request, {
    at: Date.parse('2030-01-01T00:00:00Z'),
    seed: 'seed',
    execution: {
      id: 'arn:aws:states:us-east-1:000000000000:express:machine:execution',
      name: 'execution',
      machineId: 'arn:aws:states:us-east-1:000000000000:stateMachine:machine',
      machineName: 'machine',
      roleArn: request.roleArn ?? null,
      taskToken: 'token',
    },
    evaluate: (requests) => Promise.all(requests.map((one) => evaluateJsonata(one))),
    parseItems,
    runTask: async (task) => {
      asked.push(task);
      return outcome;
    },
  });
  return asked.length === 0 ? answer : { ...answer, asked };
}
