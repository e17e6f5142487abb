import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { TracedTable } from '../../../datasets/lineage/column-lineage.js';
import type { Json } from '../../connector.js';
import { splitStatements } from '../split-statements.js';
import { openDatabase } from './open-database.js';
import { knownTables, type RanSql, traceColumns } from './trace-columns.js';

const folder = mkdtempSync(join(tmpdir(), 'millrace-trace-'));
const bounds = { threads: 1, memoryMebibytes: 256, temporaryFolder: join(folder, 'spill') };

const INPUTS = `
  CREATE VIEW parcels AS SELECT 1 AS id, 'x' AS town, 2.5::DOUBLE AS price, {'x': 1, 'y': 'z'} AS place;
  CREATE VIEW owners AS SELECT 1 AS id, 'y' AS owner, DATE '2026-11-30' AS since;`;

let parquet: string;

beforeAll(async () => {
  parquet = join(folder, 'direct.parquet');
  const connection = await openDatabase(bounds);
  await connection.run(`COPY (SELECT 1 AS a, 2 AS b) TO '${parquet}'`);
  connection.closeSync();
});

afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the SQL as a task does, and traces its last statement. */
async function trace(sql: string, parameters: { [name: string]: Json } = {}): Promise<TracedTable> {
  const first = await openDatabase(bounds);
  await first.run(INPUTS);
  const inputs = await knownTables(first);
  const statements: { text: string; tables?: RanSql['inputs'] }[] = [];
  let columns: readonly string[] = [];
  for (const { text } of splitStatements(sql)) {
    const prepared = await first.prepare(text);
    const values: { [name: string]: never } = {};
    for (let at = 1; at <= prepared.parameterCount; at += 1) {
      const name = prepared.parameterName(at);
      values[name] = parameters[name] as never;
    }
    prepared.bind(values);
    const answer = await prepared.stream();
    await answer.fetchAllChunks();
    columns = answer.deduplicatedColumnNames();
    statements.push({ text, tables: await knownTables(first) });
  }
  first.closeSync();
  const second: DuckDBConnection = await openDatabase(bounds);
  try {
    return await traceColumns(second, { inputs, statements, parameters, columns });
  } finally {
    second.closeSync();
  }
}

/** `name ← parcels.id (identity), …` a column, and what decided the rows. */
function words({ columns, rows, unknown }: TracedTable): string[] {
  const said = (from: TracedTable['rows'], why: string | undefined): string =>
    [
      ...from.map(({ source, column, how }) => `${source}.${column} ${how}`).sort(),
      ...(why === undefined ? [] : ['unknown']),
    ].join(', ');
  const all = columns.map((column) => `${column.name} ← ${said(column.from, column.unknown)}`);
  const deciding = said(rows, unknown);
  return deciding === '' ? all : [...all, `rows ← ${deciding}`];
}

