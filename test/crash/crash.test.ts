import { type ChildProcess, fork } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Thread } from '../../src/asl/execution-state.js';
import { openSqliteStore } from '../../src/store/sqlite-store.js';
import type { SynchronousStore } from '../../src/store/store.js';

const KILLS = 100;
/** Starts that are under way at a time. */
const CLIENTS = 8;
/** Executions that are started before the last kill: more would only prolong the end. */
const EXECUTIONS = 600;

const folder = mkdtempSync(join(tmpdir(), 'millrace-crash-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

interface Message {
  ready?: true;
  name?: string;
  id?: string;
  error?: string;
}

function startServer(): Promise<ChildProcess> {
  const child = fork(join(import.meta.dirname, 'crash-server.mjs'), [folder], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child));
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
  });
}

/** A little generator with a fixed seed: the moments of the kills are the same in every run. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

/** Acknowledged executions, by name. */
const acknowledged = new Map<string, string>();
const conflicts: string[] = [];
let kills = 0;

beforeAll(async () => {
  const random = randomNumbers(20_261_121);
  const unanswered: string[] = [];
  let next = 0;
  for (; kills < KILLS; kills++) {
    const server = await startServer();
    const underWay = new Set<string>();
    const send = (): void => {
      // A start without an answer is sent again by the same name, as a client would.
      const name = unanswered.shift() ?? (next < EXECUTIONS ? `e${next++}` : undefined);
      if (name === undefined || !server.connected) return;
      underWay.add(name);
      // It may be dying at this moment; then the name is sent again to the next one.
      server.send({ name }, () => {});
    };
    server.on('message', ({ name, id, error }: Message) => {
      if (name === undefined) return;
      underWay.delete(name);
      if (id === undefined) {
        unanswered.push(name);
        if (!/shutting down/i.test(String(error))) conflicts.push(`${name}: ${error}`);
        return;
      }
      const before = acknowledged.get(name);
      if (before !== undefined && before !== id) conflicts.push(`${name} is ${before} and ${id}`);
      acknowledged.set(name, id);
      setTimeout(send, 10);
    });
    for (let i = 0; i < CLIENTS; i++) send();
    await new Promise((done) => setTimeout(done, 20 + random() * 180));
    const gone = new Promise((done) => server.once('exit', done));
    server.kill('SIGKILL');
    await gone;
    unanswered.push(...underWay);
  }
  const last = await startServer();
  await allEnded();
  const gone = new Promise((done) => last.once('exit', done));
  last.kill('SIGKILL');
  await gone;
}, 900_000);

/** Waits until no execution runs, by looking at the file from outside; reading does not disturb the writer. */
async function allEnded(): Promise<void> {
  const { default: Database } = await import('libsql');
  const reader = new Database(join(folder, 'crash.db'), { readonly: true });
  const running = reader.prepare("SELECT count(*) AS n FROM executions WHERE status = 'RUNNING'");
  const end = Date.now() + 90_000;
  while ((running.get() as { n: number }).n > 0) {
    if (Date.now() > end) break;
    await new Promise((done) => setTimeout(done, 200));
  }
  reader.close();
}

describe(`a server that is killed ${KILLS} times under load`, () => {
  let store: SynchronousStore;
  beforeAll(() => {
    store = openSqliteStore({ file: join(folder, 'crash.db') });
  });
  afterAll(() => store.close());

  const numbers = function* (): Generator<number> {
    for (let number = 1; number <= store.lastExecutionNumber(); number++) yield number;
  };

  it('was killed that often while executions ran', () => {
    expect(kills).toBe(KILLS);
    expect(acknowledged.size).toBeGreaterThan(200);
    const lost = [...numbers()].some((number) =>
      JSON.stringify(historyOf(store, number)).includes('Millrace.WorkerLost'),
    );
    expect(lost, 'no kill hit a running attempt').toBe(true);
  });

  it('has kept every execution that it acknowledged, once', () => {
    expect(conflicts).toEqual([]);
    for (const [name, id] of acknowledged) {
      expect(store.findExecutionByName({ team: 'test', name: 'crash' }, name)?.id, name).toBe(id);
    }
  });

  it('has brought every execution to its end', () => {
    for (const number of numbers()) {
      expect(store.findExecution(number)?.header.status, `execution ${number}`).toBe('SUCCEEDED');
    }
  });

  it('has started no attempt twice', () => {
    const file = join(folder, 'started.log');
    const starts = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
    const attempts = starts.map((line) => line.split(' ', 1)[0]);
    expect(attempts.length).toBeGreaterThan(acknowledged.size);
    expect(new Set(attempts).size).toBe(attempts.length);
  });

  it('has histories without gaps that end once', () => {
    for (const number of numbers()) {
      const history = historyOf(store, number);
      expect(history.every((event, i) => event.id === i + 1)).toBe(true);
      expect(history.every((event, i) => i === 0 || event.at >= (history[i - 1]?.at ?? 0))).toBe(
        true,
      );
      const ends = history.filter((event) =>
        /^Execution(Succeeded|Failed|Aborted|TimedOut)$/.test(event.type),
      );
      expect(ends).toEqual([history.at(-1)]);
    }
  });

  it('has left nothing open', () => {
    for (const status of ['scheduled', 'started', 'submitted'] as const) {
      expect(store.listAttempts({ status, after: 0, limit: 10 })).toEqual([]);
    }
    expect(store.listTimers(Number.MAX_SAFE_INTEGER, 10)).toEqual([]);
    const threads: Thread[] = [...numbers()].flatMap((number) => store.listThreads(number));
    expect(threads).toEqual([]);
  });
});

function historyOf(
  store: SynchronousStore,
  execution: number,
): ReturnType<SynchronousStore['readHistory']> {
  return store.readHistory({ execution, order: 'ascending', limit: 10_000 });
}
