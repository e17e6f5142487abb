/**
 * A version of a table that others keep: its manifest, and nothing else.
 *
 *     table ──where does it stand?──▶ as before: no new version │ elsewhere: contract ──▶ manifest
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quotedName } from '../../../datasets/column-type.js';
import type { ContractResult } from '../../../datasets/contract.js';
import { snapshotWords, type TableSnapshot, tableFolder } from '../../../datasets/foreign-table.js';
import { taskErrors } from '../../errors.js';
import { loadExtensions } from '../../sql/runtime/foreign-tables.js';
import { quoted } from '../../sql/runtime/input-views.js';
import { openDatabase } from '../../sql/runtime/open-database.js';
import { SqlFailure } from '../../sql/runtime/sql-errors.js';
import type { DatasetJob, DatasetOutput, NotedTable } from '../dataset-protocol.js';
import { changeSince, manifestBefore, manifestHead } from './manifests.js';
import { type NotedVersion, noteTable } from './note-table.js';
import { judgeAsItIs } from './write-rows.js';
import { writeManifest } from './written-version.js';

const DATA = 'millrace data';

/** Notes where it stands. Throws SqlFailure. */
export async function writeTableVersion(
  job: DatasetJob,
  noted: NotedTable,
): Promise<Omit<DatasetOutput, 'location'>> {
  const connection = await openDatabase(job);
  await loadExtensions(connection, [noted], job.extensions);
  await mkdir(dirname(job.staging), { recursive: true });
  await mkdir(job.staging, { recursive: false });
  await closeDoors(connection, job, noted);
  const found = await noteTable(connection, noted);
  const { table, columns, rows } = found;
  const { target } = job;
  const { team, name: dataset, version, stage } = target;
  const before = await manifestBefore(job);
  const counts = { bytes: 0, files: 0, ...(rows === undefined ? {} : { rows }) };
  const digest = createHash('sha256')
    .update(JSON.stringify(placeOf(table)))
    .digest('hex');
  const output = { dataset, team, version, stage, ...counts, digest, table };
  const columnCount = columns?.length ?? 0;
  if (before?.version !== undefined && isWhereItWas(before.table, table)) {
    const same = { version: before.version, unchanged: true } as const;
    return { ...output, ...same, columns: columnCount, produced: { rows: 0 } };
  }
  const contract = await judged(connection, job, found);
  await writeManifest(job.staging, {
    ...manifestHead(job),
    ...counts,
    files: [],
    ...(columns === undefined ? {} : { columns }),
    table,
  });
  const change = columns === undefined ? undefined : changeSince(before, columns);
  return {
    ...output,
    columns: columnCount,
    ...(change === undefined ? {} : { schemaChange: change }),
    ...(contract === undefined ? {} : { contract }),
    // Bytes and files of others are not counted; that there is something new is.
    produced: rows === undefined ? {} : { rows },
  };
}

/** Where it lies and stands: an Iceberg table has another metadata file for each commit. */
function placeOf(table: TableSnapshot): readonly string[] {
  return [table.format, tableFolder(table) ?? table.at, table.snapshot];
}

function isWhereItWas(before: TableSnapshot | undefined, now: TableSnapshot): boolean {
  return before !== undefined && JSON.stringify(placeOf(before)) === JSON.stringify(placeOf(now));
}

async function judged(
  connection: DuckDBConnection,
  job: DatasetJob,
  { table, select }: NotedVersion,
): Promise<ContractResult | undefined> {
  const { contract } = job.target;
  if (contract === undefined) return undefined;
  if (select === undefined) {
    throw new SqlFailure(
      taskErrors.datasetRefused,
      `The rows of ${snapshotWords(table)} lie where Millrace does not read them, so its contract cannot be asked. Take the contract out, and have the rows checked where they lie.`,
    );
  }
  await connection.run(`CREATE VIEW ${quotedName(DATA)} AS ${select}`);
  return await judgeAsItIs(connection, job, contract, quotedName(DATA), {});
}

/** From here on nothing but the table can be read, and nothing written. */
async function closeDoors(
  connection: DuckDBConnection,
  job: DatasetJob,
  noted: NotedTable,
): Promise<void> {
  const isRead = noted.format === 'iceberg' || noted.format === 'delta';
  const at = isRead && noted.path.endsWith('.json') ? dirname(dirname(noted.path)) : undefined;
  const own = isRead ? [at ?? noted.path] : [];
  const open = [...own, ...Object.values(job.references).flat()];
  await connection.run(`SET TimeZone = 'UTC'`);
  await connection.run(`SET allowed_directories = [${open.map(quoted).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}
