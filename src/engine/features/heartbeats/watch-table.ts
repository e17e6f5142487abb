/**
 * Table `watched_parts`: channels with the moment from which they are known, and schedules that do not work.
 * @module
 */
import { defineTable, type Table } from '../../../store/table.js';

export interface WatchedPartRow {
  team: string;
  kind: 'channel' | 'schedule';
  name: string;
  /** Since when it is known, or does not work: milliseconds since the epoch. */
  since: number;
  /** What is wrong with it. */
  words?: string;
}

export const WATCHED_PARTS: Table<WatchedPartRow> = defineTable<WatchedPartRow>({
  name: 'watched_parts',
  columns: { team: 'text', kind: 'text', name: 'text', since: 'integer', words: 'text?' },
  key: ['team', 'kind', 'name'],
  migrations: [
    `CREATE TABLE watched_parts (
       team TEXT NOT NULL,
       kind TEXT NOT NULL,
       name TEXT NOT NULL,
       since BIGINT NOT NULL,
       words TEXT,
       PRIMARY KEY (team, kind, name)
     );`,
  ],
});
