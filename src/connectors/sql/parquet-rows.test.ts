import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { attempt, outputOf, temporaryFolders } from '../../../test/connectors/attempt.js';
import { parquetRows } from './parquet-rows.js';
import { createSqlConnector } from './sql-connector.js';

const zone = process.env.TZ;

afterEach(() => {
  if (zone === undefined) delete process.env.TZ;
  else process.env.TZ = zone;
});

test('tells moments in UTC, whatever the zone of the server', async () => {
  process.env.TZ = 'America/St_Johns';
  const folders = temporaryFolders();
  const query = "SELECT TIMESTAMPTZ '2026-07-02 03:04:05+02' AS at, DATE '2026-02-28' AS day";
  await outputOf(attempt(createSqlConnector(), folders, { query, output: { path: 'a.parquet' } }));
  const path = join(folders.workFolder, 'a.parquet');
  expect(existsSync(path)).toBe(true);
  const rows: unknown[] = [];
  for await (const page of parquetRows(path, 10)) rows.push(...page);
  expect(rows).toEqual([{ at: '2026-07-02 01:04:05+00', day: '2026-02-28' }]);
});
