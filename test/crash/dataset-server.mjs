// A server to be killed while it publishes data: the real engine on a real SQLite file, with the real connector of datasets and the
// storage of a folder. It kills itself at one moment:
//   "written-half"      the connector's process has begun a file of the version, and is stopped there
//   "rows-set-aside"    rows that were set aside are at their place, the version is not
//   "taken"             the version is at its place, and its commit is not made
//   "committed"         the version is current in the store, and current.json does not say so
//   "pointed"           current.json says so, and the store does not know that it does
//   "to-be-removed"     the store has let go of an old version, and its files are there
//   "out-of-sight"      an old version is not at its place any more, and its files are not removed yet
// Its parent says the moment, what is to be published and how much time passes; it is told how
// everything stands.

import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createDatasetConnector } from '../../dist/connectors/dataset/dataset-connector.js';
import { createLocalStorage } from '../../dist/connectors/dataset/local-storage.js';
import { systemClock } from '../../dist/engine/adapters/system-ports.js';
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

/** Looks at each turn of the event loop whether it has come to that. */
function killWhen(reached, isReached, before = () => {}) {
  if (reached !== moment) return;
  const look = () => {
    if (!isReached()) return setImmediate(look);
    before();
    killAt(reached);
  };
  look();
}

const storage = {
  ...real,
  stagingFolder(version) {
    const staging = real.stagingFolder(version);
    killWhen(
      'written-half',
      () => existsSync(join(staging, 'part-0.parquet')),
      () => process.kill(-writing, 'SIGSTOP'),
    );
    return staging;
  },
  async take(staging, place) {
    await real.take(staging, place);
    killAt(place.includes('/quarantine/') ? 'rows-set-aside' : 'taken');
  },
  async point(dataset, pointer) {
    killAt('committed');
    await real.point(dataset, pointer);
    killAt('pointed');
  },
  async remove(place) {
    killAt('to-be-removed');
    killWhen('out-of-sight', () => !existsSync(join(root, place)));
    await real.remove(place);
  },
};

const connector = createDatasetConnector({ storage, memoryMebibytes: 256, threads: 1 });
const told = {
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

// Time that can be let pass: timers that fall due in it are called.
const system = systemClock();
let shift = 0;
const timers = new Set();
const clock = {
  ...system,
  now: () => system.now() + shift,
  monotonic: () => system.monotonic() + shift,
  setTimer(callback, ms) {
    const timer = { at: clock.monotonic() + ms, call: () => {} };
    const cancel = system.setTimer(() => timer.call(), ms);
    timer.call = () => {
      cancel();
      if (timers.delete(timer)) callback();
    };
    timers.add(timer);
    return () => {
      cancel();
      timers.delete(timer);
    };
  },
};

function pass(ms) {
  shift += ms;
  for (const timer of [...timers]) if (timer.at <= clock.monotonic()) timer.call();
}

const { engine } = openKilledEngine(folder, 'datasets.db', {
  clock,
  datasets: storage,
  connectors: [told],
});
await engine.open();
await engine.pipelines.deploy({
  name: 'daily',
  team: 'own',
  tags: {},
  bindings: {},
  folder,
  sections: {
    datasets: {
      parcels: {
        per: 'interval',
        keep: { versions: 1, for: '1 hour' },
        contract: {
          columns: {
            id: { type: 'bigint', nullable: false },
            zip: { type: 'varchar', pattern: '^[0-9]{5}$', severity: 'quarantine' },
          },
        },
      },
    },
  },
  definition: {
    StartAt: 'Publish',
    States: {
      Publish: {
        Type: 'Task',
        Resource: 'millrace:dataset',
        Parameters: { dataset: 'parcels', 'from.$': '$.from' },
        End: true,
      },
    },
  },
});

async function standing() {
  const none = { items: [] };
  const { items } = await engine.datasets
    .versions(EVERYTHING, 'parcels', { limit: 100 })
    .catch(() => none);
  const executions = await engine.executions.list(EVERYTHING, { limit: 100 });
  const events = await engine.events.list(EVERYTHING, { bus: 'default', limit: 1000 });
  return {
    versions: items,
    executions: executions.items.map(({ name, status }) => ({ name, status })),
    told: events.flatMap(({ envelope }) =>
      envelope['detail-type'] === 'Dataset Version Published' ? [envelope.detail.version] : [],
    ),
  };
}

process.on('message', async ({ moment: end, publish = [], pass: ms = 0 }) => {
  moment = end;
  const made = publish.map(({ name, interval, from }) =>
    engine.executions.run(EVERYTHING, { pipeline: 'daily', name, interval, input: { from } }),
  );
  await Promise.all(made);
  if (ms > 0) pass(ms);
  process.send(await standing());
});
process.send(await standing());
