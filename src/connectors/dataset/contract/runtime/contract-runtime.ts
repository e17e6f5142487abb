/**
 * The process that reads files and evaluates a contract of them: a job on stdin, one message on file descriptor 3.
 *
 * A process of its own, because DuckDB is native code: it is bounded in memory, can be killed in the middle of a query, and reads
 * the files that it was given and nothing else.
 * @module
 */
import { writeSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ContractResult } from '../../../../datasets/contract.js';
import { quoted } from '../../../sql/runtime/input-views.js';
import { openDatabase } from '../../../sql/runtime/open-database.js';
import type { CheckJob, CheckMessage, CheckWork, DataFiles } from '../check-protocol.js';
import { evaluateContract } from '../evaluate-contract.js';
import { openData, openForProfile } from './open-data.js';
import { profileData } from './profile-data.js';
import { unreadableWords } from './unreadable.js';

async function main(): Promise<void> {
  const job = JSON.parse(await text(process.stdin)) as CheckJob;
  report(
    await perform(job).catch((error: unknown) => ({
      type: 'unreadable',
      ...unreadableWords(error),
    })),
  );
}

/** Synchronous: the process may end right after it. */
function report(message: CheckMessage): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(3, bytes, at);
}

async function perform(job: CheckJob): Promise<CheckMessage> {
  const { work, data } = job;
  const connection = await openDatabase(job);
  const others = work.type === 'check' ? Object.values(work.references) : [];
  await closeDoors(
    connection,
    [data, ...others].flatMap(({ files }) => files),
  );
  const warnings: string[] = [];
  const warn = (message: string): void => {
    warnings.push(message);
  };
  if (work.type === 'check') {
    return { type: 'checked', result: await check(connection, data, work, warn), warnings };
  }
  const { relation } = await openForProfile(connection, DATA, data, warn);
  return { type: 'profiled', profile: await profileData(connection, relation), warnings };
}

const DATA = 'millrace data';

async function check(
  connection: DuckDBConnection,
  data: DataFiles,
  work: CheckWork,
  warn: (message: string) => void,
): Promise<ContractResult> {
  const opened = await openData(connection, DATA, data, work.contract, warn);
  const references: { [dataset: string]: string } = {};
  for (const [dataset, files] of Object.entries(work.references)) {
    const view = `millrace reference ${dataset}`;
    references[dataset] = (await openData(connection, view, files, undefined, warn)).relation;
  }
  const { result } = await evaluateContract(connection, opened.relation, work.contract, {
    history: work.history.map((rows) => ({ rows })),
    references,
    now: work.now,
    isText: opened.isText,
    sqlSeconds: work.sqlSeconds,
  });
  return result;
}

/** From here on these files are read, and nothing else. */
async function closeDoors(connection: DuckDBConnection, files: readonly string[]): Promise<void> {
  await connection.run(`SET TimeZone = 'UTC'`);
  await connection.run(`SET allowed_paths = [${files.map(quoted).join(', ')}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

await main();
