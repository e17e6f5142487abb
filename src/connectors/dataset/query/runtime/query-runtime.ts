/**
 * The process that reads published data for people (`../query-protocol.ts`).
 *
 * A process of its own, because DuckDB is native code: it can be killed in the middle of a query, and one that takes all its memory
 * takes nothing else with it. It reads the versions that it was given and nothing else, and writes nothing but what does not
 * fit into memory.
 * @module
 */
import { readdirSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quotedName } from '../../../../datasets/column-type.js';
import {
  foldersOf,
  loadExtensions,
  selectOf,
  snapshotsIn,
} from '../../../sql/runtime/foreign-tables.js';
import { createView, quoted } from '../../../sql/runtime/input-views.js';
import { openDatabase } from '../../../sql/runtime/open-database.js';
import { toJson } from '../../../sql/runtime/sql-values.js';
import { plainMessage, unreadableWords } from '../../contract/runtime/unreadable.js';
import { closeDoors } from '../../runtime/close-doors.js';
import type {
  QueryJob,
  QueryMessage,
  QueryProblem,
  QueryRows,
  QueryTable,
} from '../query-protocol.js';
import { checkQuery, QueryRefusal } from './check-query.js';
import { summarizeTable } from './summarize-table.js';

/** What of the answer is sent, in bytes of JSON. */
const MOST_BYTES = 4_194_304;
/** What may be written of what does not fit into memory. */
const MOST_SPILLED = '2GiB';
/** What stands for a value that nobody is shown. */
const MASK = '***';

async function main(): Promise<void> {
  const job = JSON.parse(await text(process.stdin)) as QueryJob;
  report(await perform(job).catch(failureOf));
}

/** Synchronous: the process may end right after it. */
function report(message: QueryMessage): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(3, bytes, at);
}

function failureOf(error: unknown): QueryMessage {
  if (error instanceof QueryRefusal) {
    const { problem, message: cause, subject } = error;
    return { type: 'failed', problem, cause, ...(subject === undefined ? {} : { name: subject }) };
  }
  const said = plainMessage(error);
  const [first = ''] = said.split('\n\n', 1);
  const line = /^LINE (\d+):/m.exec(said)?.[1];
  const place = line === undefined ? '' : `line ${line}: `;
  return { type: 'failed', problem: kindOf(said), cause: `${place}${first.slice(0, 2_000)}` };
}

function kindOf(said: string): QueryProblem {
  if (/^Out of Memory Error/.test(said) || /max_temp_directory_size/.test(said)) return 'memory';
  return /^(IO|Invalid) Error|No files found|^IO Error/.test(said) ? 'unreadable' : 'wrong sql';
}

async function perform({ work, tables, extensions, ...bounds }: QueryJob): Promise<QueryMessage> {
  const connection = await openDatabase(bounds);
  await connection.run(`SET max_temp_directory_size = '${MOST_SPILLED}'`);
  const names = tables.map(({ name }) => name);
  const used =
    work.type === 'sql'
      ? await checkQuery(connection, work.sql, names)
      : new Set(names.map((name) => name.toLowerCase()));
  const wanted = tables.filter(({ name }) => used.has(name.toLowerCase()));
  const snapshots = await snapshotsIn(
    wanted.flatMap(({ stage, folders }) => (stage === 'table' ? folders : [])),
  );
  await loadExtensions(connection, snapshots, extensions);
  // From here on these versions are read, and nothing else.
  await closeDoors(connection, {
    folders: [...wanted.flatMap(({ folders }) => folders), ...foldersOf(snapshots)],
    files: wanted.flatMap(({ files = [] }) => files),
  });
  if (work.type === 'preview') {
    const previews = [];
    for (const table of wanted) previews.push(await previewOf(connection, table, work.rows));
    return { type: 'previews', previews };
  }
  for (const table of wanted) await openTable(connection, table);
  if (work.type === 'profile') {
    const [table] = wanted;
    if (table === undefined) throw new QueryRefusal('unknown table', 'there is no table');
    return {
      type: 'profile',
      profile: await summarizeTable(connection, quotedName(table.name), table),
    };
  }
  return { type: 'rows', ...(await rowsOf(connection, work.sql, work.rows)) };
}

async function previewOf(
  connection: DuckDBConnection,
  table: QueryTable,
  rows: number,
): Promise<QueryRows | { problem: string }> {
  try {
    await openTable(connection, table);
    return await rowsOf(connection, `SELECT * FROM ${quotedName(table.name)}`, rows);
  } catch (error) {
    return { problem: unreadableWords(error).cause };
  }
}

/** A view of the table, without what nobody is shown. */
async function openTable(connection: DuckDBConnection, table: QueryTable): Promise<void> {
  const { name, folders, files = [], stage, masked } = table;
  const inner = masked.length === 0 ? name : `${name} as it is`;
  if (stage === 'structured' && files.length === 0) {
    const all = folders.map((folder) => quoted(join(folder, '*.parquet'))).join(', ');
    await connection.run(
      `CREATE VIEW ${quotedName(inner)} AS SELECT * FROM read_parquet([${all}], union_by_name = ${folders.length > 1})`,
    );
  } else if (stage === 'table') {
    const select = selectOf(await snapshotsIn(folders));
    await connection.run(`CREATE VIEW ${quotedName(inner)} AS ${select}`);
  } else {
    const found = folders.flatMap((folder) =>
      readdirSync(folder)
        .filter((file) => !/^[._]/.test(file))
        .sort()
        .map((file) => join(folder, file)),
    );
    const view = inner.replaceAll('"', '""');
    await createView(
      connection,
      { view, files: [...files, ...found], options: {} },
      () => undefined,
    );
  }
  if (masked.length === 0) return;
  const told = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${quotedName(inner)}`);
  const there = told.getRows().map(([column]) => String(column));
  const hidden = there.filter((column) =>
    masked.some((one) => one.toLowerCase() === column.toLowerCase()),
  );
  const replaced = hidden.map(
    (column) =>
      `CASE WHEN ${quotedName(column)} IS NOT NULL THEN ${quoted(MASK)} END AS ${quotedName(column)}`,
  );
  const replace = replaced.length === 0 ? '' : ` REPLACE (${replaced.join(', ')})`;
  await connection.run(
    `CREATE VIEW ${quotedName(name)} AS SELECT *${replace} FROM ${quotedName(inner)}`,
  );
}

async function rowsOf(connection: DuckDBConnection, sql: string, most: number): Promise<QueryRows> {
  const answer = await connection.stream(sql);
  const columns = answer.deduplicatedColumnNames().map((name, at) => ({
    name,
    type: String(answer.columnType(at)),
  }));
  const types = answer.columnTypes();
  const rows: QueryRows['rows'][number][] = [];
  let bytes = 0;
  for (;;) {
    const chunk = await answer.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) return { columns, rows, truncated: false };
    for (const values of chunk.getRows()) {
      const row = values.map((value, at) => toJson(value, types[at]));
      bytes += Buffer.byteLength(JSON.stringify(row));
      if (rows.length >= most || bytes > MOST_BYTES) return { columns, rows, truncated: true };
      rows.push(row);
    }
  }
}

await main();
