/**
 * Table `deliveries`: what rules deliver over the network, tried until it succeeds or is given up, and dead letters.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { defineTable, type Table } from '../../../store/table.js';

/** An event on its way to a target that is reached over the network, or one that could not be delivered. */
export interface DeliveryRecord {
  number: number;
  team: string;
  status: 'PENDING' | 'DEAD';
  /** Where it goes when it cannot be delivered. */
  queue: string;
  /** Milliseconds since the epoch; when it is tried next, or when it was given up. */
  dueAt: number;
  createdAt: number;
  /** Tries that have failed. */
  attempts: number;
  /** What is delivered, where to, and for which rule. */
  request: JsonObject;
  /** Why the last try failed. */
  failure?: JsonObject;
}

export const DELIVERIES: Table<DeliveryRecord> = defineTable<DeliveryRecord>({
  name: 'deliveries',
  columns: {
    number: 'integer',
    team: 'text',
    status: 'text',
    queue: 'text',
    dueAt: 'integer',
    createdAt: 'integer',
    attempts: 'integer',
    request: 'json',
    failure: 'json?',
  },
  key: ['number'],
  lists: [
    { columns: ['team'], only: { status: 'DEAD' } },
    { columns: ['team', 'queue'], only: { status: 'DEAD' } },
    { columns: [], only: { status: 'PENDING' } },
  ],
  migrations: [],
});
