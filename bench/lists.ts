/**
 * What lists and searches cost on a store of 10,000, 100,000 and 1,000,000 finished executions: every list over HTTP with
 * every pair of its filters, and the main loop while twenty clients list and search at once (beside it an idle process, which
 * shows how long the machine itself lets anybody wait).
 * @module
 */
import { spawn } from 'node:child_process';
import { fillStore } from './fill.js';
import {
  type BenchServer,
  closedLoop,
  executions,
  median,
  newDataFolder,
  report,
  round,
  startBenchServer,
} from './load.js';
import { wireClient } from './wire.js';

const ARN = 'arn:aws:states:us-east-1:000000000000';
const CLIENTS = 20;
const STATUSES = ['RUNNING', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED'];

interface List {
  name: string;
  read: () => Promise<unknown>;
}

/** @param sizes executions in the store, growing */
export async function lists(sizes: readonly number[], times: number): Promise<void> {
  const data = newDataFolder();
  // Its pipelines are deployed by its first start.
  await (await startBenchServer(data)).close({ remove: false });
  const slowest = new Map<number, number>();
  let kept = 0;
  for (const size of sizes) {
    const begun = performance.now();
    const filled = fillStore(data, size - kept);
    kept = size;
    report({ bench: `filled to ${size}`, seconds: round((performance.now() - begun) / 1000, 1) });
    const server = await startBenchServer(data);
    const all = listsOf(server, filled.mapRun, filled.execution);
    const p95s: { name: string; p50: number; p95: number }[] = [];
    for (const { name, read } of all) {
      for (let warm = 0; warm < 3; warm += 1) await read();
      const took: number[] = [];
      for (let time = 0; time < times; time += 1) {
        const at = performance.now();
        await read();
        took.push(performance.now() - at);
      }
      took.sort((a, b) => a - b);
      const p95 = took[Math.min(took.length - 1, Math.floor(took.length * 0.95))] ?? 0;
      p95s.push({ name, p50: round(median(took)), p95: round(p95) });
    }
    p95s.sort((a, b) => b.p95 - a.p95);
    report({
      bench: 'lists and searches',
      executions: size,
      lists: p95s.length,
      median_p50_ms: median(p95s.map(({ p50 }) => p50)),
      median_p95_ms: median(p95s.map(({ p95 }) => p95)),
      over_20_ms: p95s.filter(({ p95 }) => p95 >= 20).length,
      goal: 'p95 < 20 ms',
      slowest: p95s.slice(0, 5),
    });
    slowest.set(size, median(p95s.map(({ p95 }) => p95)));
    await stalls(server, all, size);
    await server.close({ remove: false });
  }
  const [least, most] = [sizes[0] ?? 0, sizes.at(-1) ?? 0];
  report({
    ratio: `lists at ${most} / at ${least}, median of the p95`,
    value: round((slowest.get(most) ?? 0) / (slowest.get(least) ?? 1)),
  });
  await (await startBenchServer(data)).close();
}

/** The main loop, and executions that go on, while twenty clients list and search. */
async function stalls(server: BenchServer, all: readonly List[], size: number): Promise<void> {
  const one = executions(server, 'pass');
  await closedLoop(200, 1, one);
  const calm = await closedLoop(200, 1, one);
  const idle = await startIdleProcess();
  await server.figures();
  let isOver = false;
  const listing = closedLoop(Number.MAX_SAFE_INTEGER, CLIENTS, async (at) => {
    if (isOver) throw new Error('over');
    await all[(at * 7) % all.length]?.read();
  }).catch((error: unknown) => {
    if (!isOver) throw error;
  });
  const begun = performance.now();
  const loaded = await closedLoop(300, 1, one);
  while (performance.now() - begun < 10_000) await one(0);
  const { stall } = await server.figures();
  const idleStall = await idle.stall();
  isOver = true;
  await listing;
  report({
    bench: `main loop while ${CLIENTS} clients list and search`,
    executions: size,
    main_loop_stall_ms: round(stall, 1),
    goal: '< 50 ms',
    idle_process_stall_ms: round(idleStall, 1),
    execution_p50_ms: round(loaded.p50_ms),
    execution_p99_ms: round(loaded.p99_ms),
    execution_p99_alone_ms: round(calm.p99_ms),
  });
}

/** A process that does nothing: what it stands still, the machine has taken from it. */
async function startIdleProcess(): Promise<{ stall(): Promise<number> }> {
  const program = `const delay = require('node:perf_hooks').monitorEventLoopDelay({ resolution: 5 });
    delay.enable();
    process.on('message', () => process.send(delay.max / 1e6, () => process.exit()));
    process.send('ready');`;
  const child = spawn(process.execPath, ['-e', program], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const next = (): Promise<unknown> => new Promise((resolve) => child.once('message', resolve));
  await next();
  return {
    async stall() {
      const answer = next();
      child.send('stall');
      return Number(await answer);
    },
  };
}

function listsOf(server: BenchServer, mapRun: string, execution: string): List[] {
  const call = wireClient(server);
  const get = (path: string): List => ({ name: path, read: () => server.get(path) });
  const wire = (operation: string, body: { [name: string]: unknown }): List => ({
    name: `${operation} ${Object.values(body).join(' ')}`,
    read: () => call(operation, body),
  });
  const found: List[] = [];
  const scopes = ['', '&pipeline=pass', '&pipeline=listener', `&mapRun=${mapRun}`];
  for (const scope of scopes) {
    for (const status of ['', ...STATUSES.map((one) => `&status=${one}`)]) {
      for (const page of ['', '&cursor=executions.5000']) {
        found.push(get(`/executions?limit=100${scope}${status}${page}`));
      }
    }
  }
  // What has been redriven may only be asked of a map run.
  const children = { mapRunArn: `${ARN}:mapRun:pass/Map:${mapRun}` };
  const lists = ['pass', 'jsonata'].map((name) => ({
    stateMachineArn: `${ARN}:stateMachine:${name}`,
  }));
  const redriven = ['REDRIVEN', 'NOT_REDRIVEN'].map((filter) => ({
    ...children,
    redriveFilter: filter,
  }));
  for (const list of [...lists, children, ...redriven]) {
    for (const statusFilter of [undefined, ...STATUSES]) {
      const filter = statusFilter === undefined ? {} : { statusFilter };
      found.push(wire('ListExecutions', { ...list, ...filter }));
    }
  }
  found.push(
    wire('ListStateMachines', {}),
    wire('ListActivities', {}),
    wire('GetExecutionHistory', { executionArn: `${ARN}:execution:pass:${execution}` }),
  );
  for (const path of [
    '/executions/latest',
    '/executions/latest-failed',
    '/executions/pass@latest-failed',
    `/executions/${execution}`,
    `/executions/${execution}/history`,
    `/executions/${execution}/states`,
    `/executions/${execution}/logs`,
    '/pipelines',
    '/stored-events',
    '/stored-events?bus=rare',
    '/stored-events?bus=never',
    '/stored-events?bus=rare&after=10',
    '/dead-letters',
    '/dead-letters?queue=never',
    '/backfills',
    '/backfills?pipeline=never',
    '/schedules',
    '/pools',
    '/tokens',
    '/webhooks',
  ]) {
    found.push(get(path));
  }
  return found;
}
