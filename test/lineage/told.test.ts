/**
 * Events of OpenLineage that others send: what becomes of them, and what is refused.
 */
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import { TOLD_EDGES, TOLD_FLOWS } from '../../src/engine/features/lineage/lineage-tables.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { LINEAGE_EVENT } from '../http/routes.js';
import {
  fakeDatasetConnector,
  type MemoryStorage,
  memoryStorage,
} from '../support/fake-datasets.js';
import { TimedEngine } from '../support/timed-engine.js';

const OWN = ofTeam('default');
const OTHER = ofTeam('other');

let storage: MemoryStorage;
let it: TimedEngine;

beforeEach(async () => {
  storage = memoryStorage();
  const runner = createConnectorRunner(new Map([['dataset', fakeDatasetConnector(storage)]]));
  it = await new TimedEngine({ runner, datasets: storage }).open();
});
afterEach(() => it.close());

let runs = 0;

/** An event of a run of its own, unless it says which. */
function event(inputs: string[], outputs: string[], more: object = {}): JsonObject {
  runs += 1;
  const dataset = (name: string): JsonObject => ({ namespace: 's3://lake', name });
  return {
    ...LINEAGE_EVENT,
    run: { runId: `01997d2e-8a6b-7c3d-9e4f-${String(runs).padStart(12, '0')}` },
    inputs: inputs.map(dataset),
    outputs: outputs.map(dataset),
    ...more,
  } as JsonObject;
}

const namespace = 's3://lake';

async function follow(name: string, direction: 'up' | 'down', hops = 9): Promise<string[]> {
  const found = await it.engine.lineage.of(OWN, name, { namespace, direction, hops });
  return found.nodes.map((node) => `${node.hop} ${node.name}`);
}

async function publish(dataset: string): Promise<string> {
  const Publish = {
    Type: 'Task',
    Resource: 'millrace:dataset',
    Parameters: { dataset },
    End: true,
  };
  const definition = { StartAt: 'Publish', States: { Publish } };
  const pipeline = `writes-${dataset.replaceAll('/', '-')}`;
  await it.deploy(pipeline, { datasets: { [dataset]: {} } }, { definition });
  await it.engine.executions.run(EVERYTHING, { pipeline });
  await it.settled();
  await it.pass(1_000);
  return (await it.engine.datasets.version(OWN, dataset, 'current')).version;
}

