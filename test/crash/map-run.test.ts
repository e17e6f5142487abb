/**
 * A distributed Map on a server that is killed again and again: no item is missed, and none is done by two children.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { MapRunDetail } from '../../src/engine/engine.js';

const KILLS = 12;
const ROWS = 3000;

interface End {
  status: string;
  cause?: string;
  output: { ResultWriterDetails: { Key: string } };
  mapRuns: MapRunDetail[];
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-map-crash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let kills = 0;
let end: End;

/** @param items after which the server tells that as many have been begun in its life */
function start(items: number): ChildProcess {
  return fork(join(import.meta.dirname, 'map-server.mjs'), [folder, String(items)], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function message<Value>(server: ChildProcess): Promise<Value> {
  return new Promise((resolve, reject) => {
    server.once('message', resolve as (value: unknown) => void);
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
  });
}

async function kill(server: ChildProcess): Promise<void> {
  const gone = new Promise((done) => server.once('exit', done));
  server.kill('SIGKILL');
  await gone;
}

beforeAll(async () => {
  mkdirSync(join(folder, 'results'));
  const rows = Array.from({ length: ROWS }, (_, i) => `${i},"row ${i}"\n`).join('');
  writeFileSync(join(folder, 'rows.csv'), `id,name\n${rows}`);
  for (; kills < KILLS; kills++) {
    const server = start(1 + kills * 17);
    await message(server);
    await kill(server);
  }
  const last = start(0);
  end = await message<End>(last);
  await kill(last);
}, 120_000);

const begun = (): number[] =>
  readFileSync(join(folder, 'begun.log'), 'utf8').trim().split('\n').map(Number);

it('was killed while its items were being done', () => {
  expect(kills).toBe(KILLS);
  expect(begun().length, 'no kill hit a running task').toBeGreaterThan(ROWS);
});

it('has done every item, and the same one again only for a task that a kill hit', () => {
  const times = new Map<number, number>();
  for (const id of begun()) times.set(id, (times.get(id) ?? 0) + 1);
  expect(times.size).toBe(ROWS);
  expect(Math.max(...times.values())).toBeLessThanOrEqual(KILLS + 1);
  // Twenty tasks run at a time: no kill can hit more of them.
  expect(begun().length).toBeLessThanOrEqual(ROWS + 20 * KILLS);
});

it('tells each result once, in the order of the items', () => {
  expect(end).toMatchObject({ status: 'SUCCEEDED' });
  const file = end.output.ResultWriterDetails.Key.replace('manifest', 'SUCCEEDED_0');
  const results = JSON.parse(readFileSync(join(folder, 'results', file), 'utf8')) as unknown[];
  expect(results).toEqual(Array.from({ length: ROWS }, (_, i) => ({ done: String(i) })));
});

it('counts each of them once', () => {
  expect(end.mapRuns).toHaveLength(1);
  const all = { total: ROWS, succeeded: ROWS, pending: 0, running: 0, failed: 0, aborted: 0 };
  expect(end.mapRuns[0]).toMatchObject({ status: 'SUCCEEDED', items: all, executions: all });
});
