/**
 * Versions of tables that others keep: real ones of Iceberg and Delta, what dbt leaves, and what a task says itself.
 */
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  attempt,
  type Folders,
  failureOf,
  outputOf,
  temporaryFolders,
} from '../../../test/connectors/attempt.js';
import { newVersion } from '../../../test/connectors/new-version.js';
import { requirement } from '../../../test/requirements.js';
import type { Manifest } from '../../datasets/dataset.js';
import { loadContract } from '../../pipelines/contract-file/contract-file.js';
import type { Json, NewVersion } from '../connector.js';
import { createSqlConnector } from '../sql/sql-connector.js';
import { createDatasetConnector } from './dataset-connector.js';
import type { DatasetOutput } from './dataset-protocol.js';
import { createLocalStorage } from './local-storage.js';
import { runQuery } from './query/run-query.js';

const target = (given: Partial<NewVersion> = {}): NewVersion =>
  newVersion({ name: 'lake/orders', stage: 'table', ...given });

function note(folders: Folders, table: Json, version = target(), extensions?: string) {
  const connector = createDatasetConnector({
    ...{ memoryMebibytes: 256, threads: 1, terminationGrace: 300 },
    storage: createLocalStorage(join(folders.root, 'datasets')),
    ...(extensions === undefined ? {} : { extensions }),
  });
  return attempt(connector, folders, { dataset: version.name, table }, { version });
}

async function noted(...args: Parameters<typeof note>): Promise<DatasetOutput> {
  return (await outputOf(note(...args))) as unknown as DatasetOutput;
}

const manifestOf = ({ location }: DatasetOutput): Manifest =>
  JSON.parse(readFileSync(join(location, '_manifest.json'), 'utf8')) as Manifest;

/** What follows a version, as the engine hands it on. */
const after = (folders: Folders, { location }: DatasetOutput): Partial<NewVersion> => ({
  previous: location.slice(join(folders.root, 'datasets').length + 1),
});

describe('a table that a task tells of', () => {
  const TOLD = {
    at: 'glue://analytics/orders',
    snapshot: '17',
    rows: 5,
    columns: { id: 'bigint' },
  };

  test('is a version that is a manifest and nothing else', async () => {
    const folders = temporaryFolders();
    const output = await noted(folders, TOLD);
    expect(output).toMatchObject({
      rows: 5,
      bytes: 0,
      files: 0,
      columns: 1,
      produced: { rows: 5 },
    });
    expect(readdirSync(output.location)).toEqual(['_manifest.json']);
    expect(manifestOf(output)).toMatchObject({
      stage: 'table',
      table: { format: 'told', at: 'glue://analytics/orders', snapshot: '17' },
      columns: [{ name: 'id', type: 'bigint' }],
      files: [],
    });
  });

  test('is the version before as long as it stands where it stood', async () => {
    const folders = temporaryFolders();
    const first = await noted(folders, TOLD);
    const same = await noted(folders, TOLD, target(after(folders, first)));
    expect(same).toMatchObject({
      unchanged: true,
      version: first.version,
      location: first.location,
      produced: { rows: 0 },
    });
    const moved = await noted(
      folders,
      { ...TOLD, snapshot: 18, columns: { id: 'bigint', state: 'varchar' } },
      target(after(folders, first)),
    );
    expect(moved).not.toHaveProperty('unchanged');
    expect(moved.schemaChange).toMatchObject({ added: [{ name: 'state' }] });
    expect(moved.digest).not.toBe(first.digest);
    expect(readdirSync(join(folders.root, 'datasets', '.staging'))).toEqual([]);
  });

  test('without rows of which anything is known produces what nobody counts', async () => {
    const output = await noted(temporaryFolders(), { at: 'a', snapshot: 'b' });
    expect(output.produced).toEqual({});
    expect(output).not.toHaveProperty('rows');
  });

  test.each<[string, Json, RegExp]>([
    ['no snapshot', { at: 'a' }, /table/],
    ['a snapshot that JSON cannot hold', { at: 'a', snapshot: 1.5e300 }, /table/],
    ['two formats', { iceberg: 'a', delta: 'b' }, /table/],
    ['a word that means nothing', { at: 'a', snapshot: 'b', password: 'c' }, /table/],
  ])('is refused with %s', (_what, table, words) => {
    const connector = createDatasetConnector({ storage: createLocalStorage('/nowhere') });
    expect(connector.validate({ dataset: 'a', table }).join(' ')).toMatch(words);
  });

  test('is one thing or the other: files, or a table', () => {
    const connector = createDatasetConnector({ storage: createLocalStorage('/nowhere') });
    const both = connector.validate({ dataset: 'a', from: 'a.csv', table: { delta: 'a' } });
    expect(both.join(' ')).toContain('say either the files (from), or the table of others (table)');
    expect(connector.validate({ dataset: 'a' })).not.toEqual([]);
  });

  test('has no rows that a contract could be asked of', async () => {
    const { contract } = loadContract('c.yaml', 'contract: a\ncolumns: { id: bigint }');
    const running = note(
      temporaryFolders(),
      TOLD,
      target(contract === undefined ? {} : { contract }),
    );
    expect(await failureOf(running)).toMatchObject({
      error: 'Dataset.Refused',
      cause: expect.stringContaining('its contract cannot be asked'),
    });
  });
});

