/**
 * The same on PostgreSQL: a session that ends before or after each statement of an upgrade, of a database that an earlier schema made and of
 * one that is new.
 */
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { DECLARED_TABLES } from '../../src/engine/declared-tables.js';
import { MIGRATIONS, SCHEMA } from '../../src/store/migrations.js';
import type { PostgresPool } from '../../src/store/postgres/connection.js';
import { tableWords } from '../../src/store/postgres/dialect.js';
import { openPostgresStore } from '../../src/store/postgres/postgres-store.js';
import { BASELINE, BASELINE_VERSION } from '../../src/store/postgres/schema.js';
import { requirement } from '../requirements.js';
import { PostgresServer } from '../support/postgres-server.js';
import { statementsOf } from './statements.js';

const { missing } = requirement('postgresql');
const LONG = 300_000;
/** Rows of before, which every step finds. */
const ROWS = `
  INSERT INTO tokens (hash, kind, label, teams, role, created_at) VALUES
    ('a', 'api', 'one', '["*"]', 'operator', 1), ('b', 'api', 'two', '["first"]', 'operator', 2), ('c', 'api', 'three', '["*"]', 'viewer', 3);
  INSERT INTO access_keys (id, team, role, label, secret, created_at) VALUES ('k', 'first', 'operator', 'key', '{}', 1);
  INSERT INTO settings (key, value) VALUES ('epoch', '7');
  INSERT INTO logs (execution, state, attempt, count, tags, lines) VALUES (1, 'Load', 0, 1, '{}', '[]')`;

/** Tables are all made alike, so that a few stand for them. */
const TABLES = DECLARED_TABLES.filter(({ migrations }) => migrations.length > 0).slice(0, 6);

/** One of so many statements: a prime, so that no kind of them is left out everywhere. */
const STRIDE = 13;

type Way = 'as it is' | 'before' | 'after';

/** A pool whose connections end before or after one of their statements. Scripts are sent statement by statement. */
function failing(pool: pg.Pool, at: number, way: Way): { pool: PostgresPool; count(): number } {
  let count = 0;
  return {
    count: () => count,
    pool: {
      on: (event, heard) => pool.on(event, heard),
      removeListener: (event, heard) => pool.removeListener(event, heard),
      async connect() {
        const client = await pool.connect();
        const cut = (): void => {
          (
            client as unknown as { connection: { stream: { destroy(): void } } }
          ).connection.stream.destroy();
        };
        const query = client.query.bind(client) as (query: object) => Promise<unknown>;
        return {
          on: (event, heard) => client.on(event, heard),
          removeListener: (event, heard) => client.removeListener(event, heard),
          release: (isBroken) => client.release(isBroken),
          async query(asked: { text: string; values?: unknown[] }) {
            let answer: unknown;
            const texts = asked.values === undefined ? statementsOf(asked.text) : [asked.text];
            for (const text of texts) {
              count += 1;
              if (count === at && way === 'before') cut();
              answer = await query({ ...asked, text });
              if (count === at && way === 'after') cut();
            }
            return answer;
          },
        } as Awaited<ReturnType<PostgresPool['connect']>>;
      },
    },
  };
}

