/**
 * When each pipeline last succeeded and last ended, of before check results told that: rows that earlier versions have left,
 * and what the first start of this one finds in older records. Nothing is added to them.
 * @module
 */
import { defineTable, type Table } from '../../../store/table.js';

export interface JobOutcome {
  team: string;
  pipeline: string;
  /** Milliseconds since the epoch: the end of the last execution that succeeded. */
  succeededAt?: number;
  /** The end of the last execution, whatever came of it. */
  endedAt: number;
}

/** Table `job_outcomes`: one row a pipeline that had ended before. */
export const JOB_OUTCOMES: Table<JobOutcome> = defineTable<JobOutcome>({
  name: 'job_outcomes',
  columns: { team: 'text', pipeline: 'text', succeededAt: 'integer?', endedAt: 'integer' },
  key: ['team', 'pipeline'],
  migrations: [
    `CREATE TABLE job_outcomes (
      team TEXT NOT NULL, pipeline TEXT NOT NULL, succeeded_at BIGINT, ended_at BIGINT NOT NULL,
      PRIMARY KEY (team, pipeline)
    );`,
  ],
});