describe('data of others', () => {
  test('is followed both ways, through the jobs that made it', async () => {
    const { lineage } = it.engine;
    await lineage.take(OWN, event(['raw'], ['clean']));
    await lineage.take(OWN, event(['clean', 'rates'], ['report']));
    expect(await follow('report', 'up')).toEqual(
      ['0 report', '1 clean', '1 rates', '2 raw'].sort(),
    );
    expect(await follow('raw', 'down')).toEqual(['0 raw', '1 clean', '2 report']);
    const { edges } = await lineage.of(OWN, 'clean', { namespace });
    expect(edges).toMatchObject([{ job: { namespace: 'spark', name: 'orders' } }]);
  });

  test('goes round in a circle once', async () => {
    const { lineage } = it.engine;
    await lineage.take(OWN, event(['a'], ['b']));
    await lineage.take(OWN, event(['b'], ['c']));
    await lineage.take(OWN, event(['c'], ['a']));
    await lineage.take(OWN, event(['a'], ['a']));
    const { nodes, edges, isCut } = await lineage.of(OWN, 'a', { namespace, hops: 20 });
    expect([nodes.length, edges.length, isCut]).toEqual([3, 3, false]);
  });

  test('is one row however often it is told, with what was said last', async () => {
    const { lineage } = it.engine;
    const schema = { fields: [{ name: 'id', type: 'long' }] };
    const counted = (rowCount: number) => ({
      outputs: [
        {
          ...{ namespace, name: 'clean', facets: { schema } },
          outputFacets: { outputStatistics: { rowCount } },
        },
      ],
    });
    const first = await lineage.take(OWN, event(['raw'], [], counted(3)));
    const second = await lineage.take(OWN, event(['raw'], [], counted(4)));
    expect(second.flow).toBe(first.flow);
    const { items } = await lineage.told(OWN);
    expect(items.map(({ name, rows }) => [name, rows])).toEqual([
      ['clean', 4],
      ['raw', undefined],
    ]);
  });

  test('is put together from several events of a run, and forgotten when the run fails', async () => {
    const { lineage } = it.engine;
    const run = { runId: '01997d2e-0000-7c3d-9e4f-000000000001' };
    await lineage.take(OWN, event(['a'], [], { run, eventType: 'START' }));
    expect(await follow('a', 'down')).toEqual(['0 a']);
    await lineage.take(OWN, event(['b'], [], { run, eventType: 'RUNNING' }));
    await lineage.take(OWN, event([], ['c'], { run }));
    expect(await follow('c', 'up')).toEqual(['0 c', '1 a', '1 b']);
    const failed = { run: { runId: '01997d2e-0000-7c3d-9e4f-000000000002' } };
    await lineage.take(OWN, event(['a'], ['d'], { ...failed, eventType: 'START' }));
    expect(
      await lineage.take(OWN, event([], ['d'], { ...failed, eventType: 'FAIL' })),
    ).toMatchObject({ ignored: [] });
    expect(await follow('d', 'up')).toEqual(['0 d']);
  });

  test('is forgotten when nobody has told of it for 400 days, and what is told again stays', async () => {
    const { lineage } = it.engine;
    const days = (count: number): Promise<void> => {
      it.clock.jump(count * 86_400_000);
      return it.settled();
    };
    await lineage.take(OWN, event(['raw'], ['clean']));
    await lineage.take(OWN, event(['clean'], ['yearly']));
    await lineage.take(OWN, event(['only started'], [], { eventType: 'START' }));
    await days(399);
    await lineage.take(OWN, event(['raw'], ['clean']));
    expect(await it.store.listRows(TOLD_FLOWS)).toHaveLength(2);
    await days(2);
    await lineage.take(OWN, event(['other'], ['more']));
    expect((await lineage.told(OWN)).items.map(({ name }) => name)).toEqual([
      ...['more', 'other', 'yearly', 'clean', 'raw'],
    ]);
    // What is of no flow any more goes with the next event.
    await lineage.take(OWN, event(['other'], ['more']));
    expect((await lineage.told(OWN)).items.map(({ name }) => name)).toEqual([
      ...['more', 'other', 'clean', 'raw'],
    ]);
    expect(await follow('raw', 'down')).toEqual(['0 raw', '1 clean']);
    expect(await it.store.listRows(TOLD_EDGES)).toHaveLength(4);
  });

  test('that is told again after very long is what it was, by the event that would have had it forgotten', async () => {
    const { lineage } = it.engine;
    await lineage.take(OWN, event(['raw'], ['clean']));
    it.clock.jump(500 * 86_400_000);
    await lineage.take(OWN, event(['raw'], ['clean']));
    await lineage.take(OWN, event(['other'], ['more']));
    expect(await follow('raw', 'down')).toEqual(['0 raw', '1 clean']);
  });

  test('stays as long as a flow is of it, also when it was named days before the run ended', async () => {
    const { lineage } = it.engine;
    const run = { runId: '01997d2e-0000-7c3d-9e4f-000000000003' };
    await lineage.take(OWN, event(['raw'], [], { run, eventType: 'START' }));
    it.clock.jump(6 * 86_400_000);
    await lineage.take(OWN, event([], ['clean'], { run }));
    it.clock.jump(396 * 86_400_000);
    for (let more = 0; more < 3; more += 1) await lineage.take(OWN, event(['other'], ['more']));
    expect(await follow('clean', 'up')).toEqual(['0 clean', '1 raw']);
    it.clock.jump(5 * 86_400_000);
    for (let more = 0; more < 2; more += 1) await lineage.take(OWN, event(['other'], ['more']));
    const left = (await lineage.told(OWN)).items.map(({ name }) => name);
    expect(left).not.toContain('clean');
    expect(await it.store.listRows(TOLD_FLOWS)).toHaveLength(1);
  });

  test('of many events at once is known once', async () => {
    const { lineage } = it.engine;
    const all = Array.from({ length: 20 }, () => lineage.take(OWN, event(['raw'], ['clean'])));
    const flows = new Set((await Promise.all(all)).map(({ flow }) => flow));
    expect(flows.size).toBe(1);
    expect((await lineage.told(OWN)).items).toHaveLength(2);
  });

  test('stays known after a restart', async () => {
    await it.engine.lineage.take(OWN, event(['raw'], ['clean']));
    await it.restart();
    await it.engine.lineage.take(OWN, event(['clean'], ['report']));
    expect(await follow('raw', 'down')).toEqual(['0 raw', '1 clean', '2 report']);
  });

  test.each([
    'a"b',
    'a\\b',
    "a'; DROP TABLE told_edges; --",
    'ü/ß 数',
    '%',
    '__proto__',
    'v1',
    't1',
  ])('may be called %j', async (name) => {
    await it.engine.lineage.take(OWN, event([name], ['made']));
    expect(await follow(name, 'down')).toEqual([`0 ${name}`, '1 made']);
  });
});

