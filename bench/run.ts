/**
 * npm run bench [-- --only NAME,…] [--quick] [--peers SCRIPTS [--modules DIR]]
 *
 * Prints one JSON line a measurement. Figures of one machine mean little elsewhere; ratios between lines of one run mean
 * more. With --peers, the scripts `ceiling.mjs` and `restate.mjs` of that folder run in turn with ours, three rounds, on
 * modules installed in DIR (default: the folder of the scripts), and ratios to them are printed at the end.
 * @module
 */
import { execFileSync, spawn } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { backups } from './backups.js';
import { contracts } from './contracts.js';
import { datasets } from './datasets.js';
import { day } from './day.js';
import { distributedMap } from './distributed-map.js';
import { eventToStart, flood } from './events.js';
import { fillStore } from './fill.js';
import { folding, incidentLists, storm } from './incidents.js';
import { physicalLimits } from './limits.js';
import { lineage } from './lineage.js';
import { lists } from './lists.js';
import {
  type BenchServer,
  closedLoop,
  executions,
  type LoopResult,
  median,
  newDataFolder,
  report,
  round,
  startBenchServer,
} from './load.js';
import { logs } from './logs.js';
import { checkLists, expectations } from './monitoring.js';
import { monitors } from './monitors.js';
import { deliveryLists, outage } from './notifications.js';
import { observed } from './observed.js';
import { patterns } from './patterns.js';
import { pipelineFolder } from './pipeline-folder.js';
import { postgres } from './postgres.js';
import { largeDatabase, retention, takeOver } from './postgres-scale.js';
import { remoteTasks } from './remote-tasks.js';
import { schedules } from './schedules.js';
import { sizing } from './sizing.js';
import { watching } from './watching.js';
import { longHistory, wireAgainstRest } from './wire.js';
import { workers } from './workers.js';

