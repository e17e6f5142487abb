/**
 * Versions of datasets in the engine: what is published, who may read it, and what follows when it must not be.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { TaskRequest } from '../../src/connectors/connector.js';
import type { ContractResult } from '../../src/datasets/contract.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import {
  fakeDatasetConnector,
  type MemoryStorage,
  memoryStorage,
  pointerOf,
} from '../support/fake-datasets.js';
import { TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;
let storage: MemoryStorage;
let tasks: TaskRequest[];

async function open(): Promise<void> {
  storage = memoryStorage();
  tasks = [];
  const connector = fakeDatasetConnector(storage, (task) => tasks.push(task));
  const runner = createConnectorRunner(new Map([['dataset', connector]]));
  test = await new TimedEngine({ runner, datasets: storage }).open();
}
afterEach(() => test.close());

/** A pipeline that writes a dataset with what its input says. */
const writes = (dataset: string): object => ({
  definition: {
    StartAt: 'Name',
    States: {
      Name: { Type: 'Pass', Result: dataset, ResultPath: '$.dataset', Next: 'Publish' },
      Publish: { Type: 'Task', Resource: 'millrace:dataset', End: true },
    },
  },
});

async function publish(
  pipeline: string,
  input: object = {},
  interval?: string,
): Promise<string | undefined> {
  const at = interval === undefined ? {} : { interval };
  const run = { pipeline, input: input as never, ...at };
  const { id } = await test.engine.executions.run(EVERYTHING, run);
  await test.settled();
  // Versions are told apart by seconds and attempts.
  await test.pass(1_000);
  const { error } = await test.engine.executions.describe(EVERYTHING, id);
  return error;
}

const current = (name: string, team = 'default'): (string | undefined)[] =>
  (pointerOf(storage, team, name)?.versions ?? []).map(({ version }) => version);
const states = async (name: string): Promise<string[]> =>
  (await test.engine.datasets.versions(EVERYTHING, name)).items.map(({ state }) => state);

const blocked: ContractResult = {
  ...{ dataset: 'x', status: 'CRITICAL', verdict: 'block', rows: 3, quarantined: 0 },
  rules: [
    {
      ...{ rule: 'zip pattern', kind: 'pattern', columns: ['zip'], severity: 'block' },
      ...{ status: 'CRITICAL', checked: 3, failing: 1, rows: [{ zip: 'x' }] },
      words: '"zip" matches ^[0-9]{5}$: 1 of 3 rows does not keep it',
    },
  ],
};

describe('a version', () => {
  it('becomes current with the commit that ends its task, and the storage follows', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    expect(await publish('daily', { rows: 7 })).toBeUndefined();
    const { items } = await test.engine.datasets.versions(EVERYTHING, 'parcels');
    expect(items).toMatchObject([
      { state: 'published', rows: 7, pipeline: 'daily', task: 'Publish', isCurrent: true },
    ]);
    expect(current('parcels')).toEqual([items[0]?.version]);
    expect(await publish('daily', { rows: 8 })).toBeUndefined();
    const list = test.engine.datasets.list(EVERYTHING).items;
    expect(list).toMatchObject([{ name: 'parcels', current: [{ rows: 8 }], intervals: 1 }]);
    expect(current('parcels')).toEqual([list[0]?.current[0]?.version]);
    expect(pointerOf(storage, 'default', 'parcels')?.revision).toBe(2);
  });

  it('is told on the bus of its team, and starts what waits for it', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    const pattern = {
      source: ['millrace.datasets'],
      'detail-type': ['Dataset Version Published'],
      detail: { dataset: ['parcels'] },
    };
    await test.deploy('after', { trigger: { events: [{ pattern }] } });
    await publish('daily', { rows: 7 });
    const [input] = await test.inputs('after');
    expect(input).toMatchObject({
      detail: { dataset: 'parcels', team: 'default', rows: 7, pipeline: 'daily' },
    });
  });

  it('counts in the check results of the dataset', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    await publish('daily', { rows: 7 });
    const { items } = await test.engine.checks.list(EVERYTHING);
    const of = items.find(({ subject }) => subject.kind === 'dataset');
    expect(of).toMatchObject({ status: 'OK', rows: 7, pipeline: 'daily' });
    expect(of?.subject.name).toBe('default/parcels');
  });

  it('is not what its task wrote when the task fails: nothing is published', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    expect(await publish('daily', { error: 'Dataset.StorageFailed' })).toBe(
      'Dataset.StorageFailed',
    );
    expect(await states('parcels')).toEqual([]);
    expect(current('parcels')).toEqual([]);
  });

  it('is refused as another stage than those before it', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    await publish('daily');
    await test.deploy('daily', { datasets: { parcels: { stage: 'raw' } } }, writes('parcels'));
    expect(await publish('daily')).toBe('Dataset.Refused');
  });

  it('is refused when a deployment has as contract what is none', async () => {
    await open();
    for (const contract of [{ columns: { a: 'nonsense' } }, 'a.yaml']) {
      await test.deploy('daily', { datasets: { parcels: { contract } } }, writes('parcels'));
      expect(await publish('daily')).toBe('Dataset.Refused');
    }
    expect(await states('parcels')).toEqual([]);
  });
});

