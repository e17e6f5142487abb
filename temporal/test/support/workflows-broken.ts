/**
 * The same change as in `workflows-next.ts`, made without asking whether an execution began before it.
 * @module
 */
import { sleep } from '@temporalio/workflow';
import type { Json } from '../../../src/asl/json.js';
import type { ExecutionInput } from '../../src/execution-input.js';
import { execution as before } from '../../src/workflows/execution.js';

export { mapRun } from '../../src/workflows/map-run.js';

export async function execution(input: ExecutionInput): Promise<Json> {
  const [output] = await Promise.all([before(input), sleep(10)]);
  return output;
}