const { values } = parseArgs({
  options: {
    peers: { type: 'string' },
    modules: { type: 'string' },
    only: { type: 'string' },
    quick: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
if (values.help) {
  console.log('npm run bench [-- --only NAME,…] [--quick] [--peers SCRIPTS [--modules DIR]]');
  process.exit(0);
}
const N = values.quick ? 500 : 2000;
const CLIENTS = 50;
const IDLE = 100;
const root = resolve(import.meta.dirname, '..');

interface Line extends LoopResult {
  idle_p50_ms: number;
  idle_p99_ms: number;
}
const ours = new Map<string, Line[]>();
const peers = new Map<string, { per_s: number; idle_p50_ms: number }[]>();

async function throughput(pipeline: 'pass' | 'task' | 'jsonata', name: string): Promise<void> {
  const server = await startBenchServer();
  const one = executions(server, pipeline);
  await closedLoop(200, CLIENTS, one);
  const before = await server.figures();
  const loop = await closedLoop(N, CLIENTS, one);
  const after = await server.figures();
  const idle = await closedLoop(IDLE, 1, one);
  const line = { ...loop, idle_p50_ms: idle.p50_ms, idle_p99_ms: idle.p99_ms };
  ours.set(name, [...(ours.get(name) ?? []), line]);
  report({
    bench: name,
    executions: N,
    clients: CLIENTS,
    executions_per_s: Math.round(loop.per_s),
    p50_ms: round(loop.p50_ms),
    p99_ms: round(loop.p99_ms),
    idle_p50_ms: round(idle.p50_ms),
    idle_p99_ms: round(idle.p99_ms),
    transitions_per_commit: round(
      (after.transitions - before.transitions) / (after.commits - before.commits),
      1,
    ),
    executions_per_commit: round(N / (after.commits - before.commits), 1),
    rss_mb: Math.round(after.rss / 1e6),
  });
  await server.close();
}

/** The rate stays the same while the store grows: the same window on a small store and on one of a million executions. */
async function growth(): Promise<void> {
  const most = values.quick ? 100_000 : 1_000_000;
  const window = values.quick ? 1_000 : 4_000;
  const data = newDataFolder();
  const rate = async (): Promise<number> => {
    const server = await startBenchServer(data);
    const one = executions(server, 'pass');
    await closedLoop(500, CLIENTS, one);
    const { per_s } = await closedLoop(window, CLIENTS, one);
    await server.close({ remove: false });
    return per_s;
  };
  const first = await rate();
  fillStore(data, most);
  const last = await rate();
  report({
    bench: 'growth',
    executions: most + 2 * (window + 500),
    first_per_s: Math.round(first),
    last_per_s: Math.round(last),
    ratio: round(last / first),
  });
  rmSync(data, { recursive: true, force: true });
}

/** Expressions that hang or explode end alone; the main loop and other executions go on. */
async function attacks(): Promise<void> {
  const server = await startBenchServer();
  const one = executions(server, 'pass');
  await closedLoop(200, 10, one);
  const calm = await closedLoop(300, 1, one);
  await server.figures();
  for (let i = 0; i < server.attacks; i++) {
    const started = performance.now();
    let attacking = true;
    const attack = server
      .post<{ status: string; error?: string }>('/executions?wait=60', { pipeline: `attack-${i}` })
      .finally(() => {
        attacking = false;
      });
    const latencies: number[] = [];
    while (attacking) {
      const at = performance.now();
      await one(0);
      latencies.push(performance.now() - at);
    }
    const { status, error } = await attack;
    const { stall } = await server.figures();
    latencies.sort((a, b) => a - b);
    report({
      bench: `attack ${i}`,
      status,
      error,
      took_ms: Math.round(performance.now() - started),
      main_loop_stall_ms: round(stall, 1),
      others_p99_ms: round(latencies[Math.floor(latencies.length * 0.99)] ?? 0),
      others_p99_before_ms: round(calm.p99_ms),
    });
  }
  await server.close();
}

/** What waits costs rows, not memory, and a restart does not read it all. */
async function waiting(): Promise<void> {
  const count = values.quick ? 10_000 : 100_000;
  const data = newDataFolder();
  let server: BenchServer = await startBenchServer(data);
  const started = performance.now();
  await closedLoop(count, CLIENTS, async () => {
    await server.post('/executions', { pipeline: 'wait', input: { v: 1 } });
  });
  const seconds = (performance.now() - started) / 1000;
  const { rss } = await server.figures();
  await server.close({ remove: false, kill: true });
  const restart = performance.now();
  server = await startBenchServer(data);
  await server.get('/executions?limit=1');
  const ready = performance.now() - restart;
  const after = await server.figures();
  report({
    bench: 'waiting',
    executions: count,
    starts_per_s: Math.round(count / seconds),
    rss_mb: Math.round(rss / 1e6),
    restart_to_first_answer_ms: Math.round(ready),
    rss_after_restart_mb: Math.round(after.rss / 1e6),
  });
  await server.close();
}

/** A child execution for each row of a file. */
async function map(): Promise<void> {
  const rows = values.quick ? 100_000 : 1_000_000;
  const ceiling = 'ceiling, libsql, one step';
  if (values.peers !== undefined) {
    peer(values.peers, ceiling, ['ceiling', '--driver=libsql', '--steps=1']);
  }
  const limit = median((peers.get(ceiling) ?? []).map((line) => line.per_s));
  for (const type of ['STANDARD', 'EXPRESS'] as const) {
    const { seconds, highest, commits } = await distributedMap(rows, type);
    const perSecond = rows / seconds;
    report({
      bench: `distributed Map, ${type} children`,
      rows,
      seconds: round(seconds, 1),
      children_per_s: Math.round(perSecond),
      children_per_commit: round(rows / commits, 1),
      highest_rss_mb: Math.round(highest / 1e6),
      rss_goal_mb: '< 400',
    });
    if (limit > 0) {
      report({
        ratio: `distributed Map, ${type} children / ceiling at one step`,
        value: round(perSecond / limit),
        goal: '>= 0.1',
      });
    }
  }
}

/** How soon something happens. */
async function startup(): Promise<void> {
  const bin = join(root, 'bin/millrace.js');
  const times: number[] = [];
  for (let i = 0; i < 7; i++) {
    const at = performance.now();
    execFileSync(process.execPath, [bin, '--version']);
    times.push(performance.now() - at);
  }
  const ups: number[] = [];
  for (let i = 0; i < 5; i++) ups.push(await upToFirstAnswer(bin));
  report({
    bench: 'startup',
    version_ms: Math.round(median(times)),
    up_to_first_answer_ms: Math.round(median(ups)),
  });
}

async function upToFirstAnswer(bin: string): Promise<number> {
  const data = newDataFolder();
  const port = 20_000 + Math.floor(Math.random() * 20_000);
  const at = performance.now();
  const child = spawn(
    process.execPath,
    [bin, 'up', join(root, 'examples'), '--data', data, '--port', String(port)],
    { stdio: 'ignore' },
  );
  for (;;) {
    const answer = await fetch(`http://127.0.0.1:${port}/api/v1/health`).catch(() => undefined);
    if (answer?.ok) break;
    if (child.exitCode !== null) throw new Error(`up ended with ${child.exitCode}`);
    await new Promise((done) => setTimeout(done, 10));
  }
  const took = performance.now() - at;
  const gone = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await gone;
  rmSync(data, { recursive: true, force: true });
  return took;
}

function peer(scripts: string, name: string, args: string[]): number {
  const output = execFileSync(
    process.execPath,
    [
      join(scripts, `${args[0]}.mjs`),
      `--modules=${resolve(values.modules ?? scripts)}`,
      `--n=${values.quick ? 500 : 1000}`,
      '--rounds=1',
      ...args.slice(1),
    ],
    { encoding: 'utf8', stdio: ['ignore', 'pipe', 'inherit'], timeout: 300_000 },
  );
  const line = JSON.parse(output.trim().split('\n').at(-1) ?? '{}') as {
    workflows_per_s: number;
    idle_p50_ms: number;
  };
  report({ peer: name, ...line });
  const known = peers.get(name) ?? [];
  peers.set(name, [...known, { per_s: line.workflows_per_s, idle_p50_ms: line.idle_p50_ms }]);
  return line.workflows_per_s;
}

const wanted = values.only?.split(',');
const runs = (name: string): boolean => wanted === undefined || wanted.includes(name);

if (runs('limits')) await physicalLimits(report);
const rounds = values.quick ? 1 : 3;
for (let i = 0; i < rounds; i++) {
  if (runs('throughput')) {
    await throughput('pass', 'ten Pass states over HTTP');
    await throughput('task', 'ten Task states over HTTP');
    await throughput('jsonata', 'ten Pass states with JSONata over HTTP');
  }
  if (values.peers !== undefined && runs('peers')) {
    peer(values.peers, 'ceiling, libsql, over HTTP', ['ceiling', '--driver=libsql', '--http']);
    peer(values.peers, 'restate', ['restate']);
  }
}
if (runs('wire')) await wireAgainstRest(N, CLIENTS, rounds);
if (runs('history')) await longHistory(values.quick ? 100 : 500);
if (runs('patterns')) patterns(report, values.quick ? 200 : 1000);
if (runs('growth')) await growth();
if (runs('postgres')) {
  const { peers: scripts } = values;
  await postgres(
    values.quick ? 1_000 : 4_000,
    scripts === undefined
      ? undefined
      : (address) => peer(scripts, 'dbos', ['dbos', `--pg=${address}`]),
  );
}
if (runs('backups')) await backups(values.quick ? 2_000 : 20_000);
if (runs('sizing')) await sizing(values.quick ? 500 : 2_000);
if (runs('postgres-plans')) await largeDatabase(values.quick ? 1_000_000 : 10_000_000);
if (runs('postgres-waiting')) await takeOver(values.quick ? 10_000 : 100_000);
if (runs('postgres-retention')) await retention(values.quick ? 100_000 : 1_000_000);
if (runs('observed')) await observed(N, values.quick ? 5 : 9);
if (runs('watching')) await watching(values.quick);
if (runs('logs')) await logs(report, values.quick ? 100_000 : 1_000_000);
if (runs('lists')) {
  await lists(values.quick ? [10_000, 100_000] : [10_000, 100_000, 1_000_000], 40);
}
if (runs('expectations')) await expectations(values.quick ? 1_000 : 10_000);
if (runs('checks')) await checkLists(values.quick ? 100_000 : 1_000_000, 40);
if (runs('monitors')) await monitors(values.quick ? 100_000 : 1_000_000, values.quick ? 2 : 5);
if (runs('incidents')) {
  await storm(700, values.quick ? 2_000 : 10_000);
  folding(100_000, values.quick ? 20 : 200);
  await incidentLists(values.quick ? 50_000 : 1_000_000, 40);
}
if (runs('notifications')) {
  await outage(values.quick ? 2_000 : 10_000);
  await deliveryLists(values.quick ? 100_000 : 1_000_000);
}
if (runs('attacks')) await attacks();
if (runs('waiting')) await waiting();
if (runs('remote-tasks')) await remoteTasks(1_000, values.quick ? 20 : 120);
if (runs('workers')) await workers(4, values.quick ? 2_000 : 20_000);
if (runs('distributed-map')) await map();
if (runs('lineage')) {
  for (const count of values.quick ? [10_000] : [10_000, 1_000_000]) await lineage(count);
}
if (runs('contracts')) await contracts(values.quick ? 2_000_000 : 50_000_000, 3);
if (runs('datasets')) await datasets(values.quick ? 100e6 : 1_050e6, 3);
if (runs('startup')) await startup();
if (runs('folder')) await pipelineFolder(700, values.quick ? 5 : 20);
if (runs('events')) await eventToStart(values.quick ? 5 : 20);
if (runs('flood')) await flood(values.quick ? 20 : 300);
if (runs('day')) await day(700);
if (runs('schedules')) report(schedules(values.quick ? 20 : 200));
ratios();

function ratios(): void {
  const rate = (name: string): number => median((ours.get(name) ?? []).map((line) => line.per_s));
  const pass = rate('ten Pass states over HTTP');
  const task = rate('ten Task states over HTTP');
  const jsonata = rate('ten Pass states with JSONata over HTTP');
  if (pass > 0 && jsonata > 0)
    report({ ratio: 'JSONata / JSONPath', value: round(jsonata / pass), goal: '>= 0.5' });
  const ceiling = median((peers.get('ceiling, libsql, over HTTP') ?? []).map((line) => line.per_s));
  const restate = median((peers.get('restate') ?? []).map((line) => line.per_s));
  const idle = median(
    (ours.get('ten Pass states over HTTP') ?? []).map((line) => line.idle_p50_ms),
  );
  const restateIdle = median((peers.get('restate') ?? []).map((line) => line.idle_p50_ms));
  if (ceiling > 0) {
    // Ten Task states are eleven commits an execution, as the ceiling's are; ten Pass states are one.
    const goal = '>= 0.7';
    report({ ratio: 'ten Task states / ceiling over HTTP', value: round(task / ceiling), goal });
    report({ ratio: 'ten Pass states / ceiling over HTTP', value: round(pass / ceiling) });
  }
  if (restate > 0) {
    report({ ratio: 'ten Pass states / Restate', value: round(pass / restate, 1), goal: '>= 8' });
    report({ ratio: 'ten Task states / Restate', value: round(task / restate, 1), goal: '>= 6' });
    report({ ratio: 'idle p50 / Restate', value: round(idle / restateIdle), goal: '<= 0.25' });
  }
}
