/**
 * The process that runs one SQL task in DuckDB: reads a job from stdin, reports on file descriptor 3 (`../sql-protocol.ts`).
 *
 * It is a process of its own because DuckDB is native code: it can then be killed in the middle of a query, and a query
 * that takes all its memory takes nothing else with it. Only the pipeline's and the work folder can be read or written,
 * nothing can be loaded or downloaded, and the SQL cannot change that.
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream, writeSync } from 'node:fs';
import { readFile, rename, stat } from 'node:fs/promises';
import { text } from 'node:stream/consumers';
import {
  type DuckDBConnection,
  type DuckDBPreparedStatement,
  StatementType,
} from '@duckdb/node-api';
import type { Json } from '../../connector.js';
import { type SqlStatement, splitStatements } from '../split-statements.js';
import type { SqlInput, SqlJob, SqlMessage, SqlOutput } from '../sql-protocol.js';
import { type AllowedPlaces, allowedPlaces, filesMatching } from './allowed-places.js';
import { createDatasetView } from './dataset-views.js';
import { foldersOf, loadExtensions, snapshotsIn } from './foreign-tables.js';
import { createView, quoted } from './input-views.js';
import { keepJobLineage, TRACING_TIME } from './job-lineage.js';
import { openDatabase } from './open-database.js';
import { SqlFailure, sqlFailure } from './sql-errors.js';
import { copiesExactly, fromJson, toJson, typeOf, type WholeNumbers } from './sql-values.js';
import { knownTables, type RanSql } from './trace-columns.js';

/** Bounds of the rows that go into the task's output; the data itself belongs in a file. */
const RESULT_ROWS = 100;
const RESULT_BYTES = 65_536;

const SIGN_OF_LIFE = 2_000;

const SQL_FILE_LIMIT = 1_000_000;

const WRITERS = {
  parquet: 'FORMAT parquet',
  csv: 'FORMAT csv, HEADER true',
  json: 'FORMAT json, ARRAY true',
  jsonl: 'FORMAT json',
};

type Result = Pick<SqlOutput, 'rows' | 'result' | 'truncated'> & { columns: readonly string[] };

/** What is done when the outcome has been told. */
type Afterwards = () => Promise<void>;

async function main(): Promise<void> {
  const job = JSON.parse(await text(process.stdin)) as SqlJob;
  const timer = setInterval(() => report({ type: 'working' }), SIGN_OF_LIFE);
  let afterwards: Afterwards | undefined;
  try {
    const done = await runJob(job);
    afterwards = done.afterwards;
    report({ type: 'done', output: done.output });
  } catch (error) {
    const { error: name, message } = sqlFailure(error, job.name, 1);
    report({ type: 'failed', error: name, cause: message });
  } finally {
    clearInterval(timer);
  }
  // The outcome counts already: what this does not find, or dies of, is unknown.
  const deadline = setTimeout(() => process.exit(0), TRACING_TIME);
  await afterwards?.().catch(() => undefined);
  clearTimeout(deadline);
}

/** Synchronous: the process may end right after it. */
function report(message: SqlMessage): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(3, bytes, at);
}

