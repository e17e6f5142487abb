// A server to be killed: the real engine on a real SQLite file. Starts executions when told so by its parent and says
// when each start is durable, and stops when told so. Its one connector notes every start of an attempt in a file, before it does anything.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING } from '../../dist/engine/kernel/scope.js';
import { openKilledEngine } from './engine.mjs';

const [folder, synchronous = 'FULL'] = process.argv.slice(2);
const started = join(folder, 'started.log');

const noting = {
  kind: 'echo',
  runsCode: false,
  validate: () => [],
  async run(task) {
    appendFileSync(started, `${task.attemptId} ${task.execution.id} ${task.state}\n`);
    // Some work takes a while, so that kills hit it in the middle.
    await new Promise((done) => setTimeout(done, task.state === 'Slow' ? 15 : 0));
    return { type: 'succeeded', output: task.arguments };
  },
};

const retry = [
  { ErrorEquals: ['Millrace.WorkerLost'], IntervalSeconds: 1, MaxAttempts: 50, BackoffRate: 1 },
];
const task = (next) => ({ Type: 'Task', Resource: 'millrace:echo', Retry: retry, ...next });
const definition = {
  StartAt: 'First',
  States: {
    First: task({ Next: 'Both' }),
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'Slow', States: { Slow: task({ End: true }) } },
        {
          StartAt: 'Pause',
          States: {
            Pause: { Type: 'Wait', Seconds: 1, Next: 'Quick' },
            Quick: task({ End: true }),
          },
        },
      ],
      Next: 'Each',
    },
    Each: {
      Type: 'Map',
      MaxConcurrency: 2,
      ItemProcessor: { StartAt: 'Item', States: { Item: task({ End: true }) } },
      End: true,
    },
  },
};

const { engine, store } = openKilledEngine(folder, 'crash.db', {
  connectors: [noting],
  concurrency: { echo: 40 },
  synchronous,
});
await engine.open();
await engine.pipelines.deploy({
  name: 'crash',
  team: 'test',
  tags: {},
  definition,
  bindings: {},
  folder,
});

process.on('message', async ({ name, stop }) => {
  if (stop) {
    await engine.close(0);
    store.close();
    process.exit();
  }
  try {
    const { id } = await engine.executions.start(EVERYTHING, {
      pipeline: 'crash',
      name,
      input: { name },
    });
    process.send({ name, id });
  } catch (error) {
    process.send({ name, error: String(error) });
  }
});
process.send({ ready: true });