describe('intervals', () => {
  it('an earlier one than what is current is kept without becoming current', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    await publish('daily', { rows: 2 }, '2026-11-02');
    await publish('daily', { rows: 1 }, '2026-11-01');
    expect(await states('parcels')).toEqual(['kept', 'published']);
    expect(test.engine.datasets.show(EVERYTHING, 'parcels').current).toMatchObject([{ rows: 2 }]);
    // The same interval again: the later one is the better one.
    await publish('daily', { rows: 3 }, '2026-11-02');
    expect(test.engine.datasets.show(EVERYTHING, 'parcels').current).toMatchObject([{ rows: 3 }]);
  });

  it('have each a current version of their own where the dataset is by interval', async () => {
    await open();
    const datasets = { parcels: { per: 'interval' } };
    await test.deploy('daily', { datasets }, writes('parcels'));
    await publish('daily', { rows: 2 }, '2026-11-02');
    await publish('daily', { rows: 1 }, '2026-11-01');
    await publish('daily', { rows: 3 }, '2026-11-02');
    const shown = (): object[] => [...test.engine.datasets.show(EVERYTHING, 'parcels').current];
    const expected = [
      { interval: '2026-11-01', rows: 1 },
      { interval: '2026-11-02', rows: 3 },
    ];
    expect(shown()).toMatchObject(expected);
    await test.restart();
    expect(shown()).toMatchObject(expected);
    expect(pointerOf(storage, 'default', 'parcels')?.versions).toMatchObject([
      { interval: '2026-11-01' },
      { interval: '2026-11-02' },
    ]);
  });
});

describe('reading', () => {
  const reads = (team?: string): object => ({
    ...{ reads: { p: team === undefined ? 'parcels' : { dataset: 'parcels', team } } },
    datasets: { report: {} },
  });

  it('is of the versions that were current when the execution began', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    await publish('daily', { rows: 1 });
    const [first] = current('parcels');
    const waits = {
      StartAt: 'Wait',
      States: {
        Wait: { Type: 'Wait', Seconds: 60, Next: 'Publish' },
        Publish: {
          ...{ Type: 'Task', Resource: 'millrace:dataset', End: true },
          Parameters: { dataset: 'report' },
        },
      },
    };
    await test.deploy('report', reads() as never, { definition: waits });
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'report' });
    await test.settled();
    await publish('daily', { rows: 2 });
    expect(current('parcels')).not.toEqual([first]);
    await test.pass(60_000);
    await test.engine.executions.wait(EVERYTHING, id);
    const task = tasks.find(({ version }) => version?.name === 'report');
    expect(task?.datasets).toMatchObject({ p: { name: 'parcels', versions: [first] } });
    expect(task?.version?.inputs).toEqual([{ team: 'default', name: 'parcels', version: first }]);
  });

  it('of what nobody has published fails at once, and says so', async () => {
    await open();
    await test.deploy('report', reads() as never, writes('report'));
    expect(await publish('report')).toBe('Dataset.NotFound');
  });

  it.each([
    [[], 'Dataset.NotFound'],
    [['other'], 'Dataset.NotFound'],
    [['search'], undefined],
    ['*', undefined],
  ])('by another team, of what %j may read, ends with %s', async (readers, error) => {
    await open();
    const datasets = { parcels: readers.length === 0 ? {} : { readers } };
    await test.deploy('daily', { datasets }, { ...writes('parcels'), team: 'owners' });
    await publish('daily');
    await test.deploy('report', reads('owners') as never, { ...writes('report'), team: 'search' });
    expect(await publish('report')).toBe(error);
  });
});

describe('a contract that is not kept', () => {
  it('leaves what is current as it is, and the rows that break it are the cause', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    await publish('daily', { rows: 1 });
    const before = current('parcels');
    expect(await publish('daily', { rows: 3, contract: blocked })).toBe('Dataset.ContractFailed');
    expect(current('parcels')).toEqual(before);
    expect(await states('parcels')).toEqual(['rejected', 'published']);
    const { items } = await test.engine.executions.list(EVERYTHING, {
      pipeline: 'daily',
      limit: 1,
    });
    const { cause } = await test.engine.executions.describe(EVERYTHING, items[0]?.id ?? '');
    expect(cause).toContain('{"zip":"x"}');
    expect(cause).toContain(`${before[0]} stays current`);
    expect((await test.inputs('daily')).length).toBe(2);
  });

  it('is one incident of who answers for the pipeline, and over with the next good version', async () => {
    await open();
    const sections = { owner: 'ana', datasets: { parcels: {} } };
    await test.deploy('daily', sections, writes('parcels'));
    await publish('daily', { rows: 3, contract: blocked });
    const { items } = await test.engine.incidents.list(EVERYTHING, { status: 'open' });
    expect(items).toMatchObject([{ owner: 'ana', subject: { kind: 'dataset' }, folded: 1 }]);
    expect(await publish('daily', { rows: 3 })).toBeUndefined();
    const open_ = await test.engine.incidents.list(EVERYTHING, { status: 'open' });
    expect(open_.items).toEqual([]);
  });

  it('is told on the bus, and so are rows that were set aside', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    await publish('daily', { contract: blocked });
    await publish('daily', { quarantined: 2, rows: 5 });
    const { items } = await test.engine.events.search(EVERYTHING, { q: '', limit: 50 });
    const told = items
      .filter(({ source }) => source === 'millrace.datasets')
      .map(({ detailType }) => detailType)
      .sort();
    expect(told).toEqual([
      'Dataset Contract Failed',
      'Dataset Rows Quarantined',
      'Dataset Version Published',
    ]);
  });
});