describe.skipIf(missing)(
  `an upgrade of a PostgreSQL database${missing ? ` (${missing})` : ''}`,
  () => {
    let server: PostgresServer;
    beforeAll(async () => {
      server = await PostgresServer.start();
    });
    afterAll(async () => await server?.stop());

    /** What is there: columns, indexes, rows; without the number of the opening, which grows with each. */
    async function contentsOf(schema: string): Promise<object> {
      const columns = await server.query(
        `SELECT table_name, column_name, data_type, is_nullable FROM information_schema.columns
       WHERE table_schema = '${schema}' ORDER BY table_name, column_name`,
      );
      const indexes = await server.query(
        `SELECT replace(indexdef, '${schema}.', '') AS def FROM pg_indexes WHERE schemaname = '${schema}' ORDER BY 1`,
      );
      const names = [...new Set(columns.map(({ table_name }) => String(table_name)))];
      const parts = names.map((name) => {
        const epochs = name === 'settings' ? "WHERE key NOT IN ('epoch', 'leader')" : '';
        return `SELECT '${name}' AS name, to_jsonb(t)::text AS row FROM ${schema}.${name} t ${epochs}`;
      });
      const rows =
        names.length === 0 ? [] : await server.query(`${parts.join(' UNION ALL ')} ORDER BY 1, 2`);
      return { columns, indexes, rows };
    }

    async function makeOld(pool: pg.Pool): Promise<void> {
      await pool.query(
        `${tableWords(BASELINE)}; CREATE TABLE schema_version (version INTEGER NOT NULL);
       INSERT INTO schema_version VALUES (${BASELINE_VERSION}); ${ROWS}`,
      );
    }

    const origins = [
      ['of the first schema', makeOld],
      ['that is new', async () => undefined],
    ] as const;

    it.each(origins)(
      '%s: whatever statement it ends at, the next one finishes it to the same',
      async (_, make) => {
        const space = await server.makeSpace();
        await make(space.pool);
        const counting = failing(space.pool, 0, 'as it is');
        const whole = await openPostgresStore({ pool: counting.pool, tables: TABLES });
        const statements = counting.count();
        await whole.close();
        const expected = await contentsOf(space.schema);
        await space.remove();
        expect(statements).toBeGreaterThan(60);
        for (let at = 1; at <= statements; at += STRIDE) {
          for (const way of ['before', 'after'] as const) {
            const what = `${way} statement ${at} of ${statements}`;
            const own = await server.makeSpace();
            await make(own.pool);
            const before = await contentsOf(own.schema);
            const opening = openPostgresStore({
              pool: failing(own.pool, at, way).pool,
              tables: TABLES,
            });
            const isOpen = await opening.then(
              async (store) => {
                await store.close();
                return true;
              },
              () => false,
            );
            if (!isOpen) {
              const left = await contentsOf(own.schema);
              // All or nothing: it may have been committed without anybody hearing of it.
              const isWhole = JSON.stringify(left) === JSON.stringify(expected);
              if (!isWhole) expect(left, what).toEqual(before);
            }
            const again = await reopened(own.pool);
            expect(again.information().schema, what).toBe(SCHEMA);
            await again.close();
            expect(await contentsOf(own.schema), what).toEqual(expected);
            await own.remove();
          }
        }
      },
      LONG,
    );

    /** The lock goes with the session that was cut, as soon as the server has noticed. */
    async function reopened(pool: pg.Pool): ReturnType<typeof openPostgresStore> {
      for (let left = 500; ; left -= 1) {
        try {
          return await openPostgresStore({ pool, tables: TABLES });
        } catch (error) {
          if ((error as { code?: string }).code !== 'locked' || left === 0) throw error;
          await new Promise((resolve) => setTimeout(resolve, 20));
        }
      }
    }

    it('is refused by a version that does not know the schema, or one of its tables, and nothing is changed', async () => {
      const [table] = TABLES;
      for (const newer of [
        `INSERT INTO schema_version VALUES (${SCHEMA + 1})`,
        `INSERT INTO feature_tables VALUES ('${table?.name}', 99, '', 'secrets')`,
      ]) {
        const space = await server.makeSpace();
        await makeOld(space.pool);
        await space.pool.query(newer);
        const before = await contentsOf(space.schema);
        await expect(openPostgresStore({ pool: space.pool, tables: TABLES })).rejects.toThrow(
          /was written by a newer Millrace .* Update Millrace\./,
        );
        expect(await contentsOf(space.schema)).toEqual(before);
        expect(
          await space.pool.query("SELECT value FROM settings WHERE key = 'epoch'"),
        ).toMatchObject({
          rows: [{ value: '7' }],
        });
        await space.remove();
      }
      expect(MIGRATIONS.length).toBe(SCHEMA);
    });
  },
);