async function runJob(job: SqlJob): Promise<{ output: SqlOutput; afterwards: Afterwards }> {
  const connection = await openDatabase(job);
  const places = allowedPlaces(job);
  // Before the doors are closed: patterns are looked up everywhere, and only what may be read is taken.
  const inputs: SqlInput[] = [];
  for (const input of job.inputs) inputs.push(await withFoundFiles(connection, input, job));
  const tables = await openTables(connection, job);
  await closeDoors(connection, job, { ...places, folders: [...places.folders, ...tables] });
  const warn = (message: string): void => report({ type: 'warning', message });
  for (const input of inputs) await createView(connection, input, warn);
  for (const dataset of job.datasets) await createDatasetView(connection, dataset, warn);
  const statements = splitStatements(await sqlOf(job));
  const isTraced = job.output !== undefined;
  const known = isTraced ? await knownTables(connection) : [];
  const ran: { text: string; tables?: RanSql['inputs'] }[] = [];
  let last: Result = { rows: 0, result: [], truncated: false, columns: [] };
  const outputs: SqlOutput['outputs'] = [];
  for (const [index, statement] of statements.entries()) {
    const begin = performance.now();
    const isLast = index === statements.length - 1;
    try {
      last = await runStatement(connection, statement, job, isLast);
      if (isLast && job.output) outputs.push(await describeOutput(job.output, last.rows));
      const tables = isTraced && !isLast ? await knownTables(connection) : undefined;
      ran.push({ text: statement.text, ...(tables === undefined ? {} : { tables }) });
    } catch (error) {
      throw sqlFailure(error, job.name, statement.line);
    }
    const milliseconds = Math.round(performance.now() - begin);
    const number = index + 1;
    report({
      type: 'statement',
      line: statement.line,
      number,
      of: statements.length,
      milliseconds,
    });
  }
  if (statements.length === 0) throw new SqlFailure('Sql.Empty', `${job.name} has no statement.`);
  const { columns, ...result } = last;
  const afterwards = async (): Promise<void> => {
    connection.closeSync();
    const { parameters } = job;
    const whole: RanSql = { inputs: known, statements: ran, parameters, columns };
    await keepJobLineage(job, inputs, whole, (empty) => closeDoors(empty, job, places));
  };
  return { output: { ...result, outputs, statements: statements.length }, afterwards };
}

/** Loads what reads tables of others, where there are any. Answers their folders. */
async function openTables(connection: DuckDBConnection, job: SqlJob): Promise<string[]> {
  const folders = job.datasets.flatMap(({ stage, folders }) => (stage === 'table' ? folders : []));
  const snapshots = await snapshotsIn(folders);
  await loadExtensions(connection, snapshots, job.extensions);
  return foldersOf(snapshots);
}

