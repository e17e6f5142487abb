/**
 * What the server and a reader say to each other.
 * @module
 */
import type { StoreErrorCode } from '../errors.js';
import type { ReadMethod } from './read-store.js';

/** One read. */
export interface Order {
  id: number;
  method: ReadMethod;
  values: unknown[];
}

/** Without `answer` there is none, as of a row that does not exist. */
export type Answer =
  | { id: number; answer?: unknown; failure?: undefined }
  | { id: number; failure: { code: StoreErrorCode; message: string } };