describe('columns of a SELECT come from', () => {
  test.each<[string, string, string[]]>([
    ['what is selected', 'SELECT id FROM parcels', ['id ← parcels.id identity']],
    ['what an alias names', 'SELECT p.id AS "Nº" FROM parcels p', ['Nº ← parcels.id identity']],
    [
      'all columns of a star',
      'SELECT o.* FROM owners o',
      ['id ← owners.id identity', 'owner ← owners.owner identity', 'since ← owners.since identity'],
    ],
    [
      'a star with exceptions and replacements',
      'SELECT * EXCLUDE (place, price) REPLACE (upper(town) AS town) FROM parcels',
      ['id ← parcels.id identity', 'town ← parcels.town transformation'],
    ],
    [
      'columns chosen by a pattern',
      `SELECT COLUMNS('^(id|town)$') FROM parcels`,
      ['id ← parcels.id identity', 'town ← parcels.town identity'],
    ],
    [
      'every column of an expression',
      'SELECT price * id + 1 AS x, town::BLOB AS b FROM parcels',
      [
        'x ← parcels.id transformation, parcels.price transformation',
        'b ← parcels.town transformation',
      ],
    ],
    [
      'no column when it is constant',
      `SELECT 1 AS one, 'x' AS x, now() AS at`,
      ['one ← ', 'x ← ', 'at ← '],
    ],
    [
      'a member of a struct',
      'SELECT p.place.y, unnest(place) FROM parcels p',
      [
        'y ← parcels.place transformation',
        'x ← parcels.place transformation',
        'y:1 ← parcels.place transformation',
      ],
    ],
    [
      'the branches of a CASE, chosen by its conditions',
      `SELECT CASE WHEN price > 1 THEN town ELSE place.y END AS c FROM parcels`,
      ['c ← parcels.place transformation, parcels.price conditional, parcels.town transformation'],
    ],
    [
      'what a lambda captures, and not its own parameter',
      'SELECT list_transform([1, 2], lambda id: id + price) AS l FROM parcels',
      ['l ← parcels.price transformation'],
    ],
    [
      'an aliased column used again',
      'SELECT id AS n, n + 1 AS m FROM parcels WHERE m > 0',
      ['n ← parcels.id identity', 'm ← parcels.id transformation', 'rows ← parcels.id filter'],
    ],
    [
      'aggregates, in groups',
      'SELECT town, sum(price) AS s, count(*) AS n FROM parcels GROUP BY ALL HAVING max(id) > 0',
      [
        'town ← parcels.town identity',
        's ← parcels.price aggregation',
        'n ← ',
        'rows ← parcels.id filter, parcels.town group by',
      ],
    ],
    [
      'an aggregate of chosen rows',
      'SELECT sum(price) FILTER (WHERE id > 1) AS s FROM parcels',
      ['s ← parcels.id filter, parcels.price aggregation'],
    ],
    [
      'rollups',
      'SELECT town, grouping(town) AS g, sum(price) AS s FROM parcels GROUP BY ROLLUP (town)',
      [
        'town ← parcels.town identity',
        'g ← ',
        's ← parcels.price aggregation',
        'rows ← parcels.town group by',
      ],
    ],
    [
      'windows',
      'SELECT lag(price) OVER (PARTITION BY town ORDER BY id) AS before FROM parcels',
      ['before ← parcels.id window, parcels.price aggregation, parcels.town window'],
    ],
    [
      'windows by which rows are chosen',
      'SELECT id FROM parcels QUALIFY row_number() OVER (PARTITION BY town ORDER BY price) = 1',
      ['id ← parcels.id identity', 'rows ← parcels.price window, parcels.town window'],
    ],
    [
      'both sides of a join',
      "SELECT town, owner FROM parcels JOIN owners USING (id) WHERE since > DATE '2020-01-01'",
      [
        'town ← parcels.town identity',
        'owner ← owners.owner identity',
        'rows ← owners.id join, owners.since filter, parcels.id join',
      ],
    ],
    [
      'the same input twice',
      'SELECT a.id, b.town FROM parcels a LEFT JOIN parcels b ON a.id = b.id AND a.price > b.price',
      [
        'id ← parcels.id identity',
        'town ← parcels.town identity',
        'rows ← parcels.id join, parcels.price join',
      ],
    ],
    [
      'full joins, by either side',
      'SELECT id FROM parcels FULL JOIN owners USING (id)',
      [
        'id ← owners.id transformation, parcels.id transformation',
        'rows ← owners.id join, parcels.id join',
      ],
    ],
    [
      'rows that are, or are not, elsewhere',
      'SELECT town FROM parcels WHERE id IN (SELECT id FROM owners) AND NOT EXISTS (SELECT 1 FROM owners o WHERE o.owner = town)',
      [
        'town ← parcels.town identity',
        'rows ← owners.id filter, owners.owner filter, parcels.id filter, parcels.town filter',
      ],
    ],
    [
      'a semi join',
      'SELECT town FROM parcels SEMI JOIN owners USING (id)',
      ['town ← parcels.town identity', 'rows ← owners.id join, parcels.id join'],
    ],
    [
      'the nearest row of an asof join',
      'SELECT owner FROM parcels ASOF JOIN owners ON parcels.id >= owners.id',
      ['owner ← owners.owner identity', 'rows ← owners.id join, parcels.id join'],
    ],
    [
      'rows side by side',
      'SELECT town, owner FROM parcels POSITIONAL JOIN owners',
      ['town ← parcels.town identity', 'owner ← owners.owner identity'],
    ],
    [
      'a subquery that gives one value',
      'SELECT id, (SELECT max(owner) FROM owners o WHERE o.id = p.id) AS o FROM parcels p',
      [
        'id ← parcels.id identity',
        'o ← owners.owner aggregation',
        'rows ← owners.id filter, parcels.id filter, parcels.id group by, parcels.id join',
      ],
    ],
    [
      'common tables',
      'WITH a AS (SELECT id AS x FROM parcels), b AS (SELECT x + 1 AS y FROM a) SELECT y, x FROM b, a',
      ['y ← parcels.id transformation', 'x ← parcels.id identity'],
    ],
    [
      'recursive tables',
      `WITH RECURSIVE up AS (SELECT id, town FROM parcels UNION ALL SELECT up.id + o.id, owner FROM up JOIN owners o ON o.id = up.id)
       SELECT * FROM up`,
      [
        'id ← owners.id transformation, parcels.id transformation',
        'town ← owners.owner identity, parcels.town identity',
        'rows ← owners.id join, parcels.id join',
      ],
    ],
    [
      'every branch of a union',
      'SELECT town AS x FROM parcels UNION SELECT owner FROM owners',
      ['x ← owners.owner identity, parcels.town identity'],
    ],
    [
      'unions by name',
      'SELECT id FROM parcels UNION ALL BY NAME SELECT owner, id FROM owners',
      ['id ← owners.id identity, parcels.id identity', 'owner ← owners.owner identity'],
    ],
    [
      'what is left of an EXCEPT',
      'SELECT id FROM parcels EXCEPT SELECT id FROM owners',
      ['id ← parcels.id identity', 'rows ← owners.id filter'],
    ],
    [
      'the rows that come first',
      'SELECT DISTINCT ON (town) id FROM parcels ORDER BY price DESC LIMIT 10',
      ['id ← parcels.id identity', 'rows ← parcels.price sort, parcels.town group by'],
    ],
    [
      'lists that become rows',
      'SELECT unnest([id, 2]) AS u FROM parcels',
      ['u ← parcels.id transformation'],
    ],
    [
      'a function of each row',
      'SELECT g.* FROM parcels, generate_series(parcels.id) g',
      ['generate_series ← parcels.id transformation', 'rows ← parcels.id join'],
    ],
    [
      'a pivot that says its values',
      `PIVOT parcels ON town IN ('x') USING sum(price) GROUP BY id`,
      [
        'id ← parcels.id identity',
        'x ← parcels.price aggregation, parcels.town filter',
        'rows ← parcels.id group by',
      ],
    ],
    ['values that stand in the SQL', 'SELECT x FROM (VALUES (1), (2)) v(x)', ['x ← ']],
    ['ranges', 'SELECT range FROM range(3)', ['range ← ']],
    ['a sample', 'SELECT id FROM parcels USING SAMPLE 10 ROWS', ['id ← parcels.id identity']],
  ])('%s', async (_, sql, expected) => {
    expect(words(await trace(sql))).toEqual(expected);
  });

  test('parameters, whose values come from no column and which strings do not hold', async () => {
    const sql = `SELECT town || $suffix AS t, '$suffix' AS s FROM parcels WHERE since2 > $n`;
    const whole = `WITH p AS (SELECT *, id AS since2 FROM parcels) ${sql.replace('FROM parcels', 'FROM p')}`;
    expect(words(await trace(whole, { suffix: `it's $n`, n: 0 }))).toEqual([
      't ← parcels.town transformation',
      's ← ',
      'rows ← parcels.id filter',
    ]);
  });

  test('files that the SQL names itself', async () => {
    expect(words(await trace(`SELECT a + b AS c FROM '${parquet}'`))).toEqual([
      `c ← ${parquet}.a transformation, ${parquet}.b transformation`,
    ]);
  });
});

