import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  attempt,
  failureOf,
  messages,
  outputOf,
  temporaryFolders,
} from '../../../test/connectors/attempt.js';
import { requirement } from '../../../test/requirements.js';
import type { JsonObject } from '../connector.js';
import { layersOf, summarizeResults } from './dbt-artifacts.js';
import { createDbtConnector } from './dbt-connector.js';

const connector = createDbtConnector({ terminationGrace: 300 });
const dbt = requirement('dbt');

describe('what dbt leaves behind', () => {
  test('is an outcome of each node, what did not succeed first', () => {
    const summary = summarizeResults({
      metadata: { invocation_id: 'i', dbt_version: '1.10.23' },
      elapsed_time: 2.5,
      results: [
        {
          unique_id: 'model.a.fast',
          status: 'success',
          execution_time: 0.1,
          adapter_response: { rows_affected: 3 },
        },
        {
          unique_id: 'model.a.slow',
          status: 'success',
          execution_time: 1,
          adapter_response: { rows_affected: -1 },
        },
        {
          unique_id: 'test.a.unique',
          status: 'fail',
          execution_time: 0.2,
          message: 'Got 2 results',
        },
        { unique_id: 'test.a.fresh', status: 'warn', execution_time: 0.2, message: 'old' },
        { unique_id: 'model.a.last', status: 'skipped', execution_time: 0 },
      ],
    });
    expect(summary).toMatchObject({
      succeeded: 2,
      failed: 1,
      warned: 1,
      skipped: 1,
      more: 0,
      seconds: 2.5,
    });
    expect(summary.nodes.map(({ node }) => node)).toEqual([
      ...['test.a.unique', 'test.a.fresh', 'model.a.last', 'model.a.slow', 'model.a.fast'],
    ]);
    expect(summary.nodes.map(({ rows }) => rows)).toEqual([
      ...[undefined, undefined, undefined, undefined],
      3,
    ]);
  });

  test.each([null, [], 'x', { results: 'x' }, { results: [null, 3, { status: 'who knows' }] }])(
    'may be anything: %j',
    (results) => {
      expect(() => summarizeResults(results)).not.toThrow();
    },
  );

  const line = (name: string, ...needs: string[]): string =>
    JSON.stringify({
      ...{ unique_id: `model.a.${name}`, name },
      depends_on: { nodes: needs.map((need) => `model.a.${need}`) },
    });

  test('is put into layers, each of which needs only those before it', () => {
    const printed = [
      '11:00 Running',
      line('d', 'b', 'c'),
      line('b', 'a'),
      line('c', 'a'),
      line('a', 'source'),
    ];
    expect(layersOf(printed.join('\n'))).toEqual([['a'], ['b', 'c'], ['d']]);
    expect(layersOf('')).toEqual([]);
    expect(layersOf(line('a', 'a'))).toEqual([['a']]);
    expect(() => layersOf([line('a', 'b'), line('b', 'a')].join('\n'))).toThrow('need each other');
  });
});

describe('a task of dbt', () => {
  test.each<[string, JsonObject, string]>([
    ['no project', {}, 'project: '],
    ['a command that is none', { project: 'w', command: 'clean' }, 'command: '],
    ['an option as a node', { project: 'w', select: '--profiles-dir' }, 'select: '],
    [
      'an option as a target',
      { project: 'w', target: '--x' },
      'target: It may not begin with "-".',
    ],
    ['no thread', { project: 'w', threads: 0 }, 'threads: '],
  ])('is refused with %s', (_, args, problem) => {
    const [first = ''] = connector.validate(args);
    expect(first.slice(0, problem.length)).toBe(problem);
  });

  test('says how to get dbt where there is none', async () => {
    const folders = temporaryFolders();
    mkdirSync(join(folders.folder, 'w'));
    const { error, cause } = await failureOf(
      attempt(connector, folders, { project: 'w', program: 'no-such-dbt' }),
    );
    expect(error).toBe('Connector.StartFailed');
    expect(cause).toContain('pip install dbt-core');
  });

  describe.skipIf(dbt.missing)('with a real project', () => {
    function project(models: { [name: string]: string }) {
      const folders = temporaryFolders();
      const folder = join(folders.folder, 'warehouse');
      mkdirSync(join(folder, 'models'), { recursive: true });
      writeFileSync(join(folder, 'dbt_project.yml'), 'name: shop\nversion: "1.0"\nprofile: shop\n');
      const path = join(folders.workFolder, 'w.duckdb');
      writeFileSync(
        join(folder, 'profiles.yml'),
        `shop: { target: dev, outputs: { dev: { type: duckdb, path: '${path}' } } }\n`,
      );
      for (const [name, sql] of Object.entries(models)) {
        writeFileSync(
          join(folder, 'models', `${name}.sql`),
          `{{ config(materialized='table') }}\n${sql}\n`,
        );
      }
      return folders;
    }
    const ORDERS = "select 1 as id, {{ var('amount', 10) }} as amount";

    test('builds its models, tells of each of them, and leaves the project as it was', async () => {
      const folders = project({
        orders: ORDERS,
        revenue: "select sum(amount) as total from {{ ref('orders') }}",
      });
      const running = attempt(connector, folders, { project: 'warehouse', vars: { amount: 7 } });
      const output = (await outputOf(running)) as unknown as {
        dbt: ReturnType<typeof summarizeResults>;
      };
      expect(output.dbt).toMatchObject({ succeeded: 2, failed: 0 });
      expect(messages(running)).toContain('dbt: 2 succeeded, 0 failed, 0 warned, 0 skipped');
      expect(readdirSync(join(folders.folder, 'warehouse')).sort()).toEqual([
        ...['dbt_project.yml', 'models', 'profiles.yml'],
      ]);
    }, 120_000);

    test('fails with the model that failed, and says what was skipped because of it', async () => {
      const folders = project({
        orders: "select error('no orders today') as x",
        revenue: "select * from {{ ref('orders') }}",
      });
      const { error, cause } = await failureOf(
        attempt(connector, folders, { project: 'warehouse' }),
      );
      expect(error).toBe('Dbt.NodesFailed');
      expect(cause).toContain("1 of dbt's nodes failed; 1 were skipped because of it.");
      expect(cause).toContain('model.shop.orders');
      expect(cause).toContain('no orders today');
    }, 120_000);

    test('fails with what dbt says when the project is none', async () => {
      const folders = project({ orders: 'select {{ ref("nothing") }}' });
      const { error, cause } = await failureOf(
        attempt(connector, folders, { project: 'warehouse' }),
      );
      expect(error).toBe('Dbt.Failed');
      expect(cause).toContain('nothing');
    }, 120_000);

    test('lists its nodes in layers', async () => {
      const folders = project({
        orders: ORDERS,
        revenue: "select * from {{ ref('orders') }}",
        other: 'select 1 as x',
      });
      const running = attempt(connector, folders, {
        project: 'warehouse',
        command: 'list',
        exclude: 'other',
      });
      expect(await outputOf(running)).toEqual({ layers: [['orders'], ['revenue']] });
    }, 120_000);
  });
});
