// A server to be killed in the middle of a test run: the real engine on a real SQLite file, with the real connector of datasets, the
// storage of a folder, and a connector that tells the world by a line in outside.log. It kills itself at one moment of the test run:
//   "written-half"        the connector's process has begun a file of the version, and is stopped there
//   "taken"               the version is at its place, and its commit is not made
//   "shadow-committed"    the version is in the store
//   "effect-decided"      what would be told is known, and its commit is not made
//   "effect-committed"    it is recorded
//   "child-effect-decided"    the same of a child of a distributed Map
//   "child-effect-committed"
//   "part-taken"          the version of an execution that the test run has started is at its place, and its commit is not made
// Its parent says the moment; it is told how everything stands.

import { appendFileSync, existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatasetConnector } from '../../dist/connectors/dataset/dataset-connector.js';
import { createLocalStorage } from '../../dist/connectors/dataset/local-storage.js';
import { EVERYTHING } from '../../dist/engine/kernel/scope.js';
import { openKilledEngine } from './engine.mjs';

const [folder] = process.argv.slice(2);
const root = join(folder, 'datasets');
const real = createLocalStorage(root);
let moment;
let writing;

function killAt(reached) {
  if (reached !== moment) return;
  writeFileSync(join(folder, 'killed'), reached);
  process.kill(process.pid, 'SIGKILL');
}

const storage = {
  ...real,
  stagingFolder(version) {
    const staging = real.stagingFolder(version);
    if (moment === 'written-half') {
      const look = () => {
        if (!existsSync(join(staging, 'part-0.parquet'))) return setImmediate(look);
        process.kill(-writing, 'SIGSTOP');
        killAt('written-half');
      };
      look();
    }
    return staging;
  },
  async take(staging, place) {
    await real.take(staging, place);
    if (place.startsWith('shadow/')) killAt(place.includes('/parts/') ? 'part-taken' : 'taken');
  },
};

const connector = createDatasetConnector({ storage, memoryMebibytes: 256, threads: 1 });
const publishing = {
  ...connector,
  run: (task, context) =>
    connector.run(task, {
      ...context,
      started(leader) {
        writing = leader.pid;
        // Nobody but the parent is left to end it.
        writeFileSync(join(folder, 'writing'), String(leader.pid));
        context.started?.(leader);
      },
    }),
};
const telling = {
  kind: 'http',
  runsCode: false,
  validate: () => [],
  async run({ state, execution }) {
    appendFileSync(join(folder, 'outside.log'), `${execution.name} ${state}\n`);
    return { type: 'succeeded', output: { status: 200, headers: {}, body: null } };
  },
};

/** Commits that record what would be told, and those with a version of a test run. */
const through = (store) => ({
  ...store,
  commit(commit) {
    const written = (table) =>
      commit.rows.flatMap((write) =>
        write.table.name === table && write.row !== undefined ? [write.row] : [],
      );
    const states = written('test_run_effects').map(({ state }) => state);
    if (states.includes('Tell')) killAt('effect-decided');
    if (states.includes('Tell each')) killAt('child-effect-decided');
    store.commit(commit);
    if (states.includes('Tell')) killAt('effect-committed');
    if (states.includes('Tell each')) killAt('child-effect-committed');
    if (written('dataset_shadows').length > 0) killAt('shadow-committed');
  },
});

const { engine } = openKilledEngine(folder, 'tests.db', {
  datasets: storage,
  connectors: [publishing, telling],
  through,
});
await engine.open();

const Retry = [{ ErrorEquals: ['Millrace.WorkerLost'], IntervalSeconds: 1, MaxAttempts: 3 }];
const publish = (dataset, more) => ({
  ...{ Type: 'Task', Resource: 'millrace:dataset', Retry, ResultPath: null },
  ...{ Parameters: { dataset, 'from.$': '$.from' }, ...more },
});
const Parameters = { url: 'https://example.org/', method: 'POST', body: { done: true } };
const tell = { Type: 'Task', Resource: 'millrace:http', Parameters, Retry, ResultPath: null };
const deploy = (name, sections, states) => {
  const [StartAt] = Object.keys(states);
  const definition = { StartAt, States: states };
  return engine.pipelines.deploy({
    ...{ name, team: 'own', tags: {}, bindings: {}, folder, sections, definition },
  });
};
await deploy(
  'part',
  { datasets: { parts: {} } },
  {
    Publish: publish('parts', { Next: 'Tell of it' }),
    'Tell of it': { ...tell, End: true },
  },
);
await deploy(
  'daily',
  { datasets: { parcels: {} } },
  {
    Publish: publish('parcels', { Next: 'Tell' }),
    Tell: { ...tell, Next: 'Each' },
    Each: {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Tell each',
        States: { 'Tell each': { ...tell, End: true } },
      },
      ResultPath: null,
      Next: 'Part',
    },
    Part: {
      ...{ Type: 'Task', Resource: 'millrace:executions:start.sync:2', ResultPath: null },
      ...{ Parameters: { pipeline: 'part', 'input.$': '$' }, End: true },
    },
  },
);
const published = { source: ['millrace.datasets'], 'detail-type': ['Dataset Version Published'] };
await deploy(
  'after',
  { trigger: { events: [{ pattern: published }] } },
  { Done: { Type: 'Succeed' } },
);

async function reportsOf(executions) {
  const reports = [];
  for (const { id, name, pipeline } of executions) {
    if (pipeline !== 'daily' || !name.startsWith('test-')) continue;
    const { signal } = new AbortController();
    const report = await engine.testRuns.report(EVERYTHING, id, { rows: 'compare' }, signal);
    reports.push({ name, ...report });
  }
  return reports;
}

/**
 * How everything stands.
 * @param reports whether test runs that have ended are reported, with their comparisons
 */
async function standing(reports = 'none') {
  const executions = await engine.executions.list(EVERYTHING, { limit: 100, testRuns: 'with' });
  const told = reports === 'all' ? await reportsOf(executions.items) : [];
  const events = await engine.events.list(EVERYTHING, { bus: 'default', limit: 1000 });
  const datasets = engine.datasets.list(EVERYTHING, {}).items;
  return {
    executions: executions.items.map(({ id, name, pipeline, status }) => ({
      ...{ id, name, pipeline, status },
    })),
    reports: told,
    events: events.map(({ envelope }) => JSON.stringify(envelope)),
    current: datasets.map(({ name, current }) => [name, current.map(({ version }) => version)]),
  };
}

process.on('message', async ({ moment: end, start, reports }) => {
  moment = end;
  if (start !== undefined) {
    const { name, from, testRun } = start;
    const input = { from, items: [1, 2] };
    await engine.executions.start(EVERYTHING, { pipeline: 'daily', name, input, ...testRun });
  }
  process.send(await standing(reports));
});
process.send(await standing());
