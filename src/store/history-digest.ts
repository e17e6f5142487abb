/**
 * A digest for each row of a history, so that a byte that changed on the disk is noticed. SQLite checks how its pages hang
 * together, not what is written in them.
 *
 * CRC-32: it finds every change of up to 32 bits in a row and all but one in four billion of the others, for less than a
 * microsecond a row. It is no proof against people.
 * @module
 */
import { crc32 } from 'node:zlib';
import type { Row } from './driver.js';
import { StoreError } from './errors.js';

/** The columns that a digest covers, as they are written. */
export interface DigestedRow {
  execution: number;
  first: number;
  last: number;
  at: number;
  events: string;
}

/** @example digestOf({ execution: 1, first: 1, last: 2, at: 0, events: '[]' }) // 3403433310 */
export function digestOf({ execution, first, last, at, events }: DigestedRow): number {
  return crc32(events, crc32(`${execution}:${first}:${last}:${at}:`));
}

/** Throws a StoreError `corrupt` unless the row is as it was written. Rows from before there were digests pass. */
export function expectDigest(row: Row): void {
  if (row.digest === null || row.digest === undefined) return;
  const written: DigestedRow = {
    execution: Number(row.execution),
    first: Number(row.first),
    last: Number(row.last),
    at: Number(row.at),
    events: String(row.events),
  };
  if (digestOf(written) === Number(row.digest)) return;
  throw new StoreError(
    'corrupt',
    `The history of execution number ${written.execution} is damaged at its events ${written.first} to ${written.last}`,
  );
}
