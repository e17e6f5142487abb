/**
 * What the catalogue of errors says of each.
 * @module
 */

export interface EngineErrorEntry {
  code: string;
  /** HTTP status. */
  status: number;
  /** `{name}` stands for a detail. */
  message: string;
  /** What the reader can do about it. */
  fix: string;
}
