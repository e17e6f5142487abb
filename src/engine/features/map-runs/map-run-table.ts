/**
 * Table `map_runs`: distributed Maps. Their children are rows of `executions`.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { defineTable, type Table } from '../../../store/table.js';

/** A distributed Map in progress: its children are executions, this is the bookkeeping around them. */
export interface MapRunRecord {
  number: number;
  id: string;
  execution: number;
  thread: number;
  sequence: number;
  status: 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'ABORTED';
  /** What its state asked for: written once. */
  request: JsonObject;
  /** What `map-run-state.ts` keeps: written with every commit that changes it. */
  state: JsonObject;
  startedAt: number;
  stoppedAt?: number;
}

export const MAP_RUNS: Table<MapRunRecord> = defineTable<MapRunRecord>({
  name: 'map_runs',
  columns: {
    number: 'integer',
    id: 'text',
    execution: 'integer',
    thread: 'integer',
    sequence: 'integer',
    status: 'text',
    request: 'json',
    state: 'json',
    startedAt: 'integer',
    stoppedAt: 'integer?',
  },
  key: ['number'],
  lists: [{ columns: [], only: { status: 'RUNNING' } }],
  migrations: [
    // It was part of the state once.
    {
      both: '',
      sqlite:
        "UPDATE map_runs SET request = json_extract(state, '$.request') WHERE request IS NULL;",
    },
  ],
});
