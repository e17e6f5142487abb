/**
 * What workflows ask of the worker beside tasks.
 * @module
 */
import type { Json } from '../../src/asl/json.js';
import type { HostedDeployment, RecordBatch } from './execution-input.js';

export interface StartRequest {
  team: string;
  pipeline: string;
  /** The name that the task gives, if any. */
  name?: string;
  input: Json;
}

/** What a task starts, or why it does not. */
export type StartAnswer =
  | { deployment: HostedDeployment; machineArn: string; executionPrefix: string; role: string }
  | { error: string; cause: string };

/** Pages of items that a distributed Map reads. */
export interface HostActivities {
  /** Writes events into the records; the same batch a second time changes nothing. */
  writeRecords(batch: RecordBatch): Promise<void>;
  /** The pipeline that a task starts, from the folder of the worker. */
  findPipeline(request: StartRequest): Promise<StartAnswer>;
}
