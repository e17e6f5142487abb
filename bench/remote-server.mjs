// Tasks that another system performs, waiting in the real server in a process of its own; the other system is a stub in it that
// answers after some milliseconds. Figures go to the parent by IPC.

import { EVERYTHING } from '../dist/engine/kernel/scope.js';
import { startServer } from '../dist/server.js';

const [data, countText, secondsText] = process.argv.slice(2);
const count = Number(countText);
const seconds = Number(secondsText);
const ALONE = 20;

const pause = (ms) => new Promise((done) => setTimeout(done, ms));
let jobs = 0;
let looks = 0;
let looked = 0;
let isOver = false;
const OUTCOME = { type: 'succeeded', output: { Status: 'SUCCEEDED' } };
const tasks = {
  knows: () => ({}),
  async submit({ account, region }) {
    jobs += 1;
    const job = { kind: 'batch:submitJob.sync', id: `job-${jobs}`, place: { account, region } };
    await pause(5);
    return { type: 'submitted', output: { JobId: job.id }, job };
  },
  batchOf: () => 100,
  async look(given) {
    looks += 1;
    looked += given.length;
    await pause(20);
    return given.map(() =>
      isOver ? { type: 'ended', outcome: OUTCOME } : { type: 'running', status: 'RUNNING' },
    );
  },
  stop: async () => true,
  jobOfEvent: () => undefined,
};
const lake = { name: 'lake', account: '111122223333', regions: ['eu-central-1'], teams: '*' };

const server = await startServer({ data, port: 0, remoteTasks: { tasks, accounts: [lake] } });
const { engine } = server;
await engine.pipelines.deploy({
  name: 'job',
  team: 'bench',
  tags: {},
  bindings: {},
  folder: data,
  definition: {
    StartAt: 'Job',
    States: {
      Job: {
        Type: 'Task',
        Resource: 'arn:aws:states:::batch:submitJob.sync',
        Parameters: { JobName: 'load', JobQueue: 'etl', JobDefinition: 'load' },
        End: true,
      },
    },
  },
});

const start = () => engine.executions.start(EVERYTHING, { pipeline: 'job', input: { v: 1 } });
const commits = () => engine.health().commits;
const rss = () => process.memoryUsage().rss;
async function until(status, wanted) {
  for (;;) {
    const { items } = await engine.executions.list(EVERYTHING, { status, limit: 1000 });
    if (items.length >= wanted) return;
    await pause(50);
  }
}

// One after the other: what one task costs when nothing shares its commits.
const before = commits();
for (let one = 0; one < ALONE; one += 1) {
  await start();
  await pause(30);
}
const alone = (commits() - before) / ALONE;
isOver = true;
const ending = commits();
for (let left = ALONE; left > 0; ) {
  await pause(200);
  const { items } = await engine.executions.list(EVERYTHING, { status: 'RUNNING', limit: 100 });
  left = items.length;
}
const ended = (commits() - ending) / ALONE;
isOver = false;

const begun = performance.now();
const first = commits();
for (let at = 0; at < count; at += 100) {
  await Promise.all(Array.from({ length: Math.min(100, count - at) }, start));
}
while (jobs < count + ALONE) await pause(10);
await pause(500);
const submitted = performance.now();
const bulk = commits() - first;
looks = 0;
looked = 0;
const quiet = commits();
let highest = 0;
for (let second = 0; second < seconds; second += 1) {
  await pause(1_000);
  highest = Math.max(highest, rss());
}
const waiting = { looks, looked, commits: commits() - quiet };
isOver = true;
const closing = performance.now();
const last = commits();
await until('SUCCEEDED', Math.min(1_000, count + ALONE));
for (let left = 1; left > 0; ) {
  await pause(100);
  const { items } = await engine.executions.list(EVERYTHING, { status: 'RUNNING', limit: 1 });
  left = items.length;
}
process.send({
  count,
  alone,
  ended,
  bulk,
  waiting,
  highest,
  submit_ms: submitted - begun - 500,
  end_ms: performance.now() - closing,
  end_commits: commits() - last,
});
await server.close();
process.exit(0);
