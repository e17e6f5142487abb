/**
 * Tables of the catalogue: what versions are like, and the words by which datasets are found.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import { defineTable, type Table } from '../../../store/table.js';

/** What a version is like, looked at once. */
export interface ProfileRow {
  /** Number of the version. */
  version: number;
  /** Milliseconds since the epoch. */
  at: number;
  profile: Json;
}

export const PROFILES: Table<ProfileRow> = defineTable<ProfileRow>({
  name: 'dataset_profiles',
  columns: { version: 'integer', at: 'integer', profile: 'json' },
  key: ['version'],
  migrations: [
    `CREATE TABLE dataset_profiles (
       version INTEGER PRIMARY KEY,
       at BIGINT NOT NULL,
       profile TEXT NOT NULL
     );`,
  ],
});

/** A word by which somebody finds a dataset. */
export interface WordRow {
  /** A team that sees it, `*` for all teams, `@` for whoever sees everything. */
  audience: string;
  /** In small letters. */
  word: string;
  team: string;
  dataset: string;
}

export const WORDS: Table<WordRow> = defineTable<WordRow>({
  name: 'dataset_words',
  columns: { audience: 'text', word: 'text', team: 'text', dataset: 'text' },
  key: ['audience', 'word', 'team', 'dataset'],
  migrations: [
    `CREATE TABLE dataset_words (
       audience TEXT NOT NULL,
       word TEXT NOT NULL,
       team TEXT NOT NULL,
       dataset TEXT NOT NULL,
       PRIMARY KEY (audience, word, team, dataset)
     );`,
  ],
});

/** What of a dataset the words were made of. */
export interface IndexedRow {
  team: string;
  dataset: string;
  /** Tells whether anything has changed since. */
  state: string;
  audiences: string[];
  words: string[];
  /** Names and types of the columns. */
  columns: { name: string; type: string }[];
}

export const INDEXED: Table<IndexedRow> = defineTable<IndexedRow>({
  name: 'dataset_index',
  columns: {
    team: 'text',
    dataset: 'text',
    state: 'text',
    audiences: 'json',
    words: 'json',
    columns: 'json',
  },
  key: ['team', 'dataset'],
  migrations: [
    `CREATE TABLE dataset_index (
       team TEXT NOT NULL,
       dataset TEXT NOT NULL,
       state TEXT NOT NULL,
       audiences TEXT NOT NULL,
       words TEXT NOT NULL,
       columns TEXT NOT NULL,
       PRIMARY KEY (team, dataset)
     );`,
  ],
});
