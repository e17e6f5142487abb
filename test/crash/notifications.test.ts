/**
 * A server that is killed again and again while it tells people: whatever the moment between a fact and its delivery, each message that
 * is durable arrives, in the order of its thread, and no more often than crashes explain.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const KILLS = 12;
const EACH = 20;
/** Sent at a time by one channel: so many may have been answered and not noted when the server is killed. */
const IN_FLIGHT = 10;

const folder = mkdtempSync(join(tmpdir(), 'millrace-notification-crash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Ids of executions whose end was answered. */
const ended = new Set<string>();
let deliveries: { status: string; key: string }[];
let lines: string[];

const told = (): string[] => readFileSync(join(folder, 'webhook'), 'utf8').trim().split('\n');

function start(mode: string): ChildProcess {
  return fork(join(import.meta.dirname, 'notification-server.mjs'), [folder, mode], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function message<Value>(server: ChildProcess): Promise<Value> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`The server ended with ${code}`));
    server.once('exit', gone);
    server.once('message', (value) => {
      server.off('exit', gone);
      resolve(value as Value);
    });
  });
}

/** Kills the server once so many executions were answered in its life. */
async function life(number: number): Promise<void> {
  const server = start('rough');
  await message(server);
  const gone = new Promise((done) => server.once('exit', done));
  let heard = 0;
  server.on('message', ({ id }: { id: string }) => {
    ended.add(id);
    heard += 1;
    if (heard === 1 + ((number * 7) % EACH)) server.kill('SIGKILL');
  });
  server.send(Array.from({ length: EACH }, (_, index) => `n-${number}-${index}`));
  await gone;
}

beforeAll(async () => {
  for (let number = 0; number < KILLS; number += 1) await life(number);
  const server = start('calm');
  await message(server);
  const gone = new Promise((done) => server.once('exit', done));
  for (let look = 0; look < 200; look += 1) {
    const answer = message<{ deliveries: typeof deliveries }>(server);
    server.send('list');
    // What a channel that failed for a moment is told of by another way is no part of this.
    deliveries = (await answer).deliveries.filter(({ key }) => key.startsWith('execution-'));
    if (deliveries.every(({ status }) => status === 'DELIVERED')) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  server.kill('SIGKILL');
  await gone;
  lines = told();
}, 120_000);

it('tells of every execution whose end was answered', () => {
  expect(ended.size).toBeGreaterThanOrEqual(KILLS);
  const keys = new Set(lines.map((line) => line.split(' ')[1]));
  for (const id of ended) {
    expect(keys).toContain(`execution-${id}-begun-0`);
    expect(keys).toContain(`execution-${id}-ended-0`);
  }
});

it('tells everything that is stored, and nothing else', () => {
  expect(deliveries.filter(({ status }) => status !== 'DELIVERED')).toEqual([]);
  const keys = new Set(lines.map((line) => line.split(' ')[1]));
  expect([...keys].sort()).toEqual([...new Set(deliveries.map(({ key }) => key))].sort());
  expect(new Set(deliveries.map(({ key }) => key)).size).toBe(deliveries.length);
});

it('tells each thread in order', () => {
  const first = new Map<string, string>();
  for (const line of lines) {
    const [thread = '', key = ''] = line.split(' ');
    if (!first.has(thread)) first.set(thread, key);
  }
  for (const [thread, key] of first) expect(key).toBe(`${thread}-begun-0`);
});

it('tells nothing twice but what a crash left open', () => {
  const extra = lines.length - new Set(lines).size;
  expect(extra).toBeLessThanOrEqual(KILLS * IN_FLIGHT);
});
