/**
 * The process that compares two versions (`../diff-protocol.ts`): it reads their files, and writes nothing but what does not fit
 * into memory.
 *
 * A process of its own, because DuckDB is native code: it can be killed in the middle of a comparison, and one that takes all its
 * memory takes nothing else with it.
 * @module
 */
import { writeSync } from 'node:fs';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quotedText } from '../../../../datasets/contract-sql.js';
import { isMaskedColumn, planDiff, schemaDiff } from '../../../../datasets/diff/version-diff.js';
import type { Column } from '../../../../datasets/schema.js';
import { openDatabase } from '../../../sql/runtime/open-database.js';
import { plainMessage, unreadableWords } from '../../contract/runtime/unreadable.js';
import { closeDoors } from '../../runtime/close-doors.js';
import type { DiffJob, DiffMessage, DiffProblem, DiffSide } from '../diff-protocol.js';
import { compareRows } from './compare-rows.js';

/** What may be written of what does not fit into memory. */
const MOST_SPILLED = '32GiB';
/** Names that are told where one is unknown. */
const SUGGESTED = 20;

class DiffRefusal extends Error {
  readonly problem: DiffProblem;

  constructor(problem: DiffProblem, cause: string) {
    super(cause);
    this.problem = problem;
  }
}

async function main(): Promise<void> {
  const job = JSON.parse(await text(process.stdin)) as DiffJob;
  report(await perform(job).catch((error: unknown) => failureOf(error, job)));
}

/** Synchronous: the process may end right after it. */
function report(message: DiffMessage): void {
  const bytes = Buffer.from(`${JSON.stringify(message)}\n`);
  for (let at = 0; at < bytes.length; ) at += writeSync(3, bytes, at);
}

/** Without saying where files lie: that is nothing to whoever asks. */
function failureOf(error: unknown, { from, to }: Pick<DiffJob, 'from' | 'to'>): DiffMessage {
  if (error instanceof DiffRefusal) {
    return { type: 'failed', problem: error.problem, cause: error.message };
  }
  const said = plainMessage(error);
  if (/^Out of Memory Error/.test(said) || /max_temp_directory_size/.test(said)) {
    const [first = ''] = said.split('\n', 1);
    return { type: 'failed', problem: 'memory', cause: first.slice(0, 500) };
  }
  const which = (text: string): string =>
    text.replaceAll(to.folder, 'the later version').replaceAll(from.folder, 'the earlier version');
  const missing = /No files found that match the pattern "(.*)\/\*\.parquet"/.exec(said)?.[1];
  const cause =
    missing === undefined
      ? which(unreadableWords(error).cause).replace(/^[A-Z][A-Za-z ]+ Error: /, '')
      : `${which(missing)} has no file of rows`;
  return { type: 'failed', problem: 'unreadable', cause };
}

async function perform({ from, to, rules, mostWhole, ...bounds }: DiffJob): Promise<DiffMessage> {
  const connection = await openDatabase(bounds);
  await connection.run(`SET max_temp_directory_size = '${MOST_SPILLED}'`);
  // Rows have no order here; keeping one would hold them in memory.
  await connection.run('SET preserve_insertion_order = false');
  await closeDoors(connection, { folders: [from.folder, to.folder], files: [] });
  const columns = {
    from: await openSide(connection, 'from_version', from),
    to: await openSide(connection, 'to_version', to),
  };
  const plan = planDiff(columns.from, columns.to, rules);
  if ('unknown' in plan) {
    const { unknown, known } = plan;
    const more = known.length > SUGGESTED ? ` and ${known.length - SUGGESTED} more` : '';
    const have = known.length === 0 ? 'no column' : known.slice(0, SUGGESTED).join(', ');
    throw new DiffRefusal(
      'unknown column',
      `not both versions have ${unknown.slice(0, SUGGESTED).join(', ')}. Both have ${have}${more}.`,
    );
  }
  const hidden = plan.key.filter((name) => isMaskedColumn(rules.masked, name));
  if (hidden.length > 0 && rules.maskedAs === 'presence') {
    throw new DiffRefusal(
      'masked key',
      `values of ${hidden.join(', ')} are shown to nobody, so rows of two datasets are not told apart by them.`,
    );
  }
  const schema = schemaDiff(columns.from, columns.to);
  const compared = await compareRows(connection, plan, rules, mostWhole);
  return { type: 'compared', diff: { schema, ...compared } };
}

/** A view of the files, and its columns. */
async function openSide(
  connection: DuckDBConnection,
  view: string,
  { folder }: DiffSide,
): Promise<Column[]> {
  const files = quotedText(join(folder, '*.parquet'));
  await connection.run(`CREATE VIEW ${view} AS SELECT * FROM read_parquet(${files})`);
  const told = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${view}`);
  return told.getRows().map(([name, type]) => ({ name: String(name), type: String(type) }));
}

await main();
