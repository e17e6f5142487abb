/**
 * Tables of check results: what is watched, each with its tags a series of its own; and the results of each series.
 *
 * A result names its series by number, so its row is small, and a question about tags is first one about series, of which
 * there are few.
 * @module
 */
import type { CheckStatus } from '../../../monitoring/check-result.js';
import { defineTable, type Table } from '../../../store/table.js';

/** One subject with one set of tags, and how it stands. */
export interface CheckSeries {
  number: number;
  team: string;
  /** `subjectKey` of it. */
  subject: string;
  tags: { readonly [tag: string]: string };
  createdAt: number;
  /** Of the last result; absent before the first one. */
  lastNumber?: number;
  lastAt?: number;
  lastStatus?: CheckStatus;
  /** The last result that was no failure, and the last one with new data. */
  lastSuccessAt?: number;
  lastDataAt?: number;
}

export const CHECK_SERIES: Table<CheckSeries> = defineTable<CheckSeries>({
  name: 'check_series',
  columns: {
    number: 'integer',
    team: 'text',
    subject: 'text',
    tags: 'json',
    createdAt: 'integer',
    lastNumber: 'integer?',
    lastAt: 'integer?',
    lastStatus: 'text?',
    lastSuccessAt: 'integer?',
    lastDataAt: 'integer?',
  },
  key: ['number'],
  migrations: [
    `CREATE TABLE check_series (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       subject TEXT NOT NULL,
       tags TEXT NOT NULL,
       created_at BIGINT NOT NULL,
       last_number BIGINT,
       last_at BIGINT,
       last_status TEXT,
       last_success_at BIGINT,
       last_data_at BIGINT
     );`,
  ],
});

/** What came of it once. Times and durations in milliseconds. */
export interface CheckRow {
  number: number;
  series: number;
  team: string;
  status: CheckStatus;
  at: number;
  cause: string;
  startedAt?: number;
  duration?: number;
  /** From when it should have begun until it began. */
  lag?: number;
  rows?: number;
  bytes?: number;
  files?: number;
  retries?: number;
  cost?: number;
  interval?: string;
  /** Id of the execution. */
  execution?: string;
  pipeline?: string;
  /** Where it is shown by whoever ran it. */
  link?: string;
  /** What it used, as whoever ran it counts. */
  units?: { readonly [unit: string]: number };
}

export const CHECK_RESULTS: Table<CheckRow> = defineTable<CheckRow>({
  name: 'check_results',
  columns: {
    number: 'integer',
    series: 'integer',
    team: 'text',
    status: 'text',
    at: 'integer',
    cause: 'text',
    startedAt: 'integer?',
    duration: 'integer?',
    lag: 'integer?',
    rows: 'integer?',
    bytes: 'integer?',
    files: 'integer?',
    retries: 'integer?',
    cost: 'integer?',
    interval: 'text?',
    execution: 'text?',
    pipeline: 'text?',
    link: 'text?',
    units: 'json?',
  },
  key: ['number'],
  lists: [{ columns: ['series', 'status'] }, { columns: ['team', 'status'] }],
  appendOnly: true,
  migrations: [
    `CREATE TABLE check_results (
       number INTEGER PRIMARY KEY,
       series BIGINT NOT NULL,
       team TEXT NOT NULL,
       status TEXT NOT NULL,
       at BIGINT NOT NULL,
       cause TEXT NOT NULL,
       started_at BIGINT,
       duration BIGINT,
       lag BIGINT,
       rows BIGINT,
       bytes BIGINT,
       files BIGINT,
       retries BIGINT,
       cost BIGINT,
       interval TEXT,
       execution TEXT,
       pipeline TEXT
     );
     CREATE INDEX check_results_of_series ON check_results (series, status, number);
     CREATE INDEX check_results_of_team ON check_results (team, status, number);`,
    `ALTER TABLE check_results ADD COLUMN link TEXT;
     ALTER TABLE check_results ADD COLUMN units TEXT;`,
  ],
});

/** What tasks of an execution that still runs have told of what they produced. */
export interface ProducedRow {
  /** Of the execution. */
  number: number;
  rows?: number;
  bytes?: number;
  files?: number;
}

export const PRODUCED_SO_FAR: Table<ProducedRow> = defineTable<ProducedRow>({
  name: 'produced_so_far',
  columns: { number: 'integer', rows: 'integer?', bytes: 'integer?', files: 'integer?' },
  key: ['number'],
  migrations: [
    `CREATE TABLE produced_so_far (
       number INTEGER PRIMARY KEY, rows BIGINT, bytes BIGINT, files BIGINT
     );`,
  ],
});