describe('a model of dbt', () => {
  const results = (status: string, invocation = 'c0ffee'): string =>
    JSON.stringify({
      metadata: { invocation_id: invocation },
      results: [
        {
          ...{ unique_id: 'model.shop.orders', status, relation_name: '"db"."main"."orders"' },
          adapter_response: { rows_affected: 41 },
        },
        { unique_id: 'test.shop.not_null_orders_id.orders', status: 'pass' },
      ],
    });
  const CATALOG = JSON.stringify({
    nodes: { 'model.shop.orders': { columns: { id: { type: 'BIGINT' } } } },
  });

  test('is known by the invocation that built it', async () => {
    const folders = temporaryFolders({
      'target/run_results.json': results('success'),
      'target/catalog.json': CATALOG,
    });
    expect(await noted(folders, { dbt: 'orders' })).toMatchObject({
      table: { format: 'dbt', at: '"db"."main"."orders"', snapshot: 'c0ffee' },
      ...{ rows: 41, columns: 1 },
    });
  });

  test.each<[string, { [file: string]: string }, string, string]>([
    ['failed', { 'target/run_results.json': results('error') }, 'orders', 'its last build: error'],
    [
      'was not built',
      { 'target/run_results.json': results('success') },
      'carts',
      'did not build it',
    ],
    ['is told by no file', { 'target/x': '' }, 'orders', 'did not build it'],
    [
      'is told by a file cut off',
      { 'target/run_results.json': '{"resu' },
      'orders',
      'it is no JSON',
    ],
    [
      'is told by no list',
      { 'target/run_results.json': '{"results":7}' },
      'orders',
      'did not build',
    ],
    [
      'has no invocation',
      { 'target/run_results.json': results('success', '') },
      'orders',
      'no id of its invocation',
    ],
  ])('is refused when it %s', async (_what, files, model, words) => {
    const { error, cause } = await failureOf(note(temporaryFolders(files), { dbt: model }));
    expect(error).toBe('Dataset.Unreadable');
    expect(cause).toContain(words);
  });
});

test('what reads a table must be installed', async () => {
  const folders = temporaryFolders({ 'lake/_delta_log/x': '' });
  const without = await failureOf(note(folders, { delta: 'lake' }));
  expect(without.error).toBe('Dataset.Refused');
  expect(without.cause).toContain('--duckdb-extensions FOLDER');
  const empty = await failureOf(note(folders, { delta: 'lake' }, target(), folders.root));
  expect(empty.cause).toContain(`Put it into ${folders.root}.`);
});

test('a table lies in a folder of the pipeline', async () => {
  const folders = temporaryFolders();
  const { error } = await failureOf(note(folders, { delta: '/etc' }));
  expect(error).toBe('Connector.PathOutsideFolder');
});

const lake = requirement('lake');

