/**
 * Candidates: versions that are stored to be tried, and of which nothing else is live.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { TaskRequest } from '../../src/connectors/connector.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { Kernel } from '../../src/engine/kernel/kernel.js';
import { startInTurn } from '../../src/engine/kernel/requests.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import {
  fakeDatasetConnector,
  type MemoryStorage,
  memoryStorage,
} from '../support/fake-datasets.js';
import { TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;
let kernel: Kernel;
let storage: MemoryStorage;
let tasks: TaskRequest[];

async function open(more: object = {}): Promise<void> {
  storage = memoryStorage();
  tasks = [];
  const connector = fakeDatasetConnector(storage, (task) => tasks.push(task));
  const runner = createConnectorRunner(new Map([['dataset', connector]]));
  test = await new TimedEngine({
    ...{ runner, datasets: storage },
    additions: [
      (given) => {
        kernel = given;
        return { name: 'more', ...more };
      },
    ],
  }).open();
}
afterEach(() => test.close());

const publishing = (dataset: string, rows: number): MachineDefinition =>
  ({
    StartAt: 'Publish',
    States: {
      Publish: {
        Type: 'Task',
        Resource: 'millrace:dataset',
        Parameters: { dataset, rows },
        End: true,
      },
    },
  }) as unknown as MachineDefinition;

const deployment = (definition: MachineDefinition, sections = {}) => ({
  ...{ name: 'daily', team: 'default', tags: {}, input: {}, bindings: {}, folder: test.folder },
  ...{ definition, sections },
});

const READS = { reads: { raw: 'raw' }, datasets: { clean: {} } };

/** What each version handed to the last task is. */
const handed = (): string[] | undefined => tasks.at(-1)?.datasets?.raw?.versions as string[];

describe('a candidate', () => {
  it('is run by test runs that name it, and by nothing else, also after a restart and a redrive', async () => {
    await open();
    await test.deploy('daily', { datasets: { clean: {} } }, { definition: publishing('clean', 1) });
    const changed = {
      ...deployment(publishing('clean', 2), {
        datasets: { clean: {}, other: {} },
        trigger: { schedule: { rate: '1 minute' } },
      }),
      tags: { tried: 'yes' },
      input: { tried: true },
    };
    const { number, version } = await test.engine.pipelines.keepCandidate(changed);
    expect(version).toBe(2);
    // The same again is the same.
    expect(await test.engine.pipelines.keepCandidate(changed)).toEqual({ number, version });
    expect(await test.engine.pipelines.describe(EVERYTHING, 'daily')).toMatchObject({ version: 1 });
    await test.pass(300_000);
    expect(await test.executions('daily')).toEqual([]);
    await test.restart();
    await test.pass(300_000);
    expect(await test.executions('daily')).toEqual([]);
    const testRun = { candidate: number };
    const tried = await test.engine.executions.run(EVERYTHING, { pipeline: 'daily', testRun });
    expect(tried).toMatchObject({
      ...{ version: 2, status: 'SUCCEEDED', input: { tried: true }, tags: { tried: 'yes' } },
      testRun: { candidate: true },
      output: { rows: 2 },
    });
    expect(await test.engine.pipelines.describe(EVERYTHING, 'daily', 2)).toMatchObject({
      deployment: { candidate: true },
    });
    const real = await test.engine.executions.run(EVERYTHING, { pipeline: 'daily' });
    expect(real).toMatchObject({ version: 1, output: { rows: 1 } });
    // Deployed, it is a version of its own.
    await test.engine.pipelines.deploy(changed);
    expect(await test.engine.pipelines.describe(EVERYTHING, 'daily')).toMatchObject({ version: 3 });
    expect(await test.engine.pipelines.keepCandidate(changed)).toMatchObject({ version: 3 });
  });

  it('is of one pipeline, which is deployed', async () => {
    await open();
    await test.deploy('other');
    await expect(
      test.engine.pipelines.keepCandidate(deployment(publishing('clean', 2))),
    ).rejects.toThrow("There is no pipeline 'daily'");
    await test.deploy('daily');
    const { number } = await test.engine.pipelines.keepCandidate(
      deployment(publishing('clean', 2)),
    );
    await expect(
      test.engine.executions.run(EVERYTHING, {
        ...{ pipeline: 'other', testRun: { candidate: number } },
      }),
    ).rejects.toThrow("no version of 'other'");
  });
});

describe('a test run that reads what another execution has read', () => {
  async function published(rows: number): Promise<string> {
    await test.deploy('raw', { datasets: { raw: {} } }, { definition: publishing('raw', rows) });
    await test.engine.executions.run(EVERYTHING, { pipeline: 'raw' });
    await test.settled();
    await test.pass(1_000);
    return test.engine.datasets.show(EVERYTHING, 'raw').current[0]?.version ?? '';
  }

  it('sees the same versions, whatever was published since', async () => {
    await open();
    const first = await published(1);
    await test.deploy('daily', READS, { definition: publishing('clean', 1) });
    const champion = await test.engine.executions.run(EVERYTHING, { pipeline: 'daily' });
    expect(handed()).toEqual([first]);
    const second = await published(2);
    await test.engine.executions.run(EVERYTHING, { pipeline: 'daily', testRun: {} });
    expect(handed()).toEqual([second]);
    const testRun = { readsOf: champion.number };
    const like = await test.engine.executions.run(EVERYTHING, { pipeline: 'daily', testRun });
    expect(handed()).toEqual([first]);
    expect(like.testRun).toMatchObject({ readsOf: champion.number });
    // Of what the other has not read: what is current.
    const none = { readsOf: 1 };
    await test.engine.executions.run(EVERYTHING, { pipeline: 'daily', testRun: none });
    expect(handed()).toEqual([second]);
  });

  it('sees the same when it begins in the same commit', async () => {
    const started: string[] = [];
    let candidate = 0;
    await open({
      heard(turn: never, fact: { type: string; execution?: { number: number; creation: never } }) {
        if (fact.type !== 'ExecutionBegun' || candidate === 0) return;
        const of = fact.execution as { number: number; creation: { pipeline: string } };
        if (of.creation.pipeline !== 'daily') return;
        const pipeline = { team: 'default', name: 'daily' };
        startInTurn(
          kernel,
          turn,
          {
            ...{ pipeline, name: `test-beside-${of.number}` },
            testRun: { candidate, readsOf: of.number },
          },
          (_, outcome) => started.push(outcome instanceof Error ? outcome.message : 'started'),
        );
      },
    });
    const version = await published(1);
    await test.deploy('daily', READS, { definition: publishing('clean', 1) });
    const kept = await test.engine.pipelines.keepCandidate(
      deployment(publishing('clean', 2), READS),
    );
    candidate = kept.number;
    tasks.length = 0;
    await test.engine.executions.run(EVERYTHING, { pipeline: 'daily' });
    await test.settled();
    expect(started).toEqual(['started']);
    expect(tasks.map(({ datasets }) => datasets?.raw?.versions)).toEqual([[version], [version]]);
    const { items } = await test.engine.executions.list(EVERYTHING, { testRuns: 'only' });
    expect(items).toMatchObject([
      { version: 2, status: 'SUCCEEDED', testRun: { candidate: true } },
    ]);
    // Both are over: neither holds what it has read.
    const { items: versions } = await test.engine.datasets.versions(EVERYTHING, 'clean');
    expect(versions.map(({ state }) => state).sort()).toEqual(['published', 'shadow']);
  });
});
