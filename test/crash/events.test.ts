/**
 * A server that is killed again and again while events come: what was answered is there with what it starts, whatever the
 * moment, and an event that is sent again starts nothing twice.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';

const KILLS = 15;
const EVENTS_EACH = 60;

const folder = mkdtempSync(join(tmpdir(), 'millrace-event-crash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sent = new Set<string>();
const answered = new Set<string>();
let found: {
  events: { id: string; matched: string[] }[];
  executions: Execution[];
  waiting: number;
  dead: number;
};

interface Execution {
  pipeline: string;
  name: string;
  status: string;
  rule?: string;
  event?: string;
  events?: string[];
}

const ofPipeline = (wanted: string): Execution[] =>
  found.executions.filter(({ pipeline }) => pipeline === wanted);

/** Lines of what the webhook got. */
const delivered = (): string[] => readFileSync(join(folder, 'webhook'), 'utf8').trim().split('\n');

function start(): ChildProcess {
  return fork(join(import.meta.dirname, 'event-server.mjs'), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function message<Value>(server: ChildProcess): Promise<Value> {
  return new Promise((resolve, reject) => {
    server.once('message', resolve as (value: unknown) => void);
    server.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
  });
}

/** Kills the server once so many events were answered in its life. */
async function life(number: number): Promise<void> {
  const server = start();
  await message(server);
  const gone = new Promise((done) => server.once('exit', done));
  // New ones, and all that nobody has answered for yet: their senders try again.
  const ids = Array.from({ length: EVENTS_EACH }, (_, index) => `e-${number}-${index}`);
  const again = [...sent].filter((id) => !answered.has(id));
  for (const id of ids) sent.add(id);
  let heard = 0;
  server.on('message', (told: { answered: string }) => {
    answered.add(told.answered);
    heard += 1;
    if (heard === 1 + ((number * 7) % EVENTS_EACH)) server.kill('SIGKILL');
  });
  server.send([...again, ...ids]);
  await gone;
}

beforeAll(async () => {
  for (let number = 0; number < KILLS; number += 1) await life(number);
  const server = start();
  await message(server);
  const gone = new Promise((done) => server.once('exit', done));
  // What the killed ones have left is gone on with, and what was on its way is sent now: look until that is done.
  for (let look = 0; look < 200; look += 1) {
    const told = message<typeof found>(server);
    server.send('list');
    found = await told;
    const isDone =
      found.waiting < 7 && found.executions.every(({ status }) => status !== 'RUNNING');
    if (isDone && new Set(delivered()).size >= found.events.length) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  server.kill('SIGKILL');
  await gone;
}, 120_000);

it('was killed with events on their way', () => {
  expect(answered.size).toBeGreaterThan(KILLS);
  expect(sent.size).toBe(KILLS * EVENTS_EACH);
});

it('has every event that it answered for', () => {
  const stored = new Set(found.events.map(({ id }) => id));
  expect([...answered].filter((id) => !stored.has(id))).toEqual([]);
});

it('has exactly one execution for each event, and none without one', () => {
  const names = ofPipeline('orders').map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(names.toSorted()).toEqual(found.events.map(({ id }) => `event-${id}`).toSorted());
  expect(found.events.every(({ matched }) => matched.join() === 'orders')).toBe(true);
});

it('has every event in exactly one batch of seven, in their order, and the last ones waiting', () => {
  const batches = ofPipeline('batches').map(({ events = [] }) => events);
  const taken = batches.toReversed().flat();
  expect(batches.every(({ length }) => length === 7)).toBe(true);
  expect(taken).toEqual(found.events.slice(0, taken.length).map(({ id }) => id));
  expect(found.waiting).toBe(found.events.length - taken.length);
  expect(found.waiting).toBeLessThan(7);
});

it('has exactly one execution for each event and rule that a client made', () => {
  const started = ofPipeline('ruled').map(({ rule, event }) => `${rule} ${event}`);
  const wanted = found.events.flatMap(({ id }) => [`here ${id}`, `there ${id}`]);
  expect(started.toSorted()).toEqual(wanted.toSorted());
});

it('has delivered each event over the network, and given none up', () => {
  const ids = new Set(delivered().map((line) => (JSON.parse(line) as { id: string }).id));
  expect([...ids].toSorted()).toEqual(found.events.map(({ id }) => id).toSorted());
  expect(found.dead).toBe(0);
});

it('has finished all of them', () => {
  expect(found.executions.filter(({ status }) => status !== 'SUCCEEDED')).toEqual([]);
});
