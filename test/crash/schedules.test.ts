/**
 * A server that is killed again and again while schedules are made and fall due: each one that was answered for starts its
 * target exactly once, whatever the moment, also when its time passes while no server is there.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const KILLS = 12;
const SCHEDULES_EACH = 24;

const folder = mkdtempSync(join(tmpdir(), 'millrace-schedule-crash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const made = new Set<string>();
let last = 0;
let found: { executions: string[]; events: string[]; left: string[]; failed: unknown[] };

function start(): ChildProcess {
  return fork(join(import.meta.dirname, 'schedule-server.mjs'), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function message<Value>(server: ChildProcess): Promise<Value> {
  return new Promise((resolve, reject) => {
    server.once('message', resolve as (value: unknown) => void);
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
  });
}

const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** Kills the server some moment after it was asked to make schedules that fall due in this life and the next ones. */
async function life(number: number): Promise<void> {
  const server = start();
  await message(server);
  const gone = new Promise((done) => server.once('exit', done));
  server.on('message', (told: { made: string }) => made.add(told.made));
  server.send(
    Array.from({ length: SCHEDULES_EACH }, (_, index) => {
      const at = Math.ceil(Date.now() / 1000) * 1000 + 3000 + (index % 4) * 1000;
      last = Math.max(last, at);
      return {
        name: `s-${number}-${index}`,
        at: new Date(at).toISOString().slice(0, 19),
        target: index % 2 === 0 ? 'machine' : 'bus',
        afterCompletion: index % 3 === 0 ? 'DELETE' : 'NONE',
      };
    }),
  );
  // Around the full second, when schedules are served.
  await sleep(5 + (number % 3) * 400 + ((1000 - (Date.now() % 1000)) % 1000) + ((number * 7) % 25));
  server.kill('SIGKILL');
  await gone;
}

beforeAll(async () => {
  for (let number = 0; number < KILLS; number += 1) await life(number);
  const server = start();
  await message(server);
  await sleep(Math.max(0, last - Date.now()) + 1_000);
  const gone = new Promise((done) => server.once('exit', done));
  const told = message<typeof found>(server);
  server.send('list');
  found = await told;
  server.kill('SIGKILL');
  await gone;
}, 120_000);

const nameOf = (arn: string): string => arn.split('/').at(-1) as string;

it('was killed with schedules made and served', () => {
  expect(made.size).toBeGreaterThan(KILLS);
  expect(found.executions.length + found.events.length).toBeGreaterThan(KILLS);
});

it('has started the target of each exactly once', () => {
  const started = [...found.executions, ...found.events].map(nameOf);
  expect(new Set(started).size).toBe(started.length);
  expect([...made].filter((name) => !started.includes(name))).toEqual([]);
  const isForBus = (name: string): boolean => Number(name.split('-').at(-1)) % 2 === 1;
  expect(found.executions.map(nameOf).filter(isForBus)).toEqual([]);
  expect(found.failed).toEqual([]);
});

it('has kept those that were to stay, and no other', () => {
  const staysAs = (name: string): boolean => Number(name.split('-').at(-1)) % 3 !== 0;
  const started = [...found.executions, ...found.events].map(nameOf);
  expect(found.left.toSorted()).toEqual(started.filter(staysAs).toSorted());
});