describe('statements before the last are followed:', () => {
  test.each<[string, string, string[]]>([
    [
      'a table that is made',
      'CREATE TABLE t AS SELECT id, upper(town) AS town FROM parcels WHERE price > 1; SELECT town FROM t',
      ['town ← parcels.town transformation', 'rows ← parcels.price filter'],
    ],
    [
      'a temporary table, made again',
      'CREATE TEMP TABLE t AS SELECT 1 AS x; CREATE OR REPLACE TEMP TABLE t AS SELECT id AS y, town FROM parcels; SELECT * FROM t',
      ['y ← parcels.id identity', 'town ← parcels.town identity'],
    ],
    [
      'a table that was there already',
      'CREATE TABLE t AS SELECT id FROM parcels; CREATE TABLE IF NOT EXISTS t AS SELECT id FROM owners; SELECT id FROM t',
      ['id ← parcels.id identity'],
    ],
    [
      'views and macros',
      `CREATE VIEW v AS SELECT id, town FROM parcels; CREATE MACRO twice(x) AS x * 2;
       CREATE MACRO those(n) AS TABLE SELECT * FROM v WHERE id > n; SELECT twice(id) AS two, town FROM those(0)`,
      [
        'two ← parcels.id transformation',
        'town ← parcels.town identity',
        'rows ← parcels.id filter',
      ],
    ],
    [
      'rows that are added',
      'CREATE TABLE t (a INTEGER, b VARCHAR); INSERT INTO t (b) SELECT town FROM parcels; INSERT INTO t SELECT id, owner FROM owners WHERE since IS NULL; SELECT * FROM t',
      [
        'a ← owners.id identity',
        'b ← owners.owner identity, parcels.town identity',
        'rows ← owners.since filter',
      ],
    ],
    [
      'values that are changed',
      'CREATE TABLE t AS SELECT id, town FROM parcels; UPDATE t SET town = owner FROM owners WHERE owners.id = t.id; SELECT town FROM t',
      [
        'town ← owners.id conditional, owners.owner identity, parcels.id conditional, parcels.town identity',
      ],
    ],
    [
      'rows that are removed',
      'CREATE TABLE t AS SELECT id, town FROM parcels; DELETE FROM t WHERE id IN (SELECT id FROM owners); SELECT town FROM t',
      ['town ← parcels.town identity', 'rows ← owners.id filter, parcels.id filter'],
    ],
    [
      'schemas and names in quotes',
      `CREATE SCHEMA "s p"; CREATE TABLE "s p"."T ""q""" AS SELECT id AS "a;b" FROM parcels; SELECT * FROM "s p"."t ""Q"""`,
      ['a;b ← parcels.id identity'],
    ],
    [
      'an enum',
      `CREATE TYPE kind AS ENUM ('a', 'x'); CREATE TABLE t AS SELECT town::kind AS k FROM parcels; SELECT k FROM t`,
      ['k ← parcels.town transformation'],
    ],
  ])('%s', async (_, sql, expected) => {
    expect(words(await trace(sql))).toEqual(expected);
  });
});

