/**
 * Looks for damage in packed log lines, by their checksums.
 * @module
 */
import { bytes, integer } from './columns.js';
import type { Driver } from './driver.js';
import { expectIntact } from './log-segments.js';

/** Rows of one step: each may have some hundred KiB. */
const ROWS = 50;

/**
 * Checks step by step; throws a StoreError `corrupt` in the step that finds something. A database of an older version has none.
 *
 * @example for (const _ of verifyLogs(reader)) await pause();
 */
export function* verifyLogs(reader: Driver): Generator<void> {
  const columns = reader.prepare('PRAGMA table_info(logs)').all();
  if (!columns.some(({ name }) => name === 'body')) return;
  const page = reader.prepare(
    'SELECT number, body FROM logs WHERE number > ? ORDER BY number LIMIT ?',
  );
  for (let after = 0; ; ) {
    const rows = page.all(after, ROWS);
    for (const row of rows) {
      after = integer(row, 'number');
      const body = bytes(row, 'body');
      if (body !== undefined) expectIntact(body, after);
    }
    if (rows.length < ROWS) return;
    yield;
  }
}
