/**
 * What lies around a version, for a picture: few neighbours of each, how many more there are, and nothing of teams that are not seen.
 */
import { afterAll, afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { LineageAround } from '../../src/engine/features/lineage/lineage-calls.js';
import { FEW, MANY, MOST_NODES } from '../../src/engine/features/lineage/neighbourhood.js';
import { EVERYTHING, ofTeam, type Scope } from '../../src/engine/kernel/scope.js';
import { createGraphLayouts } from '../../src/http/graph/layouts.js';
import { lineageGraph } from '../../src/http/graph/lineage-graph.js';
import { LINEAGE_EVENT } from '../http/routes.js';
import { fakeDatasetConnector, memoryStorage } from '../support/fake-datasets.js';
import { TimedEngine } from '../support/timed-engine.js';

const OWN = ofTeam('default');
const namespace = 's3://lake';

let it: TimedEngine;
let runs = 0;

beforeEach(async () => {
  const storage = memoryStorage();
  const runner = createConnectorRunner(new Map([['dataset', fakeDatasetConnector(storage)]]));
  it = await new TimedEngine({ runner, datasets: storage }).open();
});
afterEach(() => it.close());

async function told(inputs: string[], outputs: string[], job = 'job'): Promise<void> {
  runs += 1;
  const dataset = (name: string): JsonObject => ({ namespace, name });
  await it.engine.lineage.take(OWN, {
    ...LINEAGE_EVENT,
    run: { runId: `01997d2e-8a6b-7c3d-9e4f-${String(runs).padStart(12, '0')}` },
    job: { namespace: 'spark', name: job },
    inputs: inputs.map(dataset),
    outputs: outputs.map(dataset),
  } as JsonObject);
}

const many = (count: number, word: string): string[] =>
  Array.from({ length: count }, (_, index) => `${word}-${index}`);

const around = (name: string, query = {}): Promise<LineageAround> =>
  it.engine.lineage.around(OWN, name, { namespace, ...query });

const named = ({ nodes }: LineageAround, name: string): LineageAround['nodes'][number] => {
  const found = nodes.find((node) => node.name === name);
  if (found === undefined) throw new Error(`${name} is not there`);
  return found;
};

async function publish(
  name: string,
  { team = 'default', reads }: { team?: string; reads?: JsonObject } = {},
): Promise<void> {
  const Publish = {
    Type: 'Task',
    Resource: 'millrace:dataset',
    Parameters: { dataset: name },
    End: true,
  };
  const definition = { StartAt: 'Publish', States: { Publish } };
  const pipeline = `writes-${name}`;
  const sections = {
    datasets: { [name]: { readers: '*' } },
    ...(reads === undefined ? {} : { reads }),
  };
  await it.deploy(pipeline, sections, { definition, team });
  await it.engine.executions.run(EVERYTHING, { pipeline });
  await it.settled();
  await it.pass(1_000);
}

describe('around data of others', () => {
  test('both ways are shown, with hops below and above 0', async () => {
    await told(['raw'], ['clean'], 'cleans');
    await told(['clean', 'rates'], ['report'], 'reports');
    const found = await around('clean');
    expect(found.nodes.map(({ name, hop }) => [name, hop])).toEqual([
      ['clean', 0],
      ['raw', -1],
      ['report', 1],
    ]);
    expect(found.edges.map(({ job, isIndirect }) => [job?.name, isIndirect])).toEqual(
      expect.arrayContaining([
        ['cleans', false],
        ['reports', false],
      ]),
    );
    // Read by the same job, and not what `clean` was made of or into.
    expect(named(found, 'report').up).toEqual({ count: 1, isAtLeast: false, canOpen: true });
  });

  test('few neighbours of each node are shown, how many more there are is said, and opening it shows them', async () => {
    await told(['raw'], many(50, 'out'));
    const first = await around('raw');
    expect(first.nodes).toHaveLength(1 + FEW);
    const raw = named(first, 'raw');
    expect(raw.down).toEqual({ count: 50 - FEW, isAtLeast: false, canOpen: true });
    const opened = await around('raw', { opened: [{ node: raw.id, direction: 'down' }] });
    expect(opened.nodes).toHaveLength(51);
    expect(named(opened, 'raw').down).toEqual({ count: 0, isAtLeast: false, canOpen: false });
  });

  test('a node two hops away is opened by one hop more', async () => {
    await told(['a'], ['b']);
    await told(['b'], ['c']);
    await told(['c'], ['d']);
    const first = await around('a');
    expect(first.nodes.map(({ name }) => name)).not.toContain('d');
    const c = named(first, 'c');
    expect(c.down).toMatchObject({ count: 1, canOpen: true });
    const opened = await around('a', { opened: [{ node: c.id, direction: 'down' }] });
    expect(named(opened, 'd').hop).toBe(3);
  });

  test('a picture holds no more than it can, whatever is opened', async () => {
    for (const at of [1, 2, 3]) await told(['hub'], many(120, `out-${at}`), `job-${at}`);
    await told(many(120, 'in'), ['hub']);
    const [hub] = (await around('hub')).nodes;
    if (hub === undefined) throw new Error('no hub');
    const both = [
      { node: hub.id, direction: 'up' as const },
      { node: hub.id, direction: 'down' as const },
    ];
    const opened = await around('hub', { opened: both });
    expect(opened.nodes).toHaveLength(1 + 2 * MANY);
    expect(named(opened, 'hub').down).toEqual({ count: 50, isAtLeast: true, canOpen: false });
    await told(
      opened.nodes.map(({ name }) => name),
      ['sink'],
    );
    const deep = { opened: [...both], hops: 5 };
    const far = await around('sink', deep);
    expect(far.nodes.length).toBeLessThanOrEqual(MOST_NODES);
  });

  test('a circle is gone round once', async () => {
    await told(['a'], ['b']);
    await told(['b'], ['a']);
    const found = await around('a', { hops: 5 });
    expect(found.nodes).toHaveLength(2);
    expect(found.edges).toHaveLength(2);
  });
});

describe('around versions', () => {
  test('what lies between over another team is a line, and is counted for nobody who does not see it', async () => {
    await publish('raw');
    await publish('between', { team: 'other', reads: { r: { dataset: 'raw', team: 'default' } } });
    await publish('report', { reads: { b: { dataset: 'between', team: 'other' } } });
    const asked = (scope: Scope): Promise<LineageAround> =>
      it.engine.lineage.around(scope, 'report');
    const all = await asked(EVERYTHING);
    expect(all.nodes.map(({ name }) => name)).toEqual(['report', 'raw', 'between']);
    const own = await asked(OWN);
    expect(own.nodes.map(({ name, hop }) => [name, hop])).toEqual([
      ['report', 0],
      ['raw', -2],
    ]);
    expect(own.edges).toMatchObject([{ isIndirect: true }]);
    for (const { up, down } of own.nodes) expect([up.count, down.count]).toEqual([0, 0]);
    const theirs = await it.engine.lineage.around(ofTeam('other'), 'between');
    expect(theirs.nodes.map(({ name }) => name)).toEqual(['between']);
    expect(theirs.nodes[0]?.up.count).toBe(0);
  });
});

describe('the picture', () => {
  const layouts = createGraphLayouts();
  afterAll(() => layouts.close());

  test('has a box of each data, job and remainder, none over another, and every line between boxes', async () => {
    await told(['raw'], many(300, 'out').slice(0, 150), 'splits');
    await told(many(90, 'in'), ['raw'], 'joins');
    const [raw] = (await around('raw')).nodes;
    const opened = [
      { node: raw?.id ?? '', direction: 'up' as const },
      { node: raw?.id ?? '', direction: 'down' as const },
    ];
    const graph = await lineageGraph(await around('raw', { opened }), layouts.arrange);
    expect(graph.boxes.filter(({ kind }) => kind === 'data')).toHaveLength(1 + 90 + 100);
    expect(graph.boxes.filter(({ kind }) => kind === 'job')).toHaveLength(2);
    expect(graph.boxes.filter(({ kind }) => kind === 'more')).toMatchObject([
      { direction: 'down', count: 50, canOpen: false },
    ]);
    for (const [at, a] of graph.boxes.entries()) {
      for (const b of graph.boxes.slice(at + 1)) {
        const apart =
          a.x + a.width <= b.x ||
          b.x + b.width <= a.x ||
          a.y + a.height <= b.y ||
          b.y + b.height <= a.y;
        expect(apart, `${a.id} and ${b.id}`).toBe(true);
      }
    }
    const ids = new Set(graph.boxes.map(({ id }) => id));
    for (const { from, to, points } of graph.lines) {
      expect([ids.has(from), ids.has(to), points.length >= 2]).toEqual([true, true, true]);
    }
  });
});
