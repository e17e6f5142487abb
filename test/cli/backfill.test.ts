/**
 * `millrace backfill` against a real server.
 * @module
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { type Ended, millrace } from './millrace.js';

let project: string;
let server: Server;
const RANGE = ['--from', '2026-03-01', '--to', '2026-03-03'];

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'millrace-cli-backfill-'));
  mkdirSync(join(project, 'pipelines'));
  const write = (name: string, step: string): void =>
    writeFileSync(
      join(project, 'pipelines', `${name}.yaml`),
      `pipeline: ${name}\nsteps:\n  - work: ${step}\n`,
    );
  write('daily', '{ echo: { ok: true } }');
  write('broken', '{ echo: { fail: { error: NoRows, cause: the file is empty } } }');
  write('slow', '{ wait: 1d }');
  server = await startServer({
    folder: join(project, 'pipelines'),
    data: join(project, '.millrace'),
    port: 0,
  });
});

afterAll(async () => {
  await server.close();
  rmSync(project, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<Ended> => millrace(args, { cwd: project });

test('shows the plan, then runs it, and tells of each interval', async () => {
  const planned = await run('backfill', 'daily', ...RANGE, '--plan');
  expect(planned.code).toBe(0);
  expect(planned.stdout.split('\n').slice(0, 2)).toEqual([
    'interval    action  reason',
    '2026-03-01  create  has not run',
  ]);
  expect(planned.stderr).toContain('3 to start, 0 left alone');
  expect((await server.engine.executions.list(EVERYTHING, { pipeline: 'daily' })).items).toEqual(
    [],
  );
  const ended = await run('backfill', 'daily', ...RANGE, '--concurrency', '2', '--wait');
  expect(ended.code).toBe(0);
  for (const day of ['01', '02', '03']) {
    expect(ended.stderr).toMatch(`✔ succeeded 2026-03-${day}`);
  }
  expect(ended.stderr).toContain('3 succeeded · 0 failed · 0 running');
});

test('ends with 7 when nothing succeeded, and with 2 when the range is none', async () => {
  const ended = await run('backfill', 'broken', ...RANGE, '--wait', '--json');
  expect(ended.code).toBe(7);
  expect(JSON.parse(ended.stdout)).toMatchObject({ status: 'FAILED', counts: { failed: 3 } });
  const wrong = await run('backfill', 'broken', '--from', 'monday', '--to', '2026-03-01');
  expect(wrong.code).toBe(2);
  expect(wrong.stderr).toContain('MILL3043');
});

test('stops one by its number or as the latest', async () => {
  const begun = await run('backfill', 'slow', ...RANGE);
  expect(begun.code).toBe(0);
  expect(begun.stdout).toMatch(/^\d+\n$/);
  const stopped = await run('backfill', 'stop', 'latest', '--json');
  expect(JSON.parse(stopped.stdout)).toMatchObject({
    id: begun.stdout.trim(),
    status: 'STOPPING',
    counts: { running: 1, pending: 2 },
  });
  expect((await run('backfill', 'stop', begun.stdout.trim())).code).toBe(6);
});

test('repairs what was made from an older outcome, and only once', async () => {
  writeFileSync(
    join(project, 'pipelines', 'report.yaml'),
    'pipeline: report\nsteps:\n  - work: { echo: { ok: true } }\n',
  );
  await server.folder?.reload();
  const interval = '2026-04-01';
  await server.engine.executions.run(EVERYTHING, { pipeline: 'report', name: 'old', interval });
  const { id } = await server.engine.executions.run(EVERYTHING, { pipeline: 'daily', interval });
  expect((await run('repair', id)).stderr).toContain('nothing has to run again for 2026-04-01');
  writeFileSync(
    join(project, 'pipelines', 'report.yaml'),
    'pipeline: report\ntrigger: { executions: { allOf: [{ name: daily }] } }\nsteps:\n  - work: { echo: { ok: true } }\n',
  );
  await server.folder?.reload();
  const planned = await run('repair', id, '--plan');
  expect(planned.stdout).toContain('report    start   it began before daily ended');
  expect((await run('repair', id)).code).toBe(0);
  expect((await run('repair', id)).stderr).toContain('nothing has to run again');
  const { items } = await server.engine.executions.list(EVERYTHING, { pipeline: 'report' });
  expect(items.map(({ name }) => name.replace(/\d{13}$/, 'END'))).toEqual([
    'repair-2026-04-01-END',
    'old',
  ]);
});
