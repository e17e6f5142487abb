/**
 * What a store tells about itself.
 * @module
 */
export interface StoreInformation {
  driver: string;
  /** Version of SQLite or PostgreSQL. */
  version: string;
  schema: number;
  /** Where it lies, for `doctor`. */
  location: string;
  /** What was found damaged, in words: then nothing is written any more. */
  damage?: string;
}
