/**
 * The process dies in the middle of its n-th write, for every n: a half-written page, a sync that never came, a log that was
 * not yet cut. Whatever n is, the next start finds everything that was acknowledged, and nothing else that is wrong.
 *
 * Two workloads, because different things are written: a new data folder (the schema), and one that a crash has left (the
 * log is carried over into the database first). Both start executions and are stopped in order, so the end is written, too.
 * @module
 */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { inspectStore } from '../../src/store/inspect-store.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import { requirement } from '../requirements.js';

const compiler = requirement('gcc');
/** Write points of both workloads together. */
const POINTS = 200;
const EXECUTIONS = 6;
/** Processes at a time. */
const PARALLEL = 2;

const home = mkdtempSync(join(tmpdir(), 'millrace-kill-'));
const shim = join(home, 'kill-at-write.so');
afterAll(() => rmSync(home, { recursive: true, force: true }));

interface Run {
  /** Names of executions whose start was acknowledged. */
  acknowledged: string[];
  /** Ended by the kill. */
  killed: boolean;
}

/** Starts executions one after the other in a server on this folder, then stops it. */
async function work(folder: string, prefix: string, env: { [name: string]: string }): Promise<Run> {
  const child: ChildProcess = fork(
    join(import.meta.dirname, 'crash-server.mjs'),
    [folder, 'FULL'],
    {
      stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
      env: { ...process.env, LD_PRELOAD: shim, KILL_AT_FILE: '/crash.db', ...env },
    },
  );
  const acknowledged: string[] = [];
  let next = 0;
  child.on('message', ({ name, id }: { name?: string; id?: string }) => {
    if (name !== undefined && id !== undefined) acknowledged.push(name);
    if (!child.connected) return;
    if (next < EXECUTIONS) child.send({ name: `${prefix}${next++}` }, () => {});
    else child.send({ stop: true }, () => {});
  });
  const signal = await new Promise((done) => child.once('exit', (_, by) => done(by)));
  return { acknowledged, killed: signal === 'SIGKILL' };
}

/** How many write points the workload has. */
async function countPoints(folder: string, prefix: string): Promise<number> {
  const file = `${folder}.count`;
  await work(folder, prefix, { KILL_COUNT_FILE: file });
  return Number(readFileSync(file, 'utf8'));
}

/** `wanted` points of `all`, evenly, the first and the last among them. */
function spread(all: number, wanted: number): number[] {
  if (all <= wanted) return Array.from({ length: all }, (_, i) => i + 1);
  return Array.from({ length: wanted }, (_, i) => 1 + Math.round((i * (all - 1)) / (wanted - 1)));
}

interface Outcome {
  point: number;
  killed: boolean;
  acknowledged: number;
  problem?: string;
}

/** Kills at one point, and looks at what is there then. */
async function killAt(
  point: number,
  before: string | undefined,
  known: string[],
): Promise<Outcome> {
  const folder = mkdtempSync(join(home, `at-${point}-`));
  if (before !== undefined) cpSync(before, folder, { recursive: true });
  const run = await work(folder, 'new', { KILL_AT_WRITE: String(point) });
  const file = join(folder, 'crash.db');
  const outcome = { point, killed: run.killed, acknowledged: run.acknowledged.length };
  try {
    const found = inspectStore(file);
    if (found.state === 'damaged') return { ...outcome, problem: found.what };
    const store = openSqliteStore({ file });
    const lost = [...known, ...run.acknowledged].filter(
      (name) => store.findExecutionByName({ team: 'test', name: 'crash' }, name) === undefined,
    );
    store.close();
    return lost.length === 0 ? outcome : { ...outcome, problem: `lost ${lost.join(', ')}` };
  } catch (error) {
    return { ...outcome, problem: String(error) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function killEverywhere(
  points: readonly number[],
  before: string | undefined,
  known: string[],
): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const waiting = [...points];
  const worker = async (): Promise<void> => {
    for (let point = waiting.shift(); point !== undefined; point = waiting.shift()) {
      outcomes.push(await killAt(point, before, known));
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return outcomes;
}

describe.skipIf(compiler.missing)(`a kill in the middle of a write, at ${POINTS} points`, () => {
  beforeAll(() => {
    const source = join(import.meta.dirname, 'kill-at-write.c');
    execFileSync('gcc', ['-shared', '-fPIC', '-O2', '-o', shim, source, '-ldl']);
  });

  function expectNothingLost(outcomes: Outcome[], points: readonly number[]): void {
    expect(outcomes.filter(({ problem }) => problem !== undefined)).toEqual([]);
    expect(outcomes.filter(({ killed }) => killed).length).toBeGreaterThanOrEqual(
      points.length * 0.9,
    );
    expect(outcomes.some(({ acknowledged }) => acknowledged > 2)).toBe(true);
  }

  it('loses nothing of a new data folder', { timeout: 240_000 }, async () => {
    const all = await countPoints(mkdtempSync(join(home, 'count-')), 'new');
    const points = spread(all, POINTS / 2);
    expectNothingLost(await killEverywhere(points, undefined, []), points);
  });

  it('loses nothing of one that a crash has left', { timeout: 240_000 }, async () => {
    const before = mkdtempSync(join(home, 'before-'));
    const first = await work(before, 'old', {});
    const cut = await work(before, 'older', { KILL_AT_WRITE: '120' });
    expect(cut.killed).toBe(true);
    const known = [...first.acknowledged, ...cut.acknowledged];
    expect(known.length).toBeGreaterThan(EXECUTIONS);
    const counted = mkdtempSync(join(home, 'count-'));
    cpSync(before, counted, { recursive: true });
    const points = spread(await countPoints(counted, 'new'), POINTS / 2);
    expectNothingLost(await killEverywhere(points, before, known), points);
  });
});
