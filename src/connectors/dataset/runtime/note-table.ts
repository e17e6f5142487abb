/**
 * A table that others keep, as it stands now: its snapshot, its columns, how many rows it has.
 *
 *     iceberg, delta ──DuckDB's extension──▶ snapshot, columns, rows, contract
 *     dbt ──what dbt wrote of its last invocation──▶ snapshot, columns, rows
 *     told ──the task itself
 *
 * The snapshot is fixed first, and everything else is asked of that one: a table may go on while it is looked at.
 * @module
 */
import { readdir, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { TableSnapshot } from '../../../datasets/foreign-table.js';
import type { Column } from '../../../datasets/schema.js';
import { taskErrors } from '../../errors.js';
import { selectOf } from '../../sql/runtime/foreign-tables.js';
import { quoted } from '../../sql/runtime/input-views.js';
import { SqlFailure } from '../../sql/runtime/sql-errors.js';
import type { NotedTable } from '../dataset-protocol.js';

/** Bytes of a file that dbt wrote. */
const MOST_BYTES = 268_435_456;

export interface NotedVersion {
  readonly table: TableSnapshot;
  readonly columns?: Column[];
  readonly rows?: number;
  /** A SELECT of its rows, where they can be read here. */
  readonly select?: string;
}

/**
 * Where the table stands. Its extension is loaded; the doors may be closed.
 * Throws SqlFailure.
 */
export async function noteTable(
  connection: DuckDBConnection,
  noted: NotedTable,
): Promise<NotedVersion> {
  switch (noted.format) {
    case 'iceberg':
      return await readable(connection, await icebergSnapshot(connection, noted.path));
    case 'delta':
      return await readable(connection, await deltaSnapshot(noted.path));
    case 'dbt':
      return await builtModel(noted);
    case 'told': {
      const { at, snapshot, rows, columns } = noted;
      return {
        table: { format: 'told', at, snapshot },
        ...(rows === undefined ? {} : { rows }),
        ...(columns === undefined ? {} : { columns }),
      };
    }
  }
}

async function readable(connection: DuckDBConnection, table: TableSnapshot): Promise<NotedVersion> {
  const select = selectOf([table]);
  const told = await connection.runAndReadAll(`DESCRIBE ${select}`);
  const columns = told
    .getRows()
    .map(([name, type]) => ({ name: String(name), type: String(type) }));
  const counted = await connection.runAndReadAll(`SELECT count(*) FROM (${select})`);
  return { table, columns, rows: Number(counted.getRows()[0]?.[0] ?? 0), select };
}

/** Ids of snapshots have 64 bits: they are taken as they are written, and never as a number of JSON. */
async function icebergSnapshot(connection: DuckDBConnection, path: string): Promise<TableSnapshot> {
  const at = path.endsWith('.json') ? path : await lastMetadata(path);
  const answer = await connection.runAndReadAll(
    `SELECT content->>'$."current-snapshot-id"' FROM read_text(${quoted(at)})`,
  );
  const snapshot = String(answer.getRows()[0]?.[0] ?? '');
  if (/^\d{1,20}$/.test(snapshot)) return { format: 'iceberg', at, snapshot };
  throw nothing(path, 'it has no snapshot yet');
}

/** The newest metadata file: the one that `version-hint.text` names, or the highest number. */
async function lastMetadata(folder: string): Promise<string> {
  const inside = join(folder, 'metadata');
  const names = await readdir(inside).catch(() => {
    throw nothing(folder, 'it has no folder "metadata"');
  });
  const hint = names.includes('version-hint.text')
    ? (await readFile(join(inside, 'version-hint.text'), 'utf8')).trim()
    : undefined;
  const hinted = names.find((name) => hint !== undefined && name === `v${hint}.metadata.json`);
  if (hinted !== undefined) return join(inside, hinted);
  const numbered = names.flatMap((name): [bigint, string][] => {
    const [, number] = /^v?(\d{1,18})(?:-[^/]*)?\.metadata\.json$/.exec(name) ?? [];
    return number === undefined ? [] : [[BigInt(number), name]];
  });
  const highest = numbered.reduce((most, [number]) => (number > most ? number : most), -1n);
  const newest = numbered.filter(([number]) => number === highest).map(([, name]) => name);
  const [only] = newest;
  if (only !== undefined && newest.length === 1) return join(inside, only);
  throw nothing(
    folder,
    only === undefined
      ? 'it has no metadata file'
      : `${newest.sort().join(' and ')} have the same number: its catalog knows which counts, so name that file`,
  );
}

async function deltaSnapshot(folder: string): Promise<TableSnapshot> {
  const names = await readdir(join(folder, '_delta_log')).catch(() => {
    throw nothing(folder, 'it has no folder "_delta_log"');
  });
  const numbers = names.flatMap((name) => {
    const [, number] =
      /^(\d{20})\.(?:json|checkpoint\..*parquet|checkpoint\.parquet)$/.exec(name) ?? [];
    return number === undefined ? [] : [BigInt(number)];
  });
  if (numbers.length === 0) throw nothing(folder, 'it has no commit');
  const last = numbers.reduce((most, number) => (number > most ? number : most));
  return { format: 'delta', at: folder, snapshot: String(last) };
}

interface RunResults {
  readonly metadata?: { readonly invocation_id?: unknown };
  readonly results?: readonly {
    readonly unique_id?: unknown;
    readonly status?: unknown;
    readonly relation_name?: unknown;
    readonly adapter_response?: { readonly rows_affected?: unknown };
  }[];
}

interface DbtFiles {
  readonly nodes?: {
    readonly [id: string]: {
      readonly relation_name?: unknown;
      readonly columns?: {
        readonly [name: string]: { readonly type?: unknown; readonly data_type?: unknown };
      };
    };
  };
}

/** What dbt wrote of a model: `run_results.json`, and for its columns `catalog.json` or `manifest.json`. */
async function builtModel({
  model,
  target,
}: Extract<NotedTable, { format: 'dbt' }>): Promise<NotedVersion> {
  const ran = (await jsonIn(target, 'run_results.json')) as RunResults | undefined;
  const results = Array.isArray(ran?.results) ? ran.results : [];
  const isMeant = (id: unknown): boolean =>
    typeof id === 'string' &&
    (id === model || /^(model|snapshot|seed)\./.test(id)) &&
    (id === model || id.endsWith(`.${model}`));
  const found = results.filter(({ unique_id }) => isMeant(unique_id));
  const [result] = found;
  if (result === undefined)
    throw nothing(model, `dbt's last invocation (${target}) did not build it`);
  if (found.length > 1)
    throw nothing(model, 'more than one is called so: write its whole id, model.PROJECT.NAME');
  if (result.status !== 'success')
    throw nothing(model, `dbt says of its last build: ${String(result.status)}`);
  const id = String(result.unique_id);
  const invocation = ran?.metadata?.invocation_id;
  if (typeof invocation !== 'string' || invocation === '')
    throw nothing(model, 'dbt says no id of its invocation');
  const manifest = (await jsonIn(target, 'manifest.json')) as DbtFiles | undefined;
  const catalog = (await jsonIn(target, 'catalog.json')) as DbtFiles | undefined;
  const relation = result.relation_name ?? manifest?.nodes?.[id]?.relation_name;
  const columns =
    columnsOf(catalog?.nodes?.[id]?.columns) ?? columnsOf(manifest?.nodes?.[id]?.columns);
  const affected = result.adapter_response?.rows_affected;
  const rows =
    typeof affected === 'number' && Number.isSafeInteger(affected) && affected >= 0
      ? affected
      : undefined;
  return {
    table: {
      format: 'dbt',
      at: typeof relation === 'string' ? relation : id,
      snapshot: invocation,
    },
    ...(rows === undefined ? {} : { rows }),
    ...(columns === undefined ? {} : { columns }),
  };
}

type DbtColumns = NonNullable<DbtFiles['nodes']>[string]['columns'];

/** Undefined: not all of them are known with their types. */
function columnsOf(columns: DbtColumns): Column[] | undefined {
  const all = Object.entries(columns ?? {}).map(([name, { type, data_type }]) => ({
    name,
    type: type ?? data_type,
  }));
  if (all.length === 0 || all.some(({ type }) => typeof type !== 'string')) return undefined;
  return all.map(({ name, type }) => ({ name, type: String(type) }));
}

/** Undefined: there is no such file. */
async function jsonIn(folder: string, name: string): Promise<unknown> {
  const path = join(folder, name);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined) return undefined;
  if (found.size > MOST_BYTES) throw nothing(path, `it has more than ${MOST_BYTES} bytes`);
  try {
    return JSON.parse(await readFile(path, 'utf8'));
  } catch {
    throw nothing(path, 'it is no JSON');
  }
}

function nothing(what: string, why: string): SqlFailure {
  return new SqlFailure(taskErrors.datasetUnreadable, `${what}: ${why}.`);
}
