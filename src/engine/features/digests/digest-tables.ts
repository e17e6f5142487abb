/**
 * Tables of digests: what teams' files ask for, and up to when each recipient has had theirs.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import { defineTable, type Table } from '../../../store/table.js';

/** The section `digest` of a team's file, as it was written. */
export interface DigestSectionRow {
  team: string;
  /** Relative to the folder. */
  file: string;
  written: Json;
}

export const DIGEST_SECTIONS: Table<DigestSectionRow> = defineTable<DigestSectionRow>({
  name: 'digest_sections',
  columns: { team: 'text', file: 'text', written: 'json' },
  key: ['team', 'file'],
  migrations: [
    `CREATE TABLE digest_sections (
       team TEXT NOT NULL,
       file TEXT NOT NULL,
       written TEXT NOT NULL,
       PRIMARY KEY (team, file)
     );`,
  ],
});

/** Written in the commit in which the digest is told, so each is told once. Times in milliseconds since the epoch. */
export interface DigestMarkRow {
  team: string;
  /** `PlannedDigest.id`. */
  id: string;
  declaredAt: number;
  /** The day, by the recipient's calendar and counted from 1970-01-01, of the last one; absent: there was none. */
  day?: number;
  /** The end of its window: where the next one begins. */
  until?: number;
}

export const DIGEST_MARKS: Table<DigestMarkRow> = defineTable<DigestMarkRow>({
  name: 'digest_marks',
  columns: {
    team: 'text',
    id: 'text',
    declaredAt: 'integer',
    day: 'integer?',
    until: 'integer?',
  },
  key: ['team', 'id'],
  migrations: [
    `CREATE TABLE digest_marks (
       team TEXT NOT NULL,
       id TEXT NOT NULL,
       declared_at BIGINT NOT NULL,
       day BIGINT,
       until BIGINT,
       PRIMARY KEY (team, id)
     );`,
  ],
});
