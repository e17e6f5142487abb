/**
 * `millrace schedules` and what `millrace trigger explain` says of them, against a real server.
 * @module
 */

import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { type Server, startServer } from '../../src/server.js';
import { until } from '../support/until.js';
import { minutesAhead, onceAt, reach, releaseWallClock } from '../support/wall-clock.js';
import { type Ended, millrace } from './millrace.js';

let project: string;
let server: Server;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'millrace-cli-schedules-'));
  mkdirSync(join(project, 'pipelines'));
  server = await startServer({
    folder: join(project, 'pipelines'),
    data: join(project, '.millrace'),
    port: 0,
  });
});

afterAll(async () => {
  releaseWallClock();
  await server.close();
  rmSync(project, { recursive: true, force: true });
});

const run = (...args: string[]): Promise<Ended> => millrace(args, { cwd: project });

async function make(name: string, expression: string, Arn: string): Promise<void> {
  await server.engine.scheduler.create(ofTeam('tests'), {
    group: 'default',
    name,
    settings: {
      expression,
      timezone: 'UTC',
      state: 'ENABLED',
      afterCompletion: 'NONE',
      target: { Arn, RoleArn: 'arn:aws:iam::000000000000:role/any' },
    },
  });
}

test('says so when there is none', async () => {
  expect(await run('schedules')).toMatchObject({ code: 0, stdout: '' });
  expect(JSON.parse((await run('schedules', '--json')).stdout)).toEqual({ items: [] });
});

test('lists those of pipelines and of clients, with their next times and what failed', async () => {
  writeFileSync(
    join(project, 'pipelines/nightly.yaml'),
    `pipeline: nightly
team: tests
trigger:
  schedule: { hour: 3, timezone: Europe/Berlin, flexibleWindow: 15m }
steps: [{ greet: { echo: { done: true } } }]
`,
  );
  await server.folder?.reload();
  const at = minutesAhead(60);
  const lambda = 'arn:aws:lambda:us-east-1:000000000000:function:none';
  await make('once', onceAt(at), lambda);
  await make('noon', 'cron(0 12 * * ? *)', server.engine.arns.stateMachine('nightly'));
  await reach(server.engine, at);
  const list = () => server.engine.schedules.list(EVERYTHING);
  await until(list, (schedules) => schedules.some(({ failure }) => failure !== undefined));
  const { items } = JSON.parse((await run('schedules', '--next', '2', '--json')).stdout);
  expect(items).toMatchObject([
    { kind: 'api', name: 'default/noon', next: [{}, {}] },
    {
      kind: 'api',
      name: 'default/once',
      target: lambda,
      next: [],
      failure: { fireTime: at, count: 1 },
    },
    { kind: 'pipeline', name: 'nightly', team: 'tests', window: 900_000, next: [{}, {}] },
  ]);
  const { code, stdout } = await run('schedules', '--next', '2');
  expect(code).toBe(0);
  expect(stdout).toMatch(
    /nightly +tests +daily at 03:00 +Europe\/Berlin +\S+ 03:00:00 – 03:15:00\n/,
  );
  expect(stdout.match(/03:00:00 – 03:15:00/g)).toHaveLength(2);
  expect(stdout).toContain('✖ default/once failed for');
  expect(stdout).toContain('Nothing here performs arn:aws:lambda');

  const explained = await run('trigger', 'explain', 'nightly');
  expect(explained.stdout.match(/03:00:00 – 03:15:00 starts /g)).toHaveLength(10);
  expect(explained.stdout).toContain('default/noon cron(0 12 * * ? *)');
});
