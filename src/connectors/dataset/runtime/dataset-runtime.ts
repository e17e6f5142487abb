/**
 * The process that writes one version of a dataset (`../dataset-protocol.ts`).
 *
 * It is a process of its own for the same reasons as that of SQL: it can be killed in the middle, and what takes too much
 * memory takes nothing else with it. It reads the pipeline's and the work folder, and writes nothing but the staging folder.
 * Source files are looked at before and after: what changes while it is read is no version.
 * @module
 */
import { writeSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import { dirname } from 'node:path';
import { text } from 'node:stream/consumers';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ContractResult } from '../../../datasets/contract.js';
import { taskErrors } from '../../errors.js';
import { allowedPlaces, filesMatching } from '../../sql/runtime/allowed-places.js';
import { quoted } from '../../sql/runtime/input-views.js';
import { SqlFailure, sqlFailure } from '../../sql/runtime/sql-errors.js';
import { UnreadableData } from '../contract/runtime/unreadable.js';
import type { DatasetJob, DatasetMessage, DatasetOutput } from '../dataset-protocol.js';
import { copyFiles } from './copy-files.js';
import { changeSince, manifestBefore, manifestHead } from './manifests.js';
import { sameFiles, seenFiles } from './source-files.js';
import { versionLineage } from './version-lineage.js';
import type { WrittenRows } from './write-rows.js';
import { type FinishedFile, finishFiles, writeManifest } from './written-version.js';

const SIGN_OF_LIFE = 2_000;
async function main(): Promise<void> {
  const job = JSON.parse(await text(process.stdin)) as DatasetJob;
  const timer = setInterval(() => report({ type: 'working' }), SIGN_OF_LIFE);
  try {
    report({ type: 'done', output: await write(job) });
  } catch (error) {
    const { error: name, message } = failureOf(error, job);
    report({ type: 'failed', error: name, cause: message });
  } finally {
    clearInterval(timer);
  }
}

/** Synchronous: the process may end right after it. */
function report(message: DatasetMessage): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(3, bytes, at);
}

function failureOf(error: unknown, { target }: DatasetJob): SqlFailure {
  const { code, message } = error as NodeJS.ErrnoException;
  if (typeof code === 'string' && /^E[A-Z]+$/.test(code)) {
    return new SqlFailure(taskErrors.datasetStorage, `${target.name}: ${message}`);
  }
  if (error instanceof UnreadableData) {
    const { cause, fix } = error.unreadable;
    return new SqlFailure(taskErrors.datasetUnreadable, `${target.name}: ${cause}. ${fix}.`);
  }
  return sqlFailure(error, target.name, 1);
}

