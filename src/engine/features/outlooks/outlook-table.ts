/**
 * Table `outlooks`: what was foreseen of each series with a limit, when it was looked at last.
 * @module
 */
import { defineTable, type Table } from '../../../store/table.js';

export interface OutlookRow {
  team: string;
  /** `subjectKey` of it. */
  subject: string;
  /** The expectation whose limit it is. */
  sentence: string;
  metric: string;
  /** When it was looked at. */
  at: number;
  /** `foreseen`: the limit will be crossed. */
  state: 'foreseen' | 'not foreseen';
  /** With the numbers behind. */
  words: string;
  /** About when, and from when to when, in milliseconds since the epoch. */
  crossesAt?: number;
  earliest?: number;
  latest?: number;
  /** Since when it is foreseen. */
  since?: number;
  tags: { readonly [tag: string]: string };
  pipeline?: string;
  owner?: string;
}

export const OUTLOOKS: Table<OutlookRow> = defineTable<OutlookRow>({
  name: 'outlooks',
  columns: {
    team: 'text',
    subject: 'text',
    sentence: 'text',
    metric: 'text',
    at: 'integer',
    state: 'text',
    words: 'text',
    crossesAt: 'integer?',
    earliest: 'integer?',
    latest: 'integer?',
    since: 'integer?',
    tags: 'json',
    pipeline: 'text?',
    owner: 'text?',
  },
  key: ['team', 'subject', 'sentence'],
  migrations: [
    `CREATE TABLE outlooks (
       team TEXT NOT NULL,
       subject TEXT NOT NULL,
       sentence TEXT NOT NULL,
       metric TEXT NOT NULL,
       at BIGINT NOT NULL,
       state TEXT NOT NULL,
       words TEXT NOT NULL,
       crosses_at BIGINT,
       earliest BIGINT,
       latest BIGINT,
       since BIGINT,
       tags TEXT NOT NULL,
       pipeline TEXT,
       owner TEXT,
       PRIMARY KEY (team, subject, sentence)
     );`,
  ],
});
