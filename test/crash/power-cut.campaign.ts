import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import { requirement } from '../requirements.js';

const compiler = requirement('gcc');
const CUTS = 50;
/** Servers at a time: each waits for its cut most of the time. */
const PARALLEL = 3;
const FILES = ['crash.db', 'crash.db-wal'];

const home = mkdtempSync(join(tmpdir(), 'millrace-power-'));
const shim = join(home, 'power-cut.so');
afterAll(() => rmSync(home, { recursive: true, force: true }));

function startServer(folder: string, synchronous: 'FULL' | 'NORMAL'): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'crash-server.mjs'), [folder, synchronous], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    env: { ...process.env, LD_PRELOAD: shim, POWER_CUT_FILE: '/crash.db' },
  });
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
  });
}

/** Starts executions for a while, cuts the power, and counts acknowledged ones that are gone. */
async function cutPower(
  n: number,
  synchronous: 'FULL' | 'NORMAL',
): Promise<{ acknowledged: number; lost: number }> {
  const folder = mkdtempSync(join(home, `${synchronous}-`));
  const server = await startServer(folder, synchronous);
  const names: string[] = [];
  let next = 0;
  const send = (): void => {
    if (server.connected) server.send({ name: `e${next++}` }, () => {});
  };
  server.on('message', ({ name, id }: { name?: string; id?: string }) => {
    if (id !== undefined && name !== undefined) names.push(name);
    send();
  });
  for (let i = 0; i < 4; i++) send();
  await new Promise((done) => setTimeout(done, 60 + 17 * n));
  const gone = new Promise((done) => server.once('exit', done));
  server.kill('SIGKILL');
  await gone;
  const acknowledged = [...names];

  // What the disk holds now: each file as it was at its last sync, and nothing of one that never was.
  for (const name of readdirSync(folder).filter((file) => file.startsWith('crash.db'))) {
    if (!name.endsWith('.durable')) rmSync(join(folder, name));
  }
  for (const name of FILES) {
    const durable = join(folder, `${name}.durable`);
    if (existsSync(durable)) renameSync(durable, join(folder, name));
  }
  const store = openSqliteStore({ file: join(folder, 'crash.db') });
  const lost = acknowledged.filter(
    (name) => store.findExecutionByName({ team: 'test', name: 'crash' }, name) === undefined,
  );
  store.close();
  return { acknowledged: acknowledged.length, lost: lost.length };
}

async function cutOften(
  synchronous: 'FULL' | 'NORMAL',
  times: number,
): Promise<{ acknowledged: number; lost: number }> {
  const total = { acknowledged: 0, lost: 0 };
  let n = 0;
  const worker = async (): Promise<void> => {
    while (n < times) {
      const { acknowledged, lost } = await cutPower(n++, synchronous);
      total.acknowledged += acknowledged;
      total.lost += lost;
    }
  };
  await Promise.all(Array.from({ length: PARALLEL }, worker));
  return total;
}

describe.skipIf(compiler.missing)(`a power cut, ${CUTS} times`, () => {
  beforeAll(() => {
    execFileSync('gcc', [
      '-shared',
      '-fPIC',
      '-O2',
      '-o',
      shim,
      join(import.meta.dirname, 'power-cut.c'),
      '-ldl',
    ]);
  });

  it('loses nothing that was acknowledged', { timeout: 120_000 }, async () => {
    const { acknowledged, lost } = await cutOften('FULL', CUTS);
    expect(acknowledged).toBeGreaterThan(CUTS * 5);
    expect(lost).toBe(0);
  });

  it('would lose acknowledged executions if commits were not synced: the test can fail', {
    timeout: 120_000,
  }, async () => {
    const { lost } = await cutOften('NORMAL', CUTS / 5);
    expect(lost).toBeGreaterThan(0);
  });
});
