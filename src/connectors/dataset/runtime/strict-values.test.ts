/**
 * Values that are read strictly, by DuckDB: what the writing of rows takes must be what the contract would take, value by value.
 */
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { foundType, quotedName } from '../../../datasets/column-type.js';
import {
  type BoundColumn,
  quotedText,
  strictSql,
  unreadableSql,
  valueSql,
} from '../../../datasets/contract-sql.js';
import { mayBeUnreadable } from './write-rows.js';

const NUMBERS = ['1', '-1', '+1', '007', '-0', ' 1', '1 ', '1_000', '1__0', '_1', '1_', '--1'];
const FRACTIONS = ['1.5', '1.0', '1.', '.5', '1e3', '1E3', '1e-3', '0x1F', '0b11', '\t3', '1,5'];
const LARGE = ['127', '128', '99999999999', '9223372036854775808', '1e400', `${'9'.repeat(40)}`];
const WORDS = ['', ' ', 'x', '1a', 'true', 'no', 'nan', 'inf', '-Infinity', 'NULL', 'é', '١'];
const MOMENTS = ['2026-11-30', '30.11.2026', '2026-02-30', '2026-11-30 10:00:00', '10:00', 'epoch'];
const OTHERS = ['2026-11-30T10:00:00Z', '6f9619ff-8b86-d011-b42d-00c04fc964ff', '[1, 2]', '{}'];
const VALUES = [...NUMBERS, ...FRACTIONS, ...LARGE, ...WORDS, ...MOMENTS, ...OTHERS];

const WHOLE = ['TINYINT', 'INTEGER', 'BIGINT', 'UBIGINT', 'HUGEINT'];
const NOT_WHOLE = ['DOUBLE', 'DECIMAL(9,2)', 'BOOLEAN', 'DATE', 'TIMESTAMP', 'TIME', 'UUID'];
const NESTED = ['INTEGER[]', 'STRUCT(a INTEGER)'];

let connection: DuckDBConnection;
beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run(`SET TimeZone = 'UTC'`);
});
afterAll(() => connection.closeSync());

async function answered(select: string): Promise<unknown[]> {
  const [row = []] = (await connection.runAndReadAll(select)).getRows();
  return row;
}

test.each([...WHOLE, ...NOT_WHOLE, ...NESTED])(
  'a text is read as %s where it can be without loss, and nowhere else',
  async (type) => {
    const column: BoundColumn = {
      ...{ path: ['v'], found: foundType('VARCHAR'), type: foundType(type), cast: true },
    };
    const { value, beside } = strictSql(column, 'beside', 'millrace: a value cannot be read');
    const more = beside === undefined ? '' : `, ${beside.value} AS ${quotedName(beside.name)}`;
    for (const text of VALUES) {
      const data = `(SELECT ${quotedText(text)} AS v)`;
      const [isUnreadable, expected] = await answered(
        `SELECT ${unreadableSql(column)}, CAST(${valueSql(column)} AS VARCHAR) FROM ${data}`,
      );
      const strictly = answered(
        `SELECT CAST(${value} AS VARCHAR) FROM (SELECT *${more} FROM ${data})`,
      );
      const read = await strictly.then(
        ([found]) => ({ found }),
        (error: unknown) => ({ unreadable: mayBeUnreadable(error) }),
      );
      expect([text, read]).toEqual([
        text,
        isUnreadable ? { unreadable: true } : { found: expected },
      ]);
    }
  },
);
