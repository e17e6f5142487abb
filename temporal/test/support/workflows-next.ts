/**
 * The workflows of a later version, as tests imagine it: it rests a moment beside an execution, which those that began before do not.
 * @module
 */
import { patched, sleep } from '@temporalio/workflow';
import type { Json } from '../../../src/asl/json.js';
import type { ExecutionInput } from '../../src/execution-input.js';
import { execution as before } from '../../src/workflows/execution.js';

export { mapRun } from '../../src/workflows/map-run.js';

export async function execution(input: ExecutionInput): Promise<Json> {
  const rest = async (): Promise<void> => {
    if (patched('rest-beside')) await sleep(10);
  };
  const [output] = await Promise.all([before(input), rest()]);
  return output;
}
