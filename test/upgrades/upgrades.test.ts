/**
 * Databases of earlier versions, each written by the code of its time (write-fixtures.mjs) and left behind by a server that was killed,
 * opened by this version: everything is there, readable over the API, sound, and what was under way goes on to its end.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { examineFile } from '../../src/store/backups/verify-file.js';
import { openDriver } from '../../src/store/driver.js';
import { MIGRATIONS, SCHEMA } from '../../src/store/migrations.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import { openTestServer, type TestServer } from '../http/test-server.js';
import { FIXTURES, putFixture } from './fixtures.js';

const LONG = 60_000;

interface Described {
  readonly id: string;
  readonly status: string;
  readonly [member: string]: unknown;
}

interface Told {
  readonly commit: string;
  readonly executions: readonly {
    readonly start: string;
    readonly described: Described;
    readonly history: { readonly items: readonly object[] };
    readonly logs: { readonly items: readonly object[] };
  }[];
}

/** What an execution is said to be, as far as every version says it. */
const KEPT = [
  ...['id', 'name', 'pipeline', 'version', 'team', 'tags', 'startedAt'],
  ...['redriveCount', 'input'],
];
const KEPT_AT_ITS_END = ['status', 'stoppedAt', 'output', 'error', 'cause'];

function part(of: object, names: readonly string[]): object {
  return Object.fromEntries(Object.entries(of).filter(([name]) => names.includes(name)));
}

let data: string;
beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-upgrade-'));
});
afterEach(() => rmSync(data, { recursive: true, force: true }));

it('has a database of every schema that a version wrote', () => {
  // No version wrote schema 2: steps 2 and 3 came together.
  const expected = Array.from(MIGRATIONS, (_, at) => at + 1).filter((schema) => schema !== 2);
  expect(FIXTURES.map(({ schema }) => schema)).toEqual(expected);
});

describe.each(FIXTURES)('a database of schema $schema', ({ schema, folder }) => {
  const told = JSON.parse(readFileSync(join(folder, 'told.json'), 'utf8')) as Told;
  let server: TestServer | undefined;
  let pipelines: string | undefined;
  afterEach(async () => {
    await server?.server.close();
    server = undefined;
    if (pipelines !== undefined) rmSync(pipelines, { recursive: true, force: true });
  });

  it(
    'is opened: all is there as it was told then, goes on to its end, and is sound',
    async () => {
      putFixture(folder, data);
      const before = openDriver(join(data, 'millrace.db'));
      const found = before.prepare('SELECT MAX(version) AS version FROM schema_version').get();
      expect(found?.version).toBe(schema);
      // Where its pipelines lay: tasks are not performed when that is gone.
      const machine = before.prepare('SELECT deployment FROM machines LIMIT 1').get();
      pipelines = (JSON.parse(String(machine?.deployment)) as { folder: string }).folder;
      expect(pipelines).toContain('millrace-fixture-');
      mkdirSync(pipelines, { recursive: true });
      before.close();
      server = await openTestServer({ data });
      expect(server.server.sealCheck.fits).toBe(true);
      const { request } = server;
      for (const { start, described, history, logs } of told.executions) {
        const path = `/api/v1/executions/${described.id}`;
        const isOver = described.status !== 'RUNNING';
        const now = (await request('GET', `${path}?wait=30`)).json<Described>();
        const kept = isOver ? [...KEPT, ...KEPT_AT_ITS_END] : KEPT;
        expect(part(now, kept), start).toEqual(part(described, kept));
        // What had happened has happened; what has not ended then goes on from there.
        const events = (await request('GET', `${path}/history?limit=1000`)).json<{
          items: object[];
        }>();
        const past = history.items.map((event) => expect.objectContaining(event));
        expect(events.items.slice(0, past.length), start).toEqual(past);
        const lines = (await request('GET', `${path}/logs`)).json<{ items: object[] }>();
        const printed = logs.items.map((line) => expect.objectContaining(line));
        expect(lines.items.slice(0, printed.length), start).toEqual(printed);
        if (isOver) {
          expect(events.items.length, start).toBe(past.length);
          continue;
        }
        // Its timer is long overdue; a task that had begun may have happened, and is not begun again by itself.
        const end = start.startsWith('cut') ? ['FAILED', 'Millrace.WorkerLost'] : ['SUCCEEDED'];
        expect([now.status, ...(now.error === undefined ? [] : [now.error])], start).toEqual(end);
      }
      const deployed = (await request('GET', '/api/v1/pipelines')).json<{
        items: { name: string }[];
      }>();
      expect(deployed.items.map(({ name }) => name).sort()).toEqual([
        ...['cut', 'fails', 'succeeds', 'waits'],
      ]);
      // New work, of a pipeline of those days.
      const started = (
        await request('POST', '/api/v1/executions', {
          body: { pipeline: 'succeeds', input: { from: [1] } },
        })
      ).json<Described>();
      const ended = await request('GET', `/api/v1/executions/${started.id}?wait=30`);
      expect(ended.json<Described>().status).toBe('SUCCEEDED');
      await server.server.close();
      server = undefined;
      const verified = await examineFile(join(data, 'millrace.db'));
      expect(verified.findings).toEqual([]);
      expect([verified.schema, verified.executions]).toEqual([SCHEMA, told.executions.length + 1]);
    },
    LONG,
  );

  it('is refused by a version that does not know it, and not touched', () => {
    putFixture(folder, data);
    const file = join(data, 'millrace.db');
    const driver = openDriver(file);
    driver.exec(`INSERT INTO schema_version (version) VALUES (${SCHEMA + 1})`);
    driver.exec('PRAGMA wal_checkpoint(TRUNCATE)');
    driver.close();
    const written = readFileSync(file);
    expect(() => openSqliteStore({ file })).toThrow(
      `The data was written by a newer Millrace (schema ${SCHEMA + 1}, this one knows ${SCHEMA}). Update Millrace.`,
    );
    expect(readFileSync(file).equals(written)).toBe(true);
    expect(statSync(`${file}-wal`, { throwIfNoEntry: false })?.size ?? 0).toBe(0);
  });
});
