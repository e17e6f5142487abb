/**
 * The two schemas, as both databases describe them: tables, columns, keys, references, indexes. They may not drift apart.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { requirement } from '../../../test/requirements.js';
import { DECLARED_TABLES } from '../../../test/support/declared-tables.js';
import { PostgresServer } from '../../../test/support/postgres-server.js';
import { type Driver, openDriver } from '../driver.js';
import { MIGRATIONS, SCHEMA } from '../migrations.js';
import { joinTables, migrate } from '../upgrade.js';
import { openPostgresStore } from './postgres-store.js';
import { BASELINE_VERSION } from './schema.js';

interface Described {
  columns: { [name: string]: string };
  key: readonly string[];
  references: readonly string[];
  indexes: readonly string[];
}
type Tables = { [name: string]: Described };

const TYPES: { readonly [type: string]: string } = {
  INTEGER: 'whole number',
  BIGINT: 'whole number',
  bigint: 'whole number',
  BLOB: 'bytes',
  bytea: 'bytes',
  TEXT: 'text in the order of bytes',
  'text C': 'text in the order of bytes',
};

function column(type: string, rule: { canBeNull: boolean; otherwise: string | null }): string {
  const otherwise = rule.otherwise === null ? '' : `, else ${rule.otherwise.replace(/::.*/, '')}`;
  return `${TYPES[type] ?? type}${rule.canBeNull ? ' or NULL' : ''}${otherwise}`;
}

/** Without what the two write differently: brackets, casts, line ends. */
function condition(text: string): string {
  return text
    .replaceAll(/[()]|::\w+/g, '')
    .replaceAll(/\s+/g, ' ')
    .trim();
}

function index(name: string, isUnique: boolean, columns: string, where: string): string {
  const what = `${isUnique ? 'unique ' : ''}${name} (${columns})`.replaceAll(/ +/g, ' ');
  return where === '' ? what : `${what} where ${condition(where)}`;
}

/** What SQLite says of its tables. */
function describeSqlite(driver: Driver): Tables {
  const tables = driver
    .prepare("SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%'")
    .all();
  return Object.fromEntries(
    tables.map(({ name }) => {
      const info = driver.prepare(`PRAGMA table_info(${name})`).all();
      const indexes = driver
        .prepare(`PRAGMA index_list(${name})`)
        .all()
        .filter(({ origin }) => origin !== 'pk')
        .map((one) => {
          const columns = driver.prepare(`PRAGMA index_info(${one.name})`).all();
          const sql = driver
            .prepare('SELECT sql FROM sqlite_schema WHERE name = ?')
            .get(String(one.name))?.sql;
          const [, where = ''] = String(sql ?? '').split(/\bWHERE\b/);
          const named = one.origin === 'c' ? String(one.name) : '';
          return index(named, one.unique === 1, columns.map((part) => part.name).join(', '), where);
        });
      const described: Described = {
        columns: Object.fromEntries(
          info.map(({ name: of, type, notnull, pk, dflt_value: otherwise }) => [
            of,
            column(String(type), {
              canBeNull: notnull === 0 && pk === 0,
              otherwise: otherwise as string | null,
            }),
          ]),
        ),
        key: info
          .filter(({ pk }) => pk !== 0)
          .sort((left, right) => Number(left.pk) - Number(right.pk))
          .map((part) => String(part.name)),
        references: driver
          .prepare(`PRAGMA foreign_key_list(${name})`)
          .all()
          .map(({ from, table, to }) => `${from} → ${table}.${to}`)
          .sort(),
        indexes: indexes.sort(),
      };
      return [String(name), described];
    }),
  );
}

/** What PostgreSQL says of its tables. */
async function describePostgres(server: PostgresServer, schema: string): Promise<Tables> {
  const columns = await server.query(
    `SELECT table_name, column_name, concat_ws(' ', data_type, collation_name) AS type, is_nullable,
       column_default FROM information_schema.columns WHERE table_schema = '${schema}' ORDER BY ordinal_position`,
  );
  const indexes = await server.query(
    `SELECT t.relname AS table_name, i.relname AS name, x.indisunique, x.indisprimary, c.conname,
       pg_get_expr(x.indpred, x.indrelid) AS pred,
       (SELECT string_agg(a.attname, ', ' ORDER BY k.at) FROM unnest(x.indkey) WITH ORDINALITY AS k(number, at)
        JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = k.number) AS columns
     FROM pg_index x JOIN pg_class t ON t.oid = x.indrelid JOIN pg_class i ON i.oid = x.indexrelid
     LEFT JOIN pg_constraint c ON c.conindid = i.oid AND c.contype IN ('p', 'u')
     WHERE t.relnamespace = '${schema}'::regnamespace`,
  );
  const references = await server.query(
    `SELECT t.relname AS table_name, a.attname, r.relname AS target, b.attname AS target_column
     FROM pg_constraint c JOIN pg_class t ON t.oid = c.conrelid JOIN pg_class r ON r.oid = c.confrelid
     JOIN pg_attribute a ON a.attrelid = t.oid AND a.attnum = c.conkey[1]
     JOIN pg_attribute b ON b.attrelid = r.oid AND b.attnum = c.confkey[1]
     WHERE c.contype = 'f' AND t.relnamespace = '${schema}'::regnamespace`,
  );
  const tables: Tables = {};
  for (const name of new Set(columns.map((row) => String(row.table_name)))) {
    const ofTable = (rows: { [column: string]: unknown }[]) =>
      rows.filter((row) => row.table_name === name);
    tables[name] = {
      columns: Object.fromEntries(
        ofTable(columns).map((row) => [
          String(row.column_name),
          column(String(row.type), {
            canBeNull: row.is_nullable === 'YES',
            otherwise: row.column_default as string | null,
          }),
        ]),
      ),
      key: ofTable(indexes)
        .filter((row) => row.indisprimary)
        .flatMap((row) => String(row.columns).split(', ')),
      references: ofTable(references)
        .map((row) => `${row.attname} → ${row.target}.${row.target_column}`)
        .sort(),
      indexes: ofTable(indexes)
        .filter((row) => !row.indisprimary)
        .map((row) =>
          index(
            row.conname === null ? String(row.name) : '',
            row.indisunique === true,
            String(row.columns),
            String(row.pred ?? ''),
          ),
        )
        .sort(),
    };
  }
  return tables;
}

const { missing } = requirement('postgresql');

describe.skipIf(missing)(
  `the schemas of SQLite and PostgreSQL${missing ? ` (${missing})` : ''}`,
  () => {
    let server: PostgresServer | undefined;
    let schema: string;
    let sqlite: Tables;
    let postgres: Tables;
    beforeAll(async () => {
      const driver = openDriver(':memory:');
      migrate(driver);
      joinTables(driver, DECLARED_TABLES);
      sqlite = describeSqlite(driver);
      server = await PostgresServer.start();
      const space = await server.makeSpace();
      ({ schema } = space);
      const store = await openPostgresStore(space);
      await store.joinTables(DECLARED_TABLES);
      await store.close();
      await space.pool.end();
      postgres = await describePostgres(server, schema);
    });
    afterAll(async () => await server?.stop());

    it('have the same tables', () => {
      expect(Object.keys(sqlite).length).toBeGreaterThan(30);
      expect(Object.keys(postgres).sort()).toEqual(Object.keys(sqlite).sort());
    });

    it('have the same columns, keys, references and indexes in each of them', () => {
      expect(postgres).toEqual(sqlite);
      const described = Object.values(sqlite);
      expect(described.flatMap(({ indexes }) => indexes).length).toBeGreaterThan(30);
      expect(described.flatMap(({ references }) => references)).toHaveLength(2);
    });

    it('let PostgreSQL number the rows that SQLite numbers by itself', async () => {
      const numbered = await (server as PostgresServer).query(
        `SELECT table_name || '.' || column_name AS name FROM information_schema.columns
       WHERE table_schema = '${schema}' AND is_identity = 'YES' ORDER BY 1`,
      );
      expect(numbered.map(({ name }) => name)).toEqual([
        ...['attempts.position', 'history.number', 'logs.number'],
      ]);
    });

    it('are of the same version', () => {
      expect(BASELINE_VERSION).toBeLessThanOrEqual(SCHEMA);
      expect(MIGRATIONS).toHaveLength(SCHEMA);
    });
  },
);