describe('a contract that looks things up', () => {
  it('is handed what is current of those datasets, every interval of them, and of no others', async () => {
    await open();
    const own = { counties: { per: 'interval' } };
    await test.deploy('counties', { datasets: own }, writes('counties'));
    await test.deploy('other', { datasets: { other: {} } }, writes('other'));
    await publish('counties', {}, '2026-11-01');
    await publish('counties', {}, '2026-11-02');
    await publish('other');
    const references = { column: 'county', dataset: 'counties', key: 'name' };
    const contract = { rules: [{ references }, { unique: 'id' }] };
    await test.deploy('daily', { datasets: { parcels: { contract } } }, writes('parcels'));
    await publish('daily', { rows: 3 });
    await publish('daily', { rows: 3 });
    const { version } = tasks.at(-1) ?? {};
    const known = test.engine.datasets.show(EVERYTHING, 'counties').current;
    expect(version?.references).toEqual({ counties: known.map(({ folder }) => folder) });
    expect(known).toHaveLength(2);
    // Nothing compares counts.
    expect(version?.history).toEqual([]);
  });

  it('compares counts with the published versions before, the newest first', async () => {
    await open();
    const contract = { rules: [{ rows: { within: '20 %' } }] };
    await test.deploy('daily', { datasets: { parcels: { contract } } }, writes('parcels'));
    await publish('daily', { rows: 1 });
    await publish('daily', { rows: 2 });
    await publish('daily', { rows: 9, contract: blocked });
    await publish('daily', { rows: 3 });
    expect(tasks.at(-1)?.version?.history).toEqual([{ rows: 2 }, { rows: 1 }]);
  });
});

describe('rolling back', () => {
  it('makes an earlier version current, durably, and tells who did it', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    await publish('daily', { rows: 1 });
    const [first = ''] = current('parcels');
    await publish('daily', { rows: 2 });
    await test.engine.datasets.rollBack(ofTeam('default'), 'parcels', first, 'ana');
    await test.settled();
    expect(current('parcels')).toEqual([first]);
    await test.restart();
    expect(test.engine.datasets.show(EVERYTHING, 'parcels').current).toMatchObject([
      { version: first, rows: 1 },
    ]);
    const { items } = await test.engine.events.search(EVERYTHING, { q: '', limit: 50 });
    const told = items.find(({ detailType }) => detailType === 'Dataset Rolled Back');
    expect(told?.envelope.detail).toMatchObject({ version: first, cause: 'by ana' });
    await publish('daily', { rows: 3 });
    expect(test.engine.datasets.show(EVERYTHING, 'parcels').current).toMatchObject([{ rows: 3 }]);
  });

  it('does not make current what its contract has rejected, nor what is not there', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    await publish('daily', { rows: 1 });
    await publish('daily', { contract: blocked });
    const { items } = await test.engine.datasets.versions(EVERYTHING, 'parcels');
    const rejected = items[0]?.version ?? '';
    const back = (version: string): Promise<unknown> =>
      test.engine.datasets.rollBack(EVERYTHING, 'parcels', version, 'ana');
    await expect(back(rejected)).rejects.toMatchObject({ kind: 'DatasetVersionRefused' });
    await expect(back('20200101T000000Z-00000000')).rejects.toMatchObject({
      kind: 'DatasetVersionNotFound',
    });
  });
});

describe('a storage that does not answer', () => {
  it('is asked again until it follows, and what is current is told from the store meanwhile', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    storage.failure = 'EIO';
    expect(await publish('daily', { rows: 1 })).toBeUndefined();
    expect(current('parcels')).toEqual([]);
    expect(test.engine.datasets.show(EVERYTHING, 'parcels')).toMatchObject({
      failure: 'EIO',
      current: [{ rows: 1 }],
    });
    storage.failure = undefined;
    await test.pass(5_000);
    expect(current('parcels')).toHaveLength(1);
    expect(test.engine.datasets.show(EVERYTHING, 'parcels').failure).toBeUndefined();
  });

  it('is made to follow after a restart', async () => {
    await open();
    await test.deploy('daily', { datasets: { parcels: {} } }, writes('parcels'));
    storage.failure = 'EIO';
    await publish('daily', { rows: 1 });
    storage.failure = undefined;
    await test.restart();
    expect(current('parcels')).toHaveLength(1);
  });
});