describe.skipIf(lake.missing)('tables as others write them', () => {
  interface Lake {
    readonly iceberg: string;
    readonly metadata: string;
    readonly snapshot: string;
    readonly extensions: string;
  }

  function append(folders: Folders, times: number): Lake {
    const script = fileURLToPath(new URL('../../../test/datasets/make-lake.py', import.meta.url));
    const told = execFileSync('python3', [script, folders.folder, String(times)], {
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    });
    const made = JSON.parse(told) as Omit<Lake, 'extensions'> & { extensions: string[] };
    const extensions = join(folders.root, 'extensions');
    if (!existsSync(extensions)) {
      mkdirSync(extensions);
      for (const file of made.extensions) cpSync(file, join(extensions, basename(file)));
    }
    return { ...made, extensions };
  }

  test('are versions by their snapshots, checked, and read as they were', async () => {
    const folders = temporaryFolders();
    const before = append(folders, 2);
    const { extensions } = before;
    const { contract } = loadContract(
      'c.yaml',
      'contract: a\ncolumns: { id: { type: bigint, nullable: false }, state: varchar, seen: timestamp }\nrules: [{ rows: { min: 6 } }]',
    );
    const promised = contract === undefined ? {} : { contract };
    const iceberg = await noted(folders, { iceberg: before.iceberg }, target(promised), extensions);
    expect(iceberg).toMatchObject({
      table: { format: 'iceberg', at: before.metadata, snapshot: before.snapshot },
      ...{ rows: 6, columns: 3, contract: { status: 'OK' }, produced: { rows: 6 } },
    });
    const delta = await noted(folders, { delta: 'delta' }, target(), extensions);
    expect(delta).toMatchObject({ table: { format: 'delta', snapshot: '1' }, rows: 6 });

    const later = append(folders, 1);
    expect(later.snapshot).not.toBe(before.snapshot);
    const following = target(after(folders, iceberg));
    const moved = await noted(folders, { iceberg: later.iceberg }, following, extensions);
    expect(moved).toMatchObject({ rows: 9, table: { snapshot: later.snapshot } });
    const byFile = await noted(
      folders,
      { iceberg: later.metadata },
      target(after(folders, moved)),
      extensions,
    );
    expect(byFile).toMatchObject({ unchanged: true, version: moved.version });

    // Who reads the versions of before reads them as they were.
    const read = { team: 'own', name: 'lake/orders', stage: 'table' as const, versions: ['v'] };
    const sql = createSqlConnector({ ...{ memoryMebibytes: 256, threads: 1, extensions } });
    const query = `SELECT (SELECT count(*) FROM o) AS o, (SELECT count(*) FROM d) AS d`;
    const counted = await outputOf(
      attempt(
        sql,
        folders,
        { query },
        {
          datasets: {
            o: { ...read, folders: [iceberg.location] },
            d: { ...read, folders: [delta.location] },
          },
        },
      ),
    );
    expect(counted).toMatchObject({ result: [{ o: 6, d: 6 }] });
    const table = {
      name: 'orders',
      folders: [iceberg.location],
      stage: 'table',
      masked: ['state'],
    } as const;
    const work = { type: 'sql', sql: 'SELECT * FROM orders', rows: 100 } as const;
    const shown = await runQuery(work, [table], new AbortController().signal, { extensions });
    expect(shown).toMatchObject({ type: 'rows', columns: [{ name: 'id' }, { name: 'state' }, {}] });
    expect('rows' in shown && shown.rows).toHaveLength(6);
  }, 120_000);

  test('are not published with rows that break a promise', async () => {
    const folders = temporaryFolders();
    const { extensions } = append(folders, 1);
    const { contract } = loadContract(
      'c.yaml',
      'contract: a\ncolumns: { id: bigint, state: { type: varchar, nullable: false, severity: quarantine }, seen: timestamp }',
    );
    const promised = contract === undefined ? {} : { contract };
    const output = await noted(folders, { delta: 'delta' }, target(promised), extensions);
    // Nothing can be set aside in a table of others: what would be, blocks.
    expect(output.contract).toMatchObject({ verdict: 'block', status: 'CRITICAL' });
  }, 180_000);

  test('that are broken say so', async () => {
    const folders = temporaryFolders();
    const { extensions, iceberg, metadata } = append(folders, 1);
    writeFileSync(join(iceberg, 'metadata', basename(metadata)), '{"current-snapshot-id": -1}');
    const none = await failureOf(note(folders, { iceberg }, target(), extensions));
    expect(none.cause).toContain('it has no snapshot yet');
    writeFileSync(join(iceberg, 'metadata', basename(metadata)), '{"current');
    expect((await failureOf(note(folders, { iceberg }, target(), extensions))).error).toMatch(
      /^Dataset\.|^Sql\./,
    );
    cpSync(
      metadata,
      join(iceberg, 'metadata', `${basename(metadata).slice(0, 6)}other.metadata.json`),
    );
    const two = await failureOf(note(folders, { iceberg }, target(), extensions));
    expect(two.cause).toContain('have the same number');
    rmSync(join(folders.folder, 'delta', '_delta_log'), { recursive: true });
    const gone = await failureOf(note(folders, { delta: 'delta' }, target(), extensions));
    expect(gone).toMatchObject({
      error: 'Dataset.Unreadable',
      cause: expect.stringContaining('_delta_log'),
    });
  }, 180_000);
});
