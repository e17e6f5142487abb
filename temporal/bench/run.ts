/**
 * npm run bench [-- --count N]
 *
 * Ten tasks one after another, as a pipeline and as a workflow that is written by hand, in turn on one worker and one development
 * server. Prints one JSON line a measurement; ratios between lines of one run mean more than the figures.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { bundleWorkflowCode, NativeConnection, Worker } from '@temporalio/worker';
import type { MachineDefinition } from '../../src/asl/definition.js';
import { createConnectors } from '../../src/connectors/registry.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { createTaskActivities } from '../src/activities/perform-task.js';
import { DEFAULT_PLACE, dataConverterOf, openClient } from '../src/connect.js';
import { DEFAULT_OPTIONS } from '../src/execution-input.js';
import { createExecutions } from '../src/executions.js';
import { installLogging } from '../src/open-worker.js';
import { openPipelineFolder } from '../src/pipeline-folder.js';
import { startTemporal } from '../test/support/start-temporal.js';

const { values } = parseArgs({ options: { count: { type: 'string', default: '100' } } });
const COUNT = Number(values.count);
const CLIENTS = 20;
const ROUNDS = 5;

installLogging('ERROR');
const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
const server = await startTemporal();
const place = { ...DEFAULT_PLACE, address: server.address, taskQueue: 'bench' };
const runner = createConnectorRunner(createConnectors());
const nothing = (): void => undefined;
const logger = {
  ...{ log: nothing, trace: nothing, debug: nothing },
  ...{ info: nothing, warn: nothing, error: nothing },
};
const connection = await NativeConnection.connect({ address: server.address });
const worker = await Worker.create({
  connection,
  taskQueue: place.taskQueue,
  workflowBundle: await bundleWorkflowCode({
    workflowsPath: join(import.meta.dirname, 'workflows.ts'),
    logger,
  }),
  dataConverter: dataConverterOf(place),
  activities: {
    ...createTaskActivities({
      runner,
      folder: openPipelineFolder(folder),
      workFolder: (team, execution) => join(folder, team, execution),
      secrets: { value: async () => undefined },
      log: nothing,
    }),
    plain: async (input: object) => input,
  },
});
const running = worker.run();
const client = await openClient(place);
const executions = createExecutions(client, place.taskQueue);

const states = Object.fromEntries(
  Array.from({ length: 10 }, (_, index) => [
    `S${index}`,
    {
      Type: 'Task',
      Resource: 'millrace:echo',
      ...(index < 9 ? { Next: `S${index + 1}` } : { End: true }),
    },
  ]),
);
const deployment = {
  ...{ name: 'ten', team: 'default', tags: {}, bindings: {}, folder: '' },
  definition: { StartAt: 'S0', States: states } as unknown as MachineDefinition,
};

const kinds = {
  async pipeline(): Promise<void> {
    const { workflowId } = await executions.start({
      ...{ deployment, input: { n: 1 }, options: DEFAULT_OPTIONS },
    });
    const { status } = await executions.ended(workflowId);
    if (status !== 'SUCCEEDED') throw new Error(status);
  },
  async byHand(): Promise<void> {
    await client.workflow.execute('handWritten', {
      ...{ workflowId: randomUUID(), taskQueue: place.taskQueue, args: [{ n: 1 }] },
    });
  },
};

async function perSecond(one: () => Promise<void>, count: number): Promise<number> {
  const begun = performance.now();
  let left = count;
  const client = async (): Promise<void> => {
    while (left > 0) {
      left -= 1;
      await one();
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, client));
  return (1_000 * count) / (performance.now() - begun);
}

const print = (line: object): void => void process.stdout.write(`${JSON.stringify(line)}\n`);
const round = (value: number): number => Math.round(value * 100) / 100;
for (const one of Object.values(kinds)) await perSecond(one, CLIENTS);
const ratios: number[] = [];
for (let at = 0; at < ROUNDS; at += 1) {
  const order =
    at % 2 === 0 ? (['byHand', 'pipeline'] as const) : (['pipeline', 'byHand'] as const);
  const found = { pipeline: 0, byHand: 0 };
  for (const kind of order) found[kind] = await perSecond(kinds[kind], COUNT);
  ratios.push(found.pipeline / found.byHand);
  print({
    bench: 'ten tasks on Temporal, executions a second',
    ...{ pipeline: round(found.pipeline), by_hand: round(found.byHand) },
    ratio: round(found.pipeline / found.byHand),
  });
}
ratios.sort((a, b) => a - b);
print({ bench: 'pipeline / by hand', ratio: round(ratios[ROUNDS >> 1] ?? 0), goal: 0.7 });
worker.shutdown();
await running;
await client.connection.close();
await connection.close();
await runner.close();
await server.stop();
rmSync(folder, { recursive: true, force: true });
process.exit(0);
