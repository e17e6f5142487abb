/**
 * Where histories of executions are written: see postgres-records.ts.
 * @module
 */
import type { LogRecord } from '../../src/connectors/connector.js';
import type { AttemptInput, RecordBatch } from './execution-input.js';

export interface Records {
  /** Makes a batch durable; the same one a second time changes nothing. */
  write(batch: RecordBatch): Promise<void>;
  /** Takes a line of output; it is written soon, and at `close`. */
  log(input: AttemptInput, record: LogRecord): void;
  /** A secret that a task was given: it is masked from now on. */
  declare(value: string): void;
  close(): Promise<void>;
}
