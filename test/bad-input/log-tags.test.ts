/**
 * As many values of tags as lines, and log rows that are damaged.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { parseQuery } from '../../src/search/parse-query.js';
import type { SearchQuery } from '../../src/search/query.js';
import { openDriver, openReader } from '../../src/store/driver.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import type { LogFindings, LogSegment, SynchronousStore } from '../../src/store/store.js';
import { verifyRecords } from '../../src/store/verify-database.js';

const NOW = 1_795_176_000_000;
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-tags-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function segment(n: number): LogSegment {
  return {
    ...{ execution: n, team: 'land', pipeline: 'parcels', state: 'Load', attempt: 0 },
    tags: { parcel: `P"${n}\n` },
    lines: [{ at: NOW + n, stream: 'stdout', level: 'info', message: `line ${n}` }],
  };
}

function count(store: SynchronousStore, text: string): LogFindings {
  const { query } = parseQuery(text, 'logs', NOW) as { query: SearchQuery };
  const most = { milliseconds: 20_000, bytes: 1e9 };
  return store.searchLogs({ query, limit: 10, count: 'all', most });
}

it('100,000 values of a tag are searched without reading a line that cannot match', () => {
  const store = openSqliteStore({ file: join(folder, 'tags.db'), synchronous: 'NORMAL' });
  for (let from = 0; from < 100_000; from += 1_000) {
    const logs = Array.from({ length: 1_000 }, (_, n) => segment(from + n));
    store.commit({ at: 1, executions: [], rows: [], logs });
  }
  const found = count(store, 'tag.parcel:"p\\"77777\n"');
  expect(found.count).toEqual({ value: 1, isExact: true });
  expect(found.searched).toMatchObject({ segments: 100_000, lines: 1 });
  expect(count(store, 'tag.parcel:p*').count.value).toBe(100_000);
  store.close();
});

it('one changed byte in packed lines is noticed by a search and by verifying', () => {
  const file = join(folder, 'damaged.db');
  let store = openSqliteStore({ file });
  store.commit({ at: 1, executions: [], rows: [], logs: [segment(1), segment(2)] });
  store.close();
  const sound = openReader(file);
  expect([...verifyRecords(sound, ['logs'])].filter((one) => one !== undefined)).toEqual([]);
  sound.close();
  const driver = openDriver(file);
  driver.exec(
    "UPDATE logs SET body = CAST(substr(body, 1, 12) || x'7a' || substr(body, 14) AS BLOB) WHERE number = 2",
  );
  driver.close();
  const reader = openReader(file);
  const findings = [...verifyRecords(reader, ['logs'])].filter((one) => one !== undefined);
  expect(findings).toEqual(['The record 2 of logs is damaged (column body)']);
  reader.close();
  store = openSqliteStore({ file });
  expect(() => count(store, '')).toThrow('The record 2 of logs is damaged');
  store.close();
});
