/**
 * Log lines: how many a second are durable, how long a search through a million takes, how soon a line is told.
 *
 *     npm run bench -- --only logs
 *
 * Lines go through the real engine into a real file (FULL): tasks in this process log them, everything behind that is as it is in a
 * server (masking, packing, commits). Searches run on a reader process. The tail is a shell task's line until a client of the live
 * stream of a whole server has it.
 * @module
 */
import { rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type { Connector } from '../src/connectors/connector.js';
import { createConnectorRunner } from '../src/engine/adapters/connector-runner.js';
import { createEvaluationPool } from '../src/engine/adapters/evaluation/pool.js';
import { createLocalItems } from '../src/engine/adapters/local-items.js';
import { createEngine, type EngineConfig } from '../src/engine/create-engine.js';
import type { Engine } from '../src/engine/engine.js';
import { EVERYTHING } from '../src/engine/kernel/scope.js';
import { startServer } from '../src/server.js';
import type { DriverName } from '../src/store/driver.js';
import { createReaderPool } from '../src/store/readers/reader-pool.js';
import { openSqliteStore } from '../src/store/sqlite-store.js';
import { newDataFolder, round } from './load.js';

type Report = (line: { [key: string]: unknown }) => void;

const TASKS = 20;
/** Lines that a task logs before it lets others go on. */
const AT_ONCE = 200;

export async function logs(report: Report, lines: number): Promise<void> {
  const data = newDataFolder();
  const store = openSqliteStore({ file: join(data, 'millrace.db') });
  const { location: database, driver } = store.information();
  const readers = createReaderPool({
    source: { kind: 'sqlite', database, driver: driver as DriverName },
  });
  const evaluator = createEvaluationPool();
  let logged = 0;
  const connector: Connector = {
    ...{ kind: 'echo', runsCode: false, validate: () => [] },
    async run(task, { log }) {
      const { from, count } = task.arguments as { from: number; count: number };
      for (let n = from; n < from + count; n += 1) {
        log({
          at: Date.now(),
          stream: 'stdout',
          level: n % 1_000 === 0 ? 'error' : 'info',
          message: messageOf(n),
        });
        logged += 1;
        if (n % AT_ONCE === 0) await setImmediate();
      }
      return { type: 'succeeded', output: null };
    },
  };
  const config: EngineConfig = {
    ...{ store, readers, evaluator },
    runner: createConnectorRunner(new Map([['echo', connector]])),
    itemSource: createLocalItems(),
    workFolder: join(data, 'work'),
  };
  const engine = createEngine(config);
  await engine.open();
  try {
    for (let n = 0; n < TASKS; n += 1) await deploy(engine, n, data);
    const started = performance.now();
    const each = lines / TASKS;
    await Promise.all(
      Array.from({ length: TASKS }, (_, n) =>
        engine.executions.run(EVERYTHING, {
          pipeline: `county-${n}`,
          input: { from: n * each, count: each },
        }),
      ),
    );
    const all = await engine.logs.search(EVERYTHING, { count: 'all', limit: 1 });
    const seconds = (performance.now() - started) / 1_000;
    const size = ['millrace.db', 'millrace.db-wal']
      .map((name) => statSync(join(data, name)).size)
      .reduce((left, right) => left + right);
    report({
      logs: 'ingested durably',
      lines: logged,
      per_s: Math.round(logged / seconds),
      kept: all.count.value,
      bytes_a_line: round(size / logged),
    });
    for (const q of [
      '"county 16 row 123456 "',
      'nowhere',
      'level:error',
      'tag.county:county-7 "row 36"',
      'tag.county:county-7 level:error',
      'batch',
      '-batch',
      'field.none:>1',
    ]) {
      const times: number[] = [];
      let found = all;
      for (let time = 0; time < 3; time += 1) {
        const before = performance.now();
        found = await searched(engine, q);
        times.push(performance.now() - before);
      }
      report({
        logs: `counted all of ${q}`,
        ms: Math.round(times.sort((a, b) => a - b)[1] as number),
        found: found.count.value,
        exact: found.count.isExact,
      });
    }
    const before = performance.now();
    await engine.logs.search(EVERYTHING, { q: 'row', limit: 100 });
    report({ logs: 'newest 100 of a million', ms: round(performance.now() - before) });
  } finally {
    await engine.close();
    await readers.close();
    await evaluator.close();
    store.close();
    rmSync(data, { recursive: true, force: true });
  }
  await tail(report);
}

function messageOf(n: number): string {
  return `county ${n % 20} row ${n} of batch ${n >> 10}: downloaded 12,345 parcels in ${n % 977} ms from https://example.org/parcels`;
}

/** Exact, over as many pages as it takes. */
async function searched(engine: Engine, q: string) {
  const page = await engine.logs.search(EVERYTHING, { q, count: 'all', limit: 100 });
  if (page.next === undefined || page.count.isExact) return page;
  throw new Error(`${q} was stopped: ${JSON.stringify(page.searched)}`);
}

async function deploy(engine: Engine, n: number, folder: string): Promise<void> {
  await engine.pipelines.deploy({
    ...{
      name: `county-${n}`,
      team: 'default',
      tags: { county: `County-${n}` },
      bindings: {},
      folder,
    },
    definition: {
      StartAt: 'Load',
      States: { Load: { Type: 'Task', Resource: 'millrace:echo', End: true } },
    },
  });
}

const TAILED = 100;

/** From the moment that a task prints a line until a client has it. */
async function tail(report: Report): Promise<void> {
  const data = newDataFolder();
  const server = await startServer({ data, port: 0 });
  try {
    const program = `let n=0;const t=setInterval(()=>{console.log(String(Date.now()));if(++n===${TAILED})clearInterval(t)},20)`;
    await server.engine.pipelines.deploy({
      ...{ name: 'prints', team: 'default', tags: {}, bindings: {}, folder: data },
      definition: {
        StartAt: 'Print',
        States: {
          Print: {
            Type: 'Task',
            Resource: 'millrace:shell',
            Parameters: { command: [process.execPath, '-e', program] },
            End: true,
          },
        },
      } as never,
    });
    const token = await server.authenticator.issue('api', { label: 'bench' });
    const response = await fetch(`${server.url}/api/v1/events?types=log&q=level:info`, {
      headers: { authorization: `Bearer ${token}` },
    });
    const running = server.engine.executions.run(EVERYTHING, { pipeline: 'prints' });
    const times: number[] = [];
    const decoder = new TextDecoder();
    let text = '';
    for await (const chunk of response.body ?? []) {
      const now = Date.now();
      text += decoder.decode(chunk as Uint8Array, { stream: true });
      for (const [, at] of text.matchAll(/"message":"(\d{13})"/g)) times.push(now - Number(at));
      text = text.slice(text.lastIndexOf('\n\n') + 2);
      if (times.length >= TAILED) break;
    }
    await running;
    times.sort((a, b) => a - b);
    report({
      logs: 'tail, printed until a client has it',
      lines: times.length,
      p50_ms: times[times.length >> 1],
      p99_ms: times[Math.floor(times.length * 0.99)],
    });
  } finally {
    await server.close();
    rmSync(data, { recursive: true, force: true });
  }
}