describe('what others made of our versions', () => {
  test('is touched by a bad one', async () => {
    const version = await publish('parcels/raw');
    const { lineage } = it.engine;
    const inputs = [
      { namespace: 'file', name: `/datasets/structured/default/parcels/raw/versions/${version}` },
    ];
    await lineage.take(OWN, event([], ['model'], { inputs }));
    const { nodes } = await lineage.of(OWN, 'parcels/raw', { direction: 'down' });
    expect(nodes.map(({ name, provider }) => [name, provider])).toEqual([
      ['parcels/raw', 'millrace'],
      ['model', 'openlineage'],
    ]);
    const repair = await lineage.repair(OWN, 'parcels/raw', version);
    expect(repair.steps.map(({ action, dataset }) => [action, dataset])).toEqual([
      ['run', 'parcels/raw'],
      ['tell', 'model'],
    ]);
  });

  test('is of the version that is current when none is said, and of no version that never was', async () => {
    await publish('parcels/raw');
    const second = await publish('parcels/raw');
    const { lineage } = it.engine;
    const ours = { namespace: 'millrace/default', name: 'parcels/raw' };
    await lineage.take(OWN, event([], ['model'], { inputs: [ours] }));
    const { nodes } = await lineage.of(OWN, 'model', { namespace });
    expect(nodes[1]).toMatchObject({ name: 'parcels/raw', version: second, isCurrent: true });
    const facets = { version: { datasetVersion: '20200101T000000Z-00000000' } };
    const taken = await lineage.take(OWN, event([], ['x'], { inputs: [{ ...ours, facets }] }));
    expect(taken.inputs[0]).toMatch(/^t/);
  });

  test('of another team is theirs only where they may read it', async () => {
    await publish('parcels/raw');
    const { lineage } = it.engine;
    const ours = { namespace: 'millrace/default', name: 'parcels/raw' };
    const read = await lineage.take(OTHER, event([], ['x'], { inputs: [ours] }));
    expect(read.inputs[0]).toMatch(/^t/);
    const written = await lineage.take(OTHER, event(['x'], [], { outputs: [ours] }));
    expect(written.outputs[0]).toMatch(/^t/);
    const { nodes } = await lineage.of(OWN, 'parcels/raw', { direction: 'down' });
    expect(nodes).toHaveLength(1);
    await expect(lineage.of(OWN, 'x', { namespace })).rejects.toMatchObject({
      kind: 'DatasetNotFound',
    });
  });
});

describe('an event', () => {
  test('that says nothing that could be kept is refused, with every reason', async () => {
    await expect(it.engine.lineage.take(OWN, { eventType: 'BOOM' })).rejects.toThrow(
      /runId.*job.*eventTime.*eventType/,
    );
    expect((await it.engine.lineage.told(OWN)).items).toEqual([]);
  });

  test('with more than is taken says what was left out', async () => {
    const many = Array.from({ length: 300 }, (_, at) => `d${at}`);
    const taken = await it.engine.lineage.take(OWN, event(many, ['x']));
    expect(taken.inputs).toHaveLength(200);
    expect(taken.ignored).toEqual(['inputs has 300 entries; 200 are taken']);
    const { nodes, isCut } = await it.engine.lineage.of(OWN, 'x', { namespace, limit: 50 });
    expect([nodes.length, isCut]).toEqual([50, true]);
  });
});