describe('what cannot be told is unknown, and says why:', () => {
  test.each<[string, string, RegExp]>([
    [
      'row ids',
      'CREATE TABLE t AS SELECT id FROM parcels; SELECT rowid FROM t',
      /the row is called/,
    ],
    ['functions that read', `SELECT * FROM duckdb_settings()`, /by the function duckdb_settings/],
    [
      'tables that were altered',
      'CREATE TABLE t AS SELECT id FROM parcels; ALTER TABLE t RENAME id TO x; SELECT x FROM t',
      /changed it|not known/,
    ],
    [
      'CSV files that the SQL names itself',
      `COPY (SELECT 1 AS a) TO '${folder}/x.csv'; SELECT * FROM read_csv('${folder}/x.csv')`,
      /CSV/i,
    ],
  ])('%s', async (_, sql, why) => {
    const { columns } = await trace(sql);
    expect(columns.length).toBeGreaterThan(0);
    for (const { from, unknown } of columns) {
      expect(from).toEqual([]);
      expect(unknown).toMatch(why);
    }
  });

  test('more columns than are traced', async () => {
    const many = Array.from({ length: 2_001 }, (_, at) => `id AS c${at}`).join(', ');
    expect(await trace(`SELECT ${many} FROM parcels`)).toEqual({
      columns: [],
      rows: [],
      unknown: 'it has more than 2000 columns',
    });
  });
});
