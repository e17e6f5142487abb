// One distributed Map over a CSV file on the real server, in a process of its own: figures go to the parent by IPC.

import { createWriteStream } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EVERYTHING } from '../dist/engine/kernel/scope.js';
import { startServer } from '../dist/server.js';

const [data, rowsText, executionType = 'STANDARD'] = process.argv.slice(2);
const rows = Number(rowsText);
const folder = join(data, 'pipeline');
await mkdir(folder, { recursive: true });
await writeRows(join(folder, 'rows.csv'));

const server = await startServer({ data: join(data, 'server'), port: 0 });
const { engine } = server;
await engine.pipelines.deploy({
  name: 'rows',
  team: 'bench',
  tags: {},
  bindings: {},
  folder,
  definition: {
    StartAt: 'Rows',
    States: {
      Rows: {
        Type: 'Map',
        ItemReader: {
          Resource: 'arn:aws:states:::s3:getObject',
          ReaderConfig: { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' },
          Parameters: { Key: 'rows.csv' },
        },
        ItemProcessor: {
          ProcessorConfig: {
            Mode: 'DISTRIBUTED',
            ExecutionType: executionType,
          },
          StartAt: 'Step',
          States: { Step: { Type: 'Pass', End: true } },
        },
        ResultWriter: {
          Resource: 'arn:aws:states:::s3:putObject',
          Parameters: { Prefix: 'results' },
        },
        End: true,
      },
    },
  },
});

let highest = 0;
const watch = setInterval(() => {
  highest = Math.max(highest, process.memoryUsage().rss);
}, 50);
const started = performance.now();
const ended = await engine.executions.run(EVERYTHING, { pipeline: 'rows', input: {} });
const seconds = (performance.now() - started) / 1000;
clearInterval(watch);
const { commits, transitions } = engine.health();
process.send({ status: ended.status, cause: ended.cause, seconds, highest, commits, transitions });
await server.close();
process.exit(0);

async function writeRows(file) {
  const out = createWriteStream(file);
  out.write('id,customer,amount,note\n');
  for (let i = 0; i < rows; i++) {
    const line = `${i},customer-${i % 977},${(i * 37) % 10_000},a note of some length\n`;
    if (!out.write(line)) await new Promise((drained) => out.once('drain', drained));
  }
  await new Promise((done) => out.end(done));
}
