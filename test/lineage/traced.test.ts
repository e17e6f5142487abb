/**
 * Lineage of what really runs: SQL over files and datasets, published, followed and told to a receiver of OpenLineage.
 */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { ExecutionLineage, Lineage, VersionRepair } from '../../src/api/lineage.js';
import type { RunEvent } from '../../src/datasets/openlineage/run-event.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openTestServer, type TestServer } from '../http/test-server.js';
import { readByDefinition } from '../openlineage/read-by-definition.js';
import { requirement } from '../requirements.js';
import { until } from '../support/until.js';

const definitions = requirement('openlineage');

const PIPELINES: { [file: string]: string } = {
  'raw.yaml': `
pipeline: raw
steps:
  - load: { sql: { query: "SELECT id, town, round(price, 2) AS price FROM orders", inputs: { orders: orders.csv } } }
  - publish: { dataset: orders/raw }
datasets: { orders/raw: { stamp: true } }
`,
  'towns.yaml': `
pipeline: towns
tags: { county: alpine }
reads: { raw: orders/raw }
steps:
  - clean:
      sql:
        query: "CREATE TABLE good AS SELECT upper(town) AS town, price FROM raw WHERE price > $least; SELECT * FROM good"
        parameters: { least: 1 }
        output: { path: good.parquet }
  - count: { sql: { query: "SELECT town, sum(price) AS total FROM good GROUP BY town", inputs: { good: good.parquet } } }
  - publish: { dataset: orders/towns }
`,
  'bad.yaml': `
pipeline: bad
steps:
  - load: { sql: { query: "SELECT id FROM orders", inputs: { orders: orders.csv } } }
  - publish: { dataset: orders/bad }
datasets:
  orders/bad: { contract: { columns: { id: { type: bigint, max: 1 } } } }
`,
  'top.yaml': `
pipeline: top
reads: { towns: orders/towns }
steps:
  - list: { shell: "sh top.sh" }
  - publish: { dataset: { name: orders/top, from: top.csv } }
`,
};

let it: TestServer;
let folder: string;
let receiver: HttpServer;
let answer = 201;
const events: RunEvent[] = [];
const keys: (string | undefined)[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'millrace-lineage-'));
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, 'orders.csv'), 'id,town,price\n1,a,2\n2,b,3\n3,a,0.5\n');
  writeFileSync(join(folder, 'top.sh'), 'printf "town\\nA\\n" > "$MILLRACE_WORK_FOLDER/top.csv"\n');
  for (const [file, text] of Object.entries(PIPELINES)) writeFileSync(join(folder, file), text);
  receiver = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      if (answer < 300) {
        events.push(JSON.parse(body));
        keys.push(request.headers.authorization);
      }
      response.writeHead(answer).end();
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  const { port } = receiver.address() as AddressInfo;
  it = await openTestServer({
    folder,
    allowPrivateAddresses: true,
    openLineage: { url: `http://127.0.0.1:${port}`, apiKey: 'k1' },
  });
}, 180_000);

afterAll(async () => {
  await it.close();
  receiver.close();
  rmSync(folder, { recursive: true });
});

async function run(pipeline: string): Promise<string> {
  const { engine } = it.server;
  const { id } = await engine.executions.run(EVERYTHING, { pipeline });
  const ended = await engine.executions.wait(EVERYTHING, id);
  expect(ended?.status, JSON.stringify(ended)).toBe('SUCCEEDED');
  return id;
}

async function get<Value>(path: string): Promise<Value> {
  const found = await it.request('GET', `/api/v1${path}`);
  expect(found.status, found.text).toBe(200);
  return found.json<Value & object>();
}

const name = (dataset: string): string => encodeURIComponent(dataset);

test('versions are followed up, with their columns', async () => {
  await run('raw');
  await run('towns');
  await run('top');
  const up = await get<Lineage>(`/datasets/${name('orders/top')}/lineage?hops=5&columns=true`);
  expect(up.nodes.map(({ name, hop, pipeline }) => [hop, name, pipeline])).toEqual([
    [0, 'orders/top', 'top'],
    [1, 'orders/towns', 'towns'],
    [2, 'orders/raw', 'raw'],
  ]);
  expect(up.edges).toHaveLength(2);
  expect(up.isCut).toBe(false);
  const [top, towns, raw] = up.nodes;
  const source = 'dataset:default:orders/raw';
  expect(towns?.columns).toEqual({
    columns: [
      { name: 'town', from: [{ source, column: 'town', how: 'transformation' }] },
      { name: 'total', from: [{ source, column: 'price', how: 'aggregation' }] },
    ],
    rows: [
      { source, column: 'town', how: 'group by' },
      { source, column: 'price', how: 'filter' },
    ],
  });
  expect(raw?.columns?.columns).toEqual([
    { name: 'id', from: [{ source: 'file:orders.csv', column: 'id', how: 'identity' }] },
    { name: 'town', from: [{ source: 'file:orders.csv', column: 'town', how: 'identity' }] },
    {
      name: 'price',
      from: [{ source: 'file:orders.csv', column: 'price', how: 'transformation' }],
    },
    { name: '_millrace_execution', from: [] },
    { name: '_code_version', from: [] },
    { name: '_source', from: [] },
  ]);
  expect(top?.columns?.columns).toEqual([
    { name: 'town', from: [], unknown: 'a program has written top.csv' },
  ]);
}, 180_000);

