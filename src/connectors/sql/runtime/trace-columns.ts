/**
 * Traces the columns of what SQL gives, after it has run.
 *
 * A second, empty database gets the tables and views that the first had, statement by statement, and plans each one. Nothing runs in it
 * but what makes views and macros; no row is read. So whatever planning does, to memory or by a fault of DuckDB's, it does after the
 * outcome is known, and to nothing that counts.
 * @module
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { sourceTable, type TracedTable } from '../../../datasets/lineage/column-lineage.js';
import { tableKey } from '../../../datasets/lineage/plan-node.js';
import { allUnknown } from '../../../datasets/lineage/trace-plan.js';
import { TracedStatements } from '../../../datasets/lineage/trace-statements.js';
import type { Json } from '../../connector.js';
import { withParameters } from '../split-statements.js';
import { quoted } from './input-views.js';

/** A table or view as the first database has it. */
export interface KnownTable {
  readonly catalog: string;
  readonly schema: string;
  readonly name: string;
  readonly columns: readonly { readonly name: string; readonly type: string }[];
}

/** What ran. */
export interface RanSql {
  /** Before the first statement. */
  readonly inputs: readonly KnownTable[];
  readonly statements: readonly {
    readonly text: string;
    /** After it; absent when it changes none. */
    readonly tables?: readonly KnownTable[];
  }[];
  readonly parameters: { readonly [name: string]: Json };
  /** Names of the last statement's columns. */
  readonly columns: readonly string[];
}

/** Statements that are traced, and the longest text. */
const MOST_STATEMENTS = 200;
/** What only gives names to what is made later: it is performed in the empty database too. */
const NAMING: ReadonlySet<string> = new Set([
  'LOGICAL_CREATE_VIEW',
  'LOGICAL_CREATE_MACRO',
  'LOGICAL_CREATE_SCHEMA',
  'LOGICAL_CREATE_TYPE',
  'LOGICAL_CREATE_SEQUENCE',
  'LOGICAL_DROP',
]);

/** Tables and views that somebody made, with their columns. */
export async function knownTables(connection: DuckDBConnection): Promise<KnownTable[]> {
  const answer = await connection.runAndReadAll(
    `SELECT database_name, schema_name, table_name, list({'name': column_name, 'type': data_type} ORDER BY column_index)::JSON::VARCHAR
       FROM duckdb_columns() WHERE NOT internal GROUP BY ALL ORDER BY ALL`,
  );
  return answer.getRows().map(([catalog, schema, name, columns]) => ({
    catalog: String(catalog),
    schema: String(schema),
    name: String(name),
    columns: JSON.parse(String(columns)),
  }));
}

/**
 * The columns of the last statement. What cannot be traced is unknown, and says why.
 * @param connection of an empty database
 * @param files what is known of files that the SQL names itself
 */
export async function traceColumns(
  connection: DuckDBConnection,
  ran: RanSql,
  files: ReadonlyMap<string, TracedTable> = new Map(),
): Promise<TracedTable> {
  const { statements, columns, parameters } = ran;
  const traced = new TracedStatements((paths, names) => {
    const sources = paths.map((path) => files.get(path) ?? sourceTable(path, names));
    const [only] = sources;
    return sources.length === 1 ? only : undefined;
  });
  if (statements.length > MOST_STATEMENTS) {
    return allUnknown(columns, `it has more than ${MOST_STATEMENTS} statements`);
  }
  const made = new Map<string, string>();
  for (const input of ran.inputs) {
    const key = tableKey(input.catalog, input.schema, input.name);
    const names = input.columns.map(({ name }) => name);
    traced.know(key, sourceTable(input.name, names));
  }
  await sync(connection, ran.inputs, made);
  for (const [at, { text, tables }] of statements.entries()) {
    const sql = withParameters(text, (name) =>
      Object.hasOwn(parameters, name) ? literal(parameters[name] ?? null) : undefined,
    );
    const planned = await planOf(connection, sql);
    if (at === statements.length - 1) {
      if ('plan' in planned) return traced.result(planned.plan, columns);
      return allUnknown(columns, planned.why);
    }
    if ('plan' in planned) traced.perform(planned.plan, sql);
    else traced.doubt(sql, planned.why);
    const names = 'plan' in planned && NAMING.has(planned.kind);
    // A view of the same name as one that could not be made again is not there: what reads it is unknown.
    if (names) await connection.run(sql).catch(() => undefined);
    if (tables !== undefined) await sync(connection, tables, made);
  }
  return allUnknown(columns, 'there is no statement');
}

/** Gives the empty database the tables that are not there, or have other columns. */
async function sync(
  connection: DuckDBConnection,
  tables: readonly KnownTable[],
  made: Map<string, string>,
): Promise<void> {
  const present = new Set(
    (await knownTables(connection)).map(({ catalog, schema, name }) =>
      tableKey(catalog, schema, name),
    ),
  );
  for (const { catalog, schema, name, columns } of tables) {
    const key = tableKey(catalog, schema, name);
    const said = columns.map((column) => `${identifier(column.name)} ${column.type}`).join(', ');
    const isMadeHere = made.has(key);
    if (present.has(key) && (!isMadeHere || made.get(key) === said)) continue;
    const place = [catalog, schema, name].map(identifier).join('.');
    const kind = catalog === 'temp' ? 'TEMP TABLE' : 'TABLE';
    await connection.run(`CREATE OR REPLACE ${kind} ${place} (${said})`).then(
      () => made.set(key, said),
      // What reads it cannot be planned, and is unknown.
      () => undefined,
    );
  }
}

type Planned = { plan: unknown; kind: string } | { why: string };

async function planOf(connection: DuckDBConnection, sql: string): Promise<Planned> {
  try {
    const answer = await connection.runAndReadAll('SELECT json_serialize_plan($sql::VARCHAR)', {
      sql,
    });
    const said = JSON.parse(String(answer.getRows()[0]?.[0])) as {
      error?: boolean;
      error_message?: string;
      plans?: { type?: string }[];
    };
    const [plan] = said.plans ?? [];
    if (said.error === true || plan === undefined || said.plans?.length !== 1) {
      return { why: `DuckDB gives no plan of it: ${said.error_message ?? 'several statements'}` };
    }
    return { plan, kind: plan.type ?? '' };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { why: `DuckDB gives no plan of it: ${message}` };
  }
}

function literal(value: Json): string {
  if (value === null) return 'NULL';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  return quoted(typeof value === 'string' ? value : JSON.stringify(value));
}

function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
