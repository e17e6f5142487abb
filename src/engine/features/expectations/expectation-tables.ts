/**
 * Tables of expectations: where each stands, every change of it, and until when all of them have been judged.
 * @module
 */
import type { ExpectationState, Reason } from '../../../monitoring/expectations/expectation.js';
import { defineTable, type Table } from '../../../store/table.js';

/** Where one stands. Its sentence names it among those of its subject. */
export interface StandingRow {
  team: string;
  /** `subjectKey` of what it is about. */
  subject: string;
  sentence: string;
  state: ExpectationState;
  since: number;
  reason?: Reason;
  due?: number;
  /** What has been due until then has been judged. */
  judged: number;
  declared: number;
}

export const STANDINGS: Table<StandingRow> = defineTable<StandingRow>({
  name: 'expectations',
  columns: {
    team: 'text',
    subject: 'text',
    sentence: 'text',
    state: 'text',
    since: 'integer',
    reason: 'text?',
    due: 'integer?',
    judged: 'integer',
    declared: 'integer',
  },
  key: ['team', 'subject', 'sentence'],
  migrations: [
    `CREATE TABLE expectations (
       team TEXT NOT NULL,
       subject TEXT NOT NULL,
       sentence TEXT NOT NULL,
       state TEXT NOT NULL,
       since BIGINT NOT NULL,
       reason TEXT,
       due BIGINT,
       judged BIGINT NOT NULL,
       declared BIGINT NOT NULL,
       PRIMARY KEY (team, subject, sentence)
     );`,
  ],
});

/** A change of one. */
export interface ChangeRow {
  number: number;
  team: string;
  subject: string;
  sentence: string;
  /** Where it stood before, and stands. */
  before: ExpectationState;
  state: ExpectationState;
  /** When it was so, and when it was judged. */
  at: number;
  judgedAt: number;
  due?: number;
  reason?: Reason;
  words: string;
  pipeline?: string;
  owner?: string;
  tags: { readonly [tag: string]: string };
  /** Id of the execution that caused it. */
  execution?: string;
}

export const EXPECTATION_CHANGES: Table<ChangeRow> = defineTable<ChangeRow>({
  name: 'expectation_changes',
  columns: {
    number: 'integer',
    team: 'text',
    subject: 'text',
    sentence: 'text',
    before: 'text',
    state: 'text',
    at: 'integer',
    judgedAt: 'integer',
    due: 'integer?',
    reason: 'text?',
    words: 'text',
    pipeline: 'text?',
    owner: 'text?',
    tags: 'json',
    execution: 'text?',
  },
  key: ['number'],
  lists: [{ columns: ['team', 'subject', 'sentence'] }, { columns: ['team', 'state'] }],
  appendOnly: true,
  migrations: [
    `CREATE TABLE expectation_changes (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       subject TEXT NOT NULL,
       sentence TEXT NOT NULL,
       before TEXT NOT NULL,
       state TEXT NOT NULL,
       at BIGINT NOT NULL,
       judged_at BIGINT NOT NULL,
       due BIGINT,
       reason TEXT,
       words TEXT NOT NULL,
       pipeline TEXT,
       owner TEXT,
       tags TEXT NOT NULL,
       execution TEXT
     );
     CREATE INDEX expectation_changes_of_one ON expectation_changes (team, subject, sentence, number);
     CREATE INDEX expectation_changes_of_team ON expectation_changes (team, state, number);`,
  ],
});

/** Row `all`: everything that was due until then has been judged. */
export interface ClockRow {
  name: string;
  /** Milliseconds since the epoch. */
  at: number;
}

export const EXPECTATION_CLOCK: Table<ClockRow> = defineTable<ClockRow>({
  name: 'expectation_clock',
  columns: { name: 'text', at: 'integer' },
  key: ['name'],
  migrations: [
    `CREATE TABLE expectation_clock (
       name TEXT PRIMARY KEY,
       at BIGINT NOT NULL
     );`,
  ],
});
