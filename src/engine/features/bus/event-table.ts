/**
 * Table `events`: everything that was put on a bus, in order.
 * @module
 */
import { defineTable, type Table } from '../../../store/table.js';
import type { EventRecord } from '../../kernel/bus-event.js';

export const EVENTS: Table<EventRecord> = defineTable<EventRecord>({
  name: 'events',
  columns: {
    number: 'integer',
    bus: 'text',
    id: 'text',
    team: 'text',
    source: 'text',
    detailType: 'text',
    storedAt: 'integer',
    envelope: 'json',
    matched: 'json',
    batched: 'json?',
  },
  key: ['number'],
  lists: [{ columns: ['team', 'bus'] }],
  // An id that comes a second time on its bus is an error: see the index events_by_id.
  appendOnly: true,
  migrations: [
    {
      both: `ALTER TABLE events ADD COLUMN batched TEXT;`,
      sqlite: `UPDATE events SET batched = json_extract(matched, '$.batched'), matched = json_extract(matched, '$.started')
       WHERE matched LIKE '{%';`,
    },
  ],
});
