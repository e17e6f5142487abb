/**
 * Rows that are judged while they are written: what is said of them must be what counting them says.
 */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Contract } from '../../../datasets/contract.js';
import { loadContract } from '../../../pipelines/contract-file/contract-file.js';
import { columnsOf, evaluateContract } from '../contract/evaluate-contract.js';
import { watchRows } from './watch-rows.js';

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
});
afterAll(() => connection.closeSync());

const CONTRACT = `contract: parcels
columns:
  id: { type: bigint, nullable: false, unique: true }
  state: { type: varchar, enum: [CA, NV] }
  acres: { type: double, min: 0, max: 10 }
  zip: { type: varchar, pattern: "^[0-9]{5}$" }
  owner: { type: varchar, minLength: 2, maxLength: 4 }
`;

function contractOf(text: string): Contract {
  const { contract, problems } = loadContract('a.yaml', text);
  expect(problems).toEqual([]);
  return contract as Contract;
}

/** 20,000 rows, of which the one in the middle is another. */
function rowsWith(values: { readonly [column: string]: string }): string {
  const value = (column: string, usual: string): string =>
    values[column] === undefined
      ? `${usual} AS ${column}`
      : `CASE WHEN range = 10000 THEN ${values[column]} ELSE ${usual} END AS ${column}`;
  const columns = [
    value('id', 'range::BIGINT'),
    value('state', `'CA'`),
    value('acres', '1.5::DOUBLE'),
    value('zip', `'90210'`),
    value('owner', `'abc'`),
  ];
  return `SELECT ${columns.join(', ')} FROM range(20000)`;
}

/** Names of rules that are known to be unbroken; and of those, which break when they are counted. */
async function watched(select: string, contract: Contract) {
  const watching = await watchRows(connection, select, contract);
  await connection.run(`CREATE OR REPLACE TABLE written AS ${watching.select}`);
  const unbroken = await watching.unbroken(await columnsOf(connection, 'written'));
  const context = { history: [], references: {}, now: 0 };
  const { result } = await evaluateContract(connection, 'written', contract, context);
  const known = await evaluateContract(connection, 'written', contract, { ...context, unbroken });
  expect(known.result).toEqual(result);
  const same = `(${select} EXCEPT ALL SELECT * FROM written)`;
  const [[missing]] = (
    await connection.runAndReadAll(`SELECT count(*) FROM ${same}`)
  ).getRows() as [[bigint]];
  expect(missing).toBe(0n);
  const failing = result.rules.filter((rule) => rule.failing > 0).map(({ rule }) => rule);
  return { unbroken: [...unbroken].map(({ name }) => name), failing };
}

describe('rows that are watched', () => {
  test('say of every rule about single rows that it is kept, and leave keys to be counted', async () => {
    const { unbroken, failing } = await watched(rowsWith({}), contractOf(CONTRACT));
    expect(failing).toEqual([]);
    expect(unbroken).toEqual([
      'id not null',
      'state enum',
      'acres range',
      'zip pattern',
      'owner length',
    ]);
  });

  test.each([
    ['id', 'NULL'],
    ['state', `'OR'`],
    ['acres', '-1'],
    ['acres', `'nan'::DOUBLE`],
    ['zip', `'9021'`],
    ['owner', `'a'`],
  ])('say nothing when one of 20,000 breaks a rule (%s: %s)', async (column, value) => {
    const { unbroken, failing } = await watched(
      rowsWith({ [column]: value }),
      contractOf(CONTRACT),
    );
    expect(failing).toHaveLength(1);
    expect(unbroken).toEqual([]);
  });

  test('say nothing of what a file knows no type for', async () => {
    const watching = await watchRows(
      connection,
      'SELECT 1::HUGEINT AS id',
      contractOf('contract: a\ncolumns: { id: { max: 1 } }'),
    );
    await connection.run(`CREATE OR REPLACE TABLE written AS ${watching.select}`);
    expect(await watching.unbroken([{ name: 'id', type: 'DOUBLE' }])).toEqual(new Set());
    expect((await watching.unbroken([{ name: 'id', type: 'HUGEINT' }])).size).toBe(1);
  });

  test('are asked as they were when they cannot be tried', async () => {
    const select = 'SELECT * FROM nowhere';
    const watching = await watchRows(connection, select, contractOf(CONTRACT));
    expect(watching.select).toBe(select);
    expect(await watching.unbroken([])).toEqual(new Set());
  });
});

describe('a key of whole numbers', () => {
  const LEAST = -(2n ** 63n);
  const MOST = 2n ** 63n - 1n;
  test.each<[string, string, (bigint | null)[], number]>([
    ['none', 'BIGINT', [], 0],
    ['only NULL', 'BIGINT', [null, null], 0],
    ['one', 'BIGINT', [7n, null], 0],
    ['close together, all different', 'INTEGER', [3n, -2n, 0n, null, 4n], 0],
    ['close together, with two alike', 'INTEGER', [3n, -2n, 3n, null], 2],
    ['the least', 'BIGINT', [LEAST, LEAST + 1n, LEAST + 9n], 0],
    ['the greatest', 'BIGINT', [MOST, MOST - 3n, MOST], 2],
    ['as far apart as can be', 'BIGINT', [LEAST, MOST], 0],
    ['as far apart as can be, with two alike', 'BIGINT', [LEAST, MOST, LEAST], 2],
    ['without sign', 'UBIGINT', [2n ** 64n - 1n, 2n ** 64n - 2n], 0],
    ['of one byte', 'TINYINT', [-128n, 127n, 0n, 127n, 127n], 3],
    ['far apart for a bitmap', 'BIGINT', [0n, 10_000n, 0n], 2],
  ])('is counted to the row: %s', async (_what, type, values, failing) => {
    const rows = values.map((value) => `(${value === null ? 'NULL' : `'${value}'`}::${type})`);
    const data =
      rows.length === 0
        ? `SELECT NULL::${type} AS id WHERE false`
        : `SELECT id FROM (VALUES ${rows.join(', ')}) AS v(id)`;
    await connection.run(`CREATE OR REPLACE TABLE keyed AS ${data}`);
    const { result } = await evaluateContract(
      connection,
      'keyed',
      contractOf('contract: a\nrules: [{ unique: id }]'),
      { history: [], references: {}, now: 0 },
    );
    expect(result.rules.find(({ rule }) => rule === 'id unique')?.failing).toBe(failing);
  });
});
