/**
 * Table `activities`: queues of tasks that workers elsewhere take.
 * @module
 */
import type { Tags } from '../../../store/store.js';
import { defineTable, type Table } from '../../../store/table.js';

/** A queue of tasks that workers elsewhere take. */
export interface ActivityRecord {
  name: string;
  team: string;
  tags: Tags;
  /** Milliseconds since the epoch. */
  createdAt: number;
}

export const ACTIVITIES: Table<ActivityRecord> = defineTable<ActivityRecord>({
  name: 'activities',
  columns: { team: 'text', name: 'text', tags: 'json', createdAt: 'integer' },
  key: ['team', 'name'],
  migrations: [],
});
