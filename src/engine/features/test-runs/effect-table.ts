/**
 * Table `test_run_effects`: tasks that test runs have not done, as they would have been.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import { defineTable, type Table } from '../../../store/table.js';

export interface EffectRow {
  number: number;
  /** Number of the execution that was started as a test run. */
  root: number;
  /** Of the execution whose task it is, a part of the test run. */
  execution: number;
  executionId: string;
  team: string;
  pipeline: string;
  state: string;
  /** Id of the attempt: each is recorded once. */
  attempt: string;
  resource: string;
  /** Who would have performed it: `http`, `aws:sns`. */
  performer: string;
  /** Milliseconds since the epoch. */
  at: number;
  /** What would have been sent, or the beginning of it as a text. */
  sent: Json;
  /** 1: it is the beginning. */
  isCut: 0 | 1;
  /** What the task was answered with. */
  answer: Json;
}

export const EFFECTS: Table<EffectRow> = defineTable<EffectRow>({
  name: 'test_run_effects',
  columns: {
    number: 'integer',
    root: 'integer',
    execution: 'integer',
    executionId: 'text',
    team: 'text',
    pipeline: 'text',
    state: 'text',
    attempt: 'text',
    resource: 'text',
    performer: 'text',
    at: 'integer',
    sent: 'json',
    isCut: 'integer',
    answer: 'json',
  },
  key: ['number'],
  lists: [{ columns: ['root'] }],
  migrations: [
    `CREATE TABLE test_run_effects (
       number BIGINT PRIMARY KEY,
       root BIGINT NOT NULL,
       execution BIGINT NOT NULL,
       execution_id TEXT NOT NULL,
       team TEXT NOT NULL,
       pipeline TEXT NOT NULL,
       state TEXT NOT NULL,
       attempt TEXT NOT NULL,
       resource TEXT NOT NULL,
       performer TEXT NOT NULL,
       at BIGINT NOT NULL,
       sent TEXT NOT NULL,
       is_cut INTEGER NOT NULL,
       answer TEXT NOT NULL
     );
     CREATE INDEX test_run_effects_of_root ON test_run_effects (root, number);`,
  ],
});
