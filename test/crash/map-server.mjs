// A server to be killed while a distributed Map runs: the real engine on a real SQLite file. Its connector notes each item
// in a file before it does anything. Starts the Map at its first start; tells its parent when a number of items have been
// begun in this life, and when the Map is over.

import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { EVERYTHING } from '../../dist/engine/kernel/scope.js';
import { openKilledEngine } from './engine.mjs';

const [folder, told] = process.argv.slice(2);
let begun = 0;
const noting = {
  kind: 'echo',
  runsCode: false,
  validate: () => [],
  async run(task) {
    appendFileSync(join(folder, 'begun.log'), `${task.arguments.id}\n`);
    begun += 1;
    // The moment for a kill: this task is running, and goes on until it comes.
    const isMoment = begun === Number(told);
    if (isMoment) process.send({ begun });
    await new Promise((done) => setTimeout(done, isMoment ? 60_000 : 5));
    return { type: 'succeeded', output: { done: task.arguments.id } };
  },
};

const retry = { ErrorEquals: ['Millrace.WorkerLost'], IntervalSeconds: 1, MaxAttempts: 50 };
const { engine } = openKilledEngine(folder, 'map.db', {
  connectors: [noting],
  concurrency: { echo: 20 },
});
await engine.open();
await engine.pipelines.deploy({
  name: 'rows',
  team: 'test',
  tags: {},
  bindings: {},
  folder,
  definition: {
    StartAt: 'Rows',
    States: {
      Rows: {
        Type: 'Map',
        MaxConcurrency: 40,
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
          Parameters: { Key: 'rows.csv' },
        },
        ItemProcessor: {
          ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
          StartAt: 'Row',
          States: {
            Row: { Type: 'Task', Resource: 'millrace:echo', Retry: [retry], End: true },
          },
        },
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Parameters: { Bucket: 'results' },
          WriterConfig: { Transformation: 'COMPACT' },
        },
        End: true,
      },
    },
  },
});
const { id } = await engine.executions.start(EVERYTHING, {
  pipeline: 'rows',
  name: 'one',
  input: {},
});
const { status, output, cause } = await engine.executions.wait(EVERYTHING, id);
const mapRuns = await engine.mapRuns.list(EVERYTHING, id);
process.send({ status, output, cause, mapRuns });
