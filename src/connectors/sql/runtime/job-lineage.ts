/**
 * What the output of a job was made of, told after the job is done. Nothing that happens here changes its outcome.
 * @module
 */
import { sep } from 'node:path';
import {
  sourceTable,
  type TracedTable,
  throughInputs,
  together,
} from '../../../datasets/lineage/column-lineage.js';
import { sourceName } from '../../../datasets/lineage/source-name.js';
import type { SqlInput, SqlJob } from '../sql-protocol.js';
import { keepLineage, lineageOfFile } from './kept-lineage.js';
import { openDatabase } from './open-database.js';
import { type KnownTable, type RanSql, traceColumns } from './trace-columns.js';

/** Milliseconds that tracing may take: then the process ends, and nothing is known. */
export const TRACING_TIME = 5_000;

/**
 * Traces, and keeps what it found beside the output.
 * @param inputs with the files that were found
 * @param closeDoors lets the empty database reach what the other one could
 */
export async function keepJobLineage(
  job: SqlJob,
  inputs: readonly SqlInput[],
  ran: RanSql,
  closeDoors: (connection: Awaited<ReturnType<typeof openDatabase>>) => Promise<void>,
): Promise<void> {
  const { output } = job;
  if (output === undefined) return;
  const connection = await openDatabase(job);
  await closeDoors(connection);
  const traced = await traceColumns(connection, ran);
  const sources = await sourcesOf(job, inputs, ran.inputs, traced);
  await keepLineage(job.workFolder, output.path, throughInputs(traced, sources));
}

/** What each view, and each file that the SQL names itself, was made of. */
async function sourcesOf(
  job: SqlJob,
  inputs: readonly SqlInput[],
  known: readonly KnownTable[],
  traced: TracedTable,
): Promise<Map<string, TracedTable>> {
  const sources = new Map<string, TracedTable>();
  const columnsOf = (view: string): string[] =>
    known.find(({ name }) => name === view)?.columns.map(({ name }) => name) ?? [];
  for (const { view, team, name } of job.datasets) {
    sources.set(view, sourceTable(sourceName({ type: 'dataset', team, name }), columnsOf(view)));
  }
  for (const { view, files } of inputs) {
    const columns = columnsOf(view);
    const each = files.map((file) => ofPath(job, file, columns));
    sources.set(view, together(await Promise.all(each)));
  }
  const uses = [...traced.rows, ...traced.columns.flatMap(({ from }) => from)];
  for (const { source: path } of uses) {
    if (sources.has(path)) continue;
    const all = uses.filter(({ source }) => source === path).map(({ column }) => column);
    sources.set(path, await ofPath(job, path, [...new Set(all)]));
  }
  return sources;
}

async function ofPath(job: SqlJob, path: string, columns: readonly string[]): Promise<TracedTable> {
  const dataset = job.datasets.find(({ folders }) =>
    folders.some((folder) => path.startsWith(`${folder}${sep}`)),
  );
  if (dataset === undefined) return await lineageOfFile(path, columns, job);
  const { team, name } = dataset;
  return sourceTable(sourceName({ type: 'dataset', team, name }), columns);
}