/** From here on the SQL reaches the allowed places and nothing else. */
async function closeDoors(
  connection: DuckDBConnection,
  job: SqlJob,
  { folders, files }: AllowedPlaces,
): Promise<void> {
  // Files named in the SQL itself are looked for in the same folders; the process stands in the work folder.
  await connection.run(`SET file_search_path = ${quoted(job.folder)}`);
  await connection.run(`SET TimeZone = 'UTC'`);
  const open = [...folders, ...job.datasetFolders];
  await connection.run(`SET allowed_directories = [${open.map(quoted).join(', ')}]`);
  await connection.run(`SET allowed_paths = [${files.map(quoted).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

async function sqlOf({ sql, name }: SqlJob): Promise<string> {
  if ('text' in sql) return sql.text;
  const { size } = await stat(sql.file);
  if (size > SQL_FILE_LIMIT) {
    throw new SqlFailure(
      'Connector.InvalidArguments',
      `${name} has ${size} bytes; an SQL file may have ${SQL_FILE_LIMIT}.`,
    );
  }
  return readFile(sql.file, 'utf8');
}

/** Patterns are resolved here, because only DuckDB knows what its patterns match; plain files were resolved before. */
async function withFoundFiles(
  connection: DuckDBConnection,
  { view, files, options }: SqlInput,
  job: SqlJob,
): Promise<SqlInput> {
  const found: string[] = [];
  for (const file of files) {
    if (!/[*?[{]/.test(file)) found.push(file);
    else found.push(...(await filesMatching(connection, file, job)));
  }
  return { view, files: found, options };
}

/**
 * Some functions take no BIGINT where they take an INTEGER (`DATE + $days`), and INTEGER overflows where BIGINT does not. So
 * whole numbers are the one, and the other when the statement cannot be bound with it, which is known before it does anything.
 */
async function runStatement(
  connection: DuckDBConnection,
  statement: SqlStatement,
  job: SqlJob,
  isLast: boolean,
): Promise<Result> {
  try {
    return await runWith(connection, statement, job, isLast, 'BIGINT');
  } catch (error) {
    const isBinding = error instanceof Error && error.message.startsWith('Binder Error');
    if (!isBinding || !/\(.*\bBIGINT\b.*\)/.test(error.message)) throw error;
    return await runWith(connection, statement, job, isLast, 'INTEGER').catch(() => {
      throw error;
    });
  }
}

async function runWith(
  connection: DuckDBConnection,
  statement: SqlStatement,
  job: SqlJob,
  isLast: boolean,
  numbers: WholeNumbers,
): Promise<Result> {
  // Prepared as it was written, so that messages show what was written.
  const prepared = await connection.prepare(statement.text);
  bind(prepared, job, numbers);
  if (!isLast || !job.output) return readResult(prepared);
  if (prepared.statementType !== StatementType.SELECT) {
    const kind = StatementType[prepared.statementType];
    throw new SqlFailure(
      'Sql.NoResult',
      `${job.name}:${statement.line}: "output" needs a SELECT as the last statement; this is ${kind}.`,
    );
  }
  const { temporary, format } = job.output;
  // A file of another format, or of other types, does not give back what was written: then the rows are kept beside it.
  const isExact = format === 'parquet' && copiesExactly(prepared);
  let source = `(${statement.text}\n)`;
  if (!isExact) {
    const kept = await connection.prepare(`CREATE TEMP TABLE ${KEPT} AS ${source}`);
    bind(kept, job, numbers);
    await kept.run();
    source = KEPT;
  }
  const writing = await connection.prepare(
    `COPY ${source} TO ${quoted(temporary)} (${WRITERS[format]})`,
  );
  bind(writing, job, numbers);
  const written = await writing.runAndReadAll();
  const rows = Number(written.getRows()[0]?.[0] ?? 0);
  const shown = isExact ? `read_parquet(${quoted(temporary)})` : KEPT;
  const preview = await connection.prepare(`SELECT * FROM ${shown} LIMIT ${RESULT_ROWS}`);
  const { result, columns } = await readResult(preview);
  return { rows, result, truncated: result.length < rows, columns };
}

/** The rows that a file was written from. */
const KEPT = '"millrace output"';

function bind(prepared: DuckDBPreparedStatement, job: SqlJob, numbers: WholeNumbers): void {
  const values: { [name: string]: ReturnType<typeof fromJson> } = {};
  const types: { [name: string]: ReturnType<typeof typeOf> } = {};
  for (let index = 1; index <= prepared.parameterCount; index += 1) {
    const name = prepared.parameterName(index);
    if (!Object.hasOwn(job.parameters, name)) {
      throw new SqlFailure(
        'Sql.MissingParameter',
        `${job.name}: the SQL uses $${name}, but "parameters" has no "${name}".`,
      );
    }
    const value = job.parameters[name] as Json;
    types[name] = typeOf(value, numbers);
    values[name] = fromJson(value, types[name]);
  }
  prepared.bind(values, types);
}

/** Reads every row, so that the count is true, but keeps the first ones only. */
async function readResult(prepared: DuckDBPreparedStatement): Promise<Result> {
  const changes = CHANGING.has(prepared.statementType);
  const answer = await prepared.stream();
  const columns = answer.deduplicatedColumnNames();
  const types = answer.columnTypes();
  const result: SqlOutput['result'] = [];
  let rows = 0;
  let bytes = 0;
  for (;;) {
    const chunk = await answer.fetchChunk();
    if (!chunk || chunk.rowCount === 0) break;
    rows += chunk.rowCount;
    if (result.length >= RESULT_ROWS || bytes >= RESULT_BYTES) continue;
    for (const values of chunk.getRows()) {
      const row = Object.fromEntries(
        columns.map((name, i) => [name, toJson(values[i] ?? null, types[i])]),
      );
      bytes += Buffer.byteLength(JSON.stringify(row));
      if (result.length >= RESULT_ROWS || bytes >= RESULT_BYTES) break;
      result.push(row);
    }
  }
  // Statements that change rows answer with one row: how many.
  if (changes) {
    return { rows: Number(result[0]?.Count ?? 0), result: [], truncated: false, columns };
  }
  return { rows, result, truncated: result.length < rows, columns };
}

const CHANGING: ReadonlySet<StatementType> = new Set([
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.COPY,
  StatementType.CREATE,
]);

async function describeOutput(
  output: NonNullable<SqlJob['output']>,
  rows: number,
): Promise<SqlOutput['outputs'][number]> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(output.temporary)) hash.update(chunk as Buffer);
  const { size } = await stat(output.temporary);
  await rename(output.temporary, output.path);
  return { path: output.path, rows, bytes: size, sha256: hash.digest('hex') };
}

await main();
