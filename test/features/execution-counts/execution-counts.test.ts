import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { ExecutionCount } from './execution-counts.js';

let data: string;
let child: ChildProcess | undefined;

beforeEach(() => {
  data = mkdtempSync(join(tmpdir(), 'millrace-counts-'));
});

afterEach(async () => {
  await kill();
  rmSync(data, { recursive: true, force: true });
});

interface Started {
  url: string;
  token: string;
}

async function start(): Promise<Started> {
  child = fork(join(import.meta.dirname, 'counts-server.ts'), [data], {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  const [message] = (await once(child, 'message')) as [Started, unknown];
  return message;
}

async function kill(): Promise<void> {
  if (child === undefined) return;
  const ended = once(child, 'exit');
  child.kill('SIGKILL');
  await ended;
  child = undefined;
}

async function run(pipeline: string, name: string): Promise<void> {
  const ended = once(child as ChildProcess, 'message');
  child?.send({ pipeline, name });
  const [message] = await ended;
  expect(message).toEqual({ ended: name });
}

async function counts({ url, token }: Started): Promise<ExecutionCount[]> {
  const headers = { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/api/v1/execution-counts`, { headers });
  expect(answer.status).toBe(200);
  return ((await answer.json()) as { items: ExecutionCount[] }).items;
}

const count = (tag: string, value: string, begun: number, succeeded: number, failed: number) => ({
  team: 'default',
  tag,
  value,
  begun,
  succeeded,
  failed,
});

it('is a feature in one folder: it counts with each commit, survives kill -9 and is listed over REST', async () => {
  let server = await start();
  await run('good', 'one');
  await run('bad', 'two');
  const both = [
    count('county', 'alder', 2, 1, 1),
    count('outcome', 'good', 1, 1, 0),
    count('outcome', 'bad', 1, 0, 1),
  ];
  expect(await counts(server)).toEqual(both);
  await kill();
  server = await start();
  expect(await counts(server)).toEqual(expect.arrayContaining(both));
  // The same name is the same execution: it is not counted again.
  await run('good', 'one');
  await run('good', 'three');
  expect(await counts(server)).toEqual(
    expect.arrayContaining([
      count('county', 'alder', 3, 2, 1),
      count('outcome', 'good', 2, 2, 0),
      count('outcome', 'bad', 1, 0, 1),
    ]),
  );
});

it('shows nothing to whoever has no token', async () => {
  const { url } = await start();
  expect((await fetch(`${url}/api/v1/execution-counts`)).status).toBe(401);
});
