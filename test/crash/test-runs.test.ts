/**
 * A server that is killed in the middle of a test run: while it writes a version, and on both sides of the commit that records what
 * would be told. Whatever the moment, the test run goes on with the next server, its report is whole, what is current has not moved,
 * and nobody outside was told anything.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import type { TestReport } from '../../src/engine/calls/test-run-calls.js';
import { until } from '../support/until.js';

const MOMENTS = [
  ...['written-half', 'taken', 'shadow-committed', 'effect-decided', 'effect-committed'],
  ...['child-effect-decided', 'child-effect-committed', 'part-taken'],
];
const ROWS = 40_000;

interface Standing {
  readonly executions: readonly {
    readonly id: string;
    readonly name: string;
    readonly pipeline: string;
    readonly status: string;
  }[];
  readonly reports: readonly (TestReport & { readonly name: string })[];
  /** Events of the bus, as text. */
  readonly events: readonly string[];
  readonly current: readonly unknown[];
}

const folder = mkdtempSync(join(tmpdir(), 'millrace-test-run-crash-'));
const reached: string[] = [];
let server: ChildProcess;
/** After the one real execution. */
let before: Standing;
let outside: string;
let pointer: string;
let last: Standing;

async function start(): Promise<Standing> {
  server = fork(join(import.meta.dirname, 'test-run-server.mjs'), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return await standing();
}

function standing(): Promise<Standing> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`The server ended with ${code}`));
    server.once('exit', gone);
    server.once('message', (value) => {
      server.off('exit', gone);
      resolve(value as Standing);
    });
  });
}

function ask(wanted: object): Promise<Standing> {
  const told = standing();
  server.send(wanted);
  return told;
}

function killed(): Promise<string> {
  return new Promise((done) => server.once('exit', (_code, signal) => done(String(signal))));
}

/** All executions are over, with whatever follows them. */
const atRest = ({ executions }: Standing): boolean =>
  executions.length > 0 && executions.every(({ status }) => status !== 'RUNNING');

/** The process that wrote is left stopped: as after a loss of power, it does not go on. */
function endWriting(): void {
  try {
    process.kill(-Number(readFileSync(join(folder, 'writing'), 'utf8')), 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

const told = (): string => readFileSync(join(folder, 'outside.log'), 'utf8');
const pointed = (): string =>
  ['parcels', 'parts']
    .map((name) => join(folder, 'datasets/structured/own', name, 'current.json'))
    .map((file) => (existsSync(file) ? readFileSync(file, 'utf8') : ''))
    .join('\n');

beforeAll(async () => {
  const rows = Array.from({ length: ROWS }, (_, id) => `${id},${id % 9}`);
  writeFileSync(join(folder, 'real.csv'), `id,zip\n${rows.join('\n')}\n`);
  writeFileSync(join(folder, 'tried.csv'), `id,zip\n${rows.join('\n')}\n${ROWS},5\n`);
  await start();
  await ask({ start: { name: 'real', from: 'real.csv' } });
  const all = (one: Standing): boolean => atRest(one) && one.executions.length === 4;
  before = await until(() => ask({}), all);
  await until(
    async () => pointed().match(/"version"/g)?.length,
    (count) => count === 2,
  );
  outside = told();
  pointer = pointed();
  for (const moment of MOMENTS) {
    rmSync(join(folder, 'killed'), { force: true });
    const gone = killed();
    server.send({
      moment,
      start: { name: `test-${moment}`, from: 'tried.csv', testRun: { testRun: {} } },
    });
    expect(await gone).toBe('SIGKILL');
    endWriting();
    reached.push(readFileSync(join(folder, 'killed'), 'utf8'));
    await start();
    await until(() => ask({}), atRest);
  }
  last = await ask({ reports: 'all' });
  const gone = killed();
  server.kill('SIGKILL');
  await gone;
}, 300_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }));

it('was killed at each of these moments', () => {
  expect(reached).toEqual(MOMENTS);
});

it.each(MOMENTS)('killed when it was %s, has gone on, and its report is whole', (moment) => {
  const report = last.reports.find(({ name }) => name === `test-${moment}`);
  expect(report?.execution.status).toBe('SUCCEEDED');
  const written = report?.versions.map(({ dataset, rows, would }) => [dataset, rows, would]);
  expect(written).toEqual([
    ['parcels', ROWS + 1, 'be published'],
    ['parts', ROWS + 1, 'be published'],
  ]);
  expect(report?.versions.map(({ diff }) => diff?.table?.rows.added)).toEqual([1, 1]);
  const effects = report?.effects.map(({ state }) => state) ?? [];
  expect(effects.sort()).toEqual(['Tell', 'Tell each', 'Tell each', 'Tell of it']);
  expect([report?.differs, report?.isCut]).toEqual(['yes', false]);
});

it('has told nobody outside, and no event of the bus tells of a test run', () => {
  expect(outside.split('\n').filter((line) => line !== '').length).toBe(4);
  expect(told()).toBe(outside);
  const tried = last.executions.filter(({ name }) => name.startsWith('test-'));
  expect(tried.length).toBe(MOMENTS.length);
  expect(last.events.filter((event) => tried.some(({ id }) => event.includes(id)))).toEqual([]);
});

it('has what was current before, in the store and in the storage', () => {
  expect(before.current.length).toBe(2);
  expect(last.current).toEqual(before.current);
  expect(pointed()).toBe(pointer);
});

it('has started no pipeline that waits for another', () => {
  const followers = ({ executions }: Standing): number =>
    executions.filter(({ pipeline }) => pipeline === 'after').length;
  expect(followers(before)).toBe(2);
  expect(followers(last)).toBe(2);
});