async function write(job: DatasetJob): Promise<Omit<DatasetOutput, 'location'>> {
  if (job.table !== undefined) {
    const { writeTableVersion } = await import('./table-version.js');
    return await writeTableVersion(job, job.table);
  }
  const connection = await databaseOf(job);
  const files: string[] = [];
  for (const file of job.files) {
    if (connection === undefined || !isPattern(file)) files.push(file);
    else files.push(...(await filesMatching(connection, file, job)));
  }
  const before = await seenFiles(files);
  await mkdir(dirname(job.staging), { recursive: true });
  await mkdir(job.staging, { recursive: false });
  if (connection !== undefined) await closeDoors(connection, job, files);
  const isRaw = job.target.stage === 'raw';
  const written =
    isRaw || connection === undefined
      ? await takeFiles(connection, job, files)
      : await writeTable(connection, job, files);
  const { columns, contract } = written;
  const changed = sameFiles(before, await seenFiles(files));
  if (changed !== undefined) {
    throw new SqlFailure(
      taskErrors.datasetSourceChanged,
      `${changed} changed while it was read. Write it under another name, and rename it when it is complete.`,
    );
  }
  const finished = await finishFiles(job.staging, isRaw ? undefined : connection);
  const { target } = job;
  const { rows, bytes, digest } = totals(finished);
  const change =
    columns === undefined ? undefined : changeSince(await manifestBefore(job), columns);
  const manifest = manifestHead(job);
  await writeManifest(job.staging, {
    ...manifest,
    ...(rows === undefined ? {} : { rows }),
    bytes,
    files: finished.files,
    ...(columns === undefined ? {} : { columns }),
  });
  if (written.quarantined > 0) {
    const aside = await finishFiles(job.quarantine, connection);
    const { rows: count = 0, bytes: size } = totals(aside);
    await writeManifest(job.quarantine, {
      ...{ ...manifest, rows: count, bytes: size, files: aside.files },
    });
  }
  const lineage = columns && (await versionLineage(job, files, columns));
  const counts = { ...(rows === undefined ? {} : { rows }), bytes, files: finished.files.length };
  return {
    dataset: target.name,
    team: target.team,
    version: target.version,
    stage: target.stage,
    ...counts,
    columns: columns?.length ?? 0,
    digest,
    ...(change === undefined ? {} : { schemaChange: change }),
    ...(contract === undefined ? {} : { contract }),
    ...(lineage === undefined ? {} : { lineage }),
    ...(written.quarantined === 0
      ? {}
      : { quarantined: { rows: written.quarantined, location: '' } }),
    produced: counts,
  };
}

function isPattern(file: string): boolean {
  return /[*?[{]/.test(file);
}

/** DuckDB, which takes a third of a second to load: undefined when files are copied as they came, and nothing is asked of them. */
async function databaseOf(job: DatasetJob): Promise<DuckDBConnection | undefined> {
  const { stage, contract } = job.target;
  if (stage === 'raw' && contract === undefined && !job.files.some(isPattern)) return undefined;
  const { openDatabase } = await import('../../sql/runtime/open-database.js');
  return await openDatabase(job);
}

async function writeTable(
  connection: DuckDBConnection,
  job: DatasetJob,
  files: string[],
): Promise<WrittenRows> {
  const { writeRows } = await import('./write-rows.js');
  return await writeRows(connection, job, files, warn);
}

/** Files as they came. */
async function takeFiles(
  connection: DuckDBConnection | undefined,
  job: DatasetJob,
  files: string[],
): Promise<{ columns?: undefined; contract?: ContractResult; quarantined: 0 }> {
  const { contract } = job.target;
  await copyFiles(files, job.staging);
  if (contract === undefined || connection === undefined) return { quarantined: 0 };
  const { judgeRaw } = await import('./write-rows.js');
  return { contract: await judgeRaw(connection, job, files, contract, warn), quarantined: 0 };
}

function warn(message: string): void {
  report({ type: 'warning', message });
}

/** From here on nothing but the allowed places can be read, and nothing written but what is staged. */
async function closeDoors(
  connection: DuckDBConnection,
  job: DatasetJob,
  files: readonly string[],
): Promise<void> {
  const { folders, files: single } = allowedPlaces(job);
  const { staging, draft, quarantine, references } = job;
  const written = [staging, draft, quarantine];
  const open = [...folders, ...written, ...Object.values(references).flat()];
  await connection.run(`SET TimeZone = 'UTC'`);
  await connection.run(`SET allowed_directories = [${open.map(quoted).join(', ')}]`);
  // DuckDB asks for the folder itself before it asks for what is in it.
  const paths = [...single, ...files, ...written];
  await connection.run(`SET allowed_paths = [${paths.map(quoted).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

function totals({ files, digest }: { files: readonly FinishedFile[]; digest: string }): {
  rows: number | undefined;
  bytes: number;
  digest: string;
} {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const isTable = files.every(({ rows }) => rows !== undefined);
  const rows = files.reduce((sum, file) => sum + (file.rows ?? 0), 0);
  return { rows: isTable ? rows : undefined, bytes, digest };
}

await main();