test('hops are bounded, and it is said that there is more', async () => {
  const up = await get<Lineage>(`/datasets/${name('orders/top')}/lineage?hops=1`);
  expect(up.nodes.map(({ name }) => name)).toEqual(['orders/top', 'orders/towns']);
  expect(up.isCut).toBe(true);
  const few = await get<Lineage>(`/datasets/${name('orders/top')}/lineage?hops=9&limit=2`);
  expect([few.nodes.length, few.isCut]).toEqual([2, true]);
});

describe('of a bad version', () => {
  test('is told what it touched, and what to do', async () => {
    const repair = await get<VersionRepair>(
      `/datasets/${name('orders/raw')}/versions/current/repair-plan`,
    );
    expect(repair.steps.map(({ action, dataset, command }) => [action, dataset, command])).toEqual([
      ['run', 'orders/raw', 'millrace run raw --team default'],
      ['run', 'orders/towns', 'millrace run towns --team default'],
      ['run', 'orders/top', 'millrace run top --team default'],
    ]);
    expect([repair.touched, repair.replaced]).toEqual([2, 0]);
  });

  test('what was made anew since is left alone', async () => {
    const { nodes } = await get<Lineage>(`/datasets/${name('orders/raw')}/lineage`);
    const bad = nodes[0]?.version ?? '';
    await run('raw');
    await run('towns');
    const repair = await get<VersionRepair>(
      `/datasets/${name('orders/raw')}/versions/${bad}/repair-plan`,
    );
    expect(repair.steps.map(({ action, dataset }) => [action, dataset])).toEqual([
      ['run', 'orders/raw'],
      ['run', 'orders/top'],
    ]);
    expect([repair.touched, repair.replaced]).toEqual([2, 1]);
    const current = await get<VersionRepair>(
      `/datasets/${name('orders/raw')}/versions/current/repair-plan`,
    );
    expect(current.steps[0]).toMatchObject({
      action: 'roll back',
      command: `millrace data rollback orders/raw ${bad} --team default`,
    });
  }, 180_000);
});

test("a row's stamp leads to the execution that made it, and what that has read", async () => {
  const id = await run('towns');
  const lineage = await get<ExecutionLineage>(`/executions/${id}/lineage`);
  expect(lineage).toMatchObject({
    written: [{ name: 'orders/towns', execution: id }],
    read: [{ name: 'orders/raw', hop: 1 }],
  });
}, 180_000);

test('executions are told to a receiver, each with what it read and wrote', async () => {
  const id = await run('towns');
  await until(
    () => events.some(({ run, eventType }) => run.runId === id && eventType !== 'START'),
    Boolean,
  );
  const own = events.filter((event) => event.run.runId === id);
  expect(own.map(({ eventType }) => eventType)).toEqual(['START', 'COMPLETE']);
  expect(new Set(keys)).toEqual(new Set(['Bearer k1']));
  const [, complete] = own;
  expect(complete?.job).toMatchObject({ namespace: 'millrace/default', name: 'towns' });
  const [input] = complete?.inputs ?? [];
  const [output] = complete?.outputs ?? [];
  expect(input).toMatchObject({ namespace: 'millrace/default', name: 'orders/raw' });
  expect(output?.facets.columnLineage).toMatchObject({
    fields: {
      total: {
        inputFields: [
          {
            ...{ namespace: 'millrace/default', name: 'orders/raw', field: 'price' },
            transformations: [{ type: 'DIRECT', subtype: 'AGGREGATION' }],
          },
        ],
      },
    },
  });
  expect(output?.facets.schema).toMatchObject({ fields: [{ name: 'town' }, { name: 'total' }] });
  expect(output?.outputFacets.outputStatistics).toMatchObject({ rowCount: 2, fileCount: 1 });
}, 180_000);

test('a version that its contract refuses is told as what was found, and not as an output', async () => {
  const { engine } = it.server;
  const { id } = await engine.executions.run(EVERYTHING, { pipeline: 'bad' });
  await engine.executions.wait(EVERYTHING, id);
  await until(
    () => events.some(({ run, eventType }) => run.runId === id && eventType !== 'START'),
    Boolean,
  );
  const ended = events.findLast(({ run }) => run.runId === id);
  expect(ended).toMatchObject({ eventType: 'FAIL', outputs: [] });
  expect(ended?.run.facets.errorMessage?.message).toMatch(/^Dataset.ContractFailed: /);
  const found = events.findLast(({ job }) => job.name === 'bad.contract.orders/bad');
  expect(found?.run.facets.parent).toMatchObject({ run: { runId: id }, job: { name: 'bad' } });
  const facet = found?.inputs[0]?.inputFacets?.dataQualityAssertions;
  expect(facet?.assertions).toContainEqual(
    expect.objectContaining({ success: false, column: 'id', severity: 'error' }),
  );
}, 180_000);

test('what a receiver refuses now is sent when it takes it again, in order', async () => {
  answer = 503;
  const id = await run('raw');
  await until(() => it.server.engine.lineage.sending()?.failure ?? '', Boolean);
  expect(await get('/lineage/openlineage')).toMatchObject({ sending: { waiting: 2, lost: 0 } });
  answer = 201;
  await until(() => events.filter(({ run }) => run.runId === id).length === 2, Boolean);
  expect(events.filter(({ run }) => run.runId === id).map(({ eventType }) => eventType)).toEqual([
    'START',
    'COMPLETE',
  ]);
}, 180_000);

test.skipIf(definitions.missing)("all of it is right by OpenLineage's own definitions", () => {
  expect(readByDefinition(events)).toBe(events.length);
  expect(events.length).toBeGreaterThan(10);
});
