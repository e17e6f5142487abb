/**
 * What the server and a reader say to each other.
 * @module
 */
import type { StoreErrorCode } from '../errors.js';
import type { StoreSource } from '../source.js';
import type { ReadMethod } from './read-store.js';

/** One read. */
export interface Order {
  id: number;
  method: ReadMethod;
  values: unknown[];
}

/** The first message opens what is read; each other one is an order. */
export type ToReader =
  | { type: 'open'; source: StoreSource; deadline: number }
  | { type: 'read'; order: Order };

/** Without `answer` there is none, as of a row that does not exist. */
export type Answer =
  | { id: number; answer?: unknown; failure?: undefined }
  | { id: number; failure: { code: StoreErrorCode; message: string } };
