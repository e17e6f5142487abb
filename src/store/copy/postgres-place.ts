/**
 * A schema of PostgreSQL as a place that records are copied from or to: all in one transaction, which reads one moment, or writes all
 * or nothing.
 * @module
 */
import { StoreError } from '../errors.js';
import { all } from '../plan.js';
import { type Connection, connect } from '../postgres/connection.js';
import { openPool } from '../postgres/pool.js';
import { openPostgresStore } from '../postgres/postgres-store.js';
import type { Store } from '../store.js';
import type { AnyTable } from '../table.js';
import { insertInto, pageOf, type RecordPlace, type Shape } from './record-place.js';

/** Rows that are sent together. */
const TOGETHER = 500;

/** Tables that must be empty for a copy to come: whatever people have made begins with one of these. */
const TELLING = ['machines', 'executions', 'tokens', 'access_keys', 'history'];

export async function openPostgresPlace(
  url: string,
  use: 'from' | 'to',
  tables: readonly AnyTable[],
): Promise<RecordPlace> {
  const pool = await openPool(url, { most: 4, as: 'millrace store copy' });
  let store: Store | undefined;
  let connection: Connection | undefined;
  let isFinished = false;
  const close = async (): Promise<void> => {
    connection?.release(isFinished ? 'sound' : 'broken');
    await store?.close();
    await pool.end();
  };
  try {
    store = await openPostgresStore({ pool, tables });
    const name = `PostgreSQL, ${store.information().location}`;
    const copying = await connect(pool);
    connection = copying;
    await copying.run(
      use === 'from' ? 'BEGIN ISOLATION LEVEL REPEATABLE READ, READ ONLY' : 'BEGIN',
    );
    if (use === 'to') await expectEmpty(copying, name);
    return {
      ...{ name, store, close },
      shapes: () => shapesOf(copying),
      async read(shape, after, limit) {
        return await copying.ask(
          all(pageOf(shape, after !== undefined), [...(after ?? []), limit]),
        );
      },
      async write(shape, rows) {
        const sql = insertInto(shape);
        for (let at = 0; at < rows.length; at += TOGETHER) {
          await copying.pipeline(
            rows.slice(at, at + TOGETHER).map((row) => ({
              sql,
              values: shape.columns.map((column) => row[column] ?? null),
            })),
          );
        }
      },
      async clear(shape) {
        await copying.run(`DELETE FROM ${shape.name}`);
      },
      async finish() {
        await goOnNumbering(copying);
        await copying.run('COMMIT', 'while it commits');
        isFinished = true;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

async function expectEmpty(connection: Connection, name: string): Promise<void> {
  for (const table of TELLING) {
    const rows = await connection.ask(all(`SELECT 1 AS one FROM ${table} LIMIT 1`));
    if (rows.length === 0) continue;
    throw new StoreError(
      'constraint',
      `${name} holds records already (${table}), and nothing is ever replaced: take a new database, or another schema.`,
    );
  }
}

/** The tables of the first schema of the search path. */
export async function shapesOf(connection: Connection): Promise<readonly Shape[]> {
  const columns = await connection.ask(
    all(
      `SELECT c.relname AS name, a.attname AS column, array_position(i.indkey::int2[], a.attnum) AS place
       FROM pg_class c
       JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       LEFT JOIN pg_index i ON i.indrelid = c.oid AND i.indisprimary
       WHERE c.relnamespace = CAST(current_schema() AS regnamespace) AND c.relkind = 'r'
       ORDER BY c.relname, a.attnum`,
    ),
  );
  const shapes = new Map<string, { columns: string[]; key: [number, string][] }>();
  for (const { name, column, place } of columns) {
    const shape = shapes.get(String(name)) ?? { columns: [], key: [] };
    shape.columns.push(String(column));
    if (place !== null) shape.key.push([Number(place), String(column)]);
    shapes.set(String(name), shape);
  }
  return [...shapes].map(([name, { columns: names, key }]) => ({
    name,
    columns: names,
    key: key.sort(([a], [b]) => a - b).map(([, column]) => column),
  }));
}

/** Where the database numbers rows by itself, the next number is behind the last one. */
async function goOnNumbering(connection: Connection): Promise<void> {
  const columns = await connection.ask(
    all(
      `SELECT table_name, column_name FROM information_schema.columns
       WHERE table_schema = current_schema() AND is_identity = 'YES'`,
    ),
  );
  for (const { table_name: table, column_name: column } of columns) {
    await connection.run(
      `SELECT setval(pg_get_serial_sequence('${table}', '${column}'), COALESCE((SELECT MAX(${column}) FROM ${table}), 0) + 1, false)`,
    );
  }
}
