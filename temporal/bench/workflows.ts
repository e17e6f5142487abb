/**
 * The workflows of the package beside one that somebody would write by hand for the same ten tasks.
 * @module
 */
import { proxyActivities } from '@temporalio/workflow';

export { execution, mapRun } from '../src/workflows/index.js';

const { plain } = proxyActivities<{ plain(input: object): Promise<object> }>({
  startToCloseTimeout: '1 minute',
  heartbeatTimeout: '30 seconds',
  retry: { maximumAttempts: 1 },
});

export async function handWritten(input: object): Promise<object> {
  let value = input;
  for (let left = 10; left > 0; left -= 1) value = await plain(value);
  return value;
}
