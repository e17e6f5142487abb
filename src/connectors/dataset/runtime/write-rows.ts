/**
 * Rows of files, as Parquet files of a version, judged by the contract before anybody may read them.
 *
 *     files ──read once, cast strictly──▶ staging ──contract──▶ publish │ block
 *       │                                    └──rows to be set aside──▶ staging written anew without them, quarantine
 *       └──a value that cannot be cast──▶ draft, as text ──contract──▶ staging, quarantine
 *
 * The usual case reads the source once, and sees while it does whether rows break rules (`watch-rows.ts`). What is not known then is
 * asked of the Parquet files, which are typed and small.
 * @module
 */
import { mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { boundedResult } from '../../../datasets/bounded-result.js';
import { quotedName } from '../../../datasets/column-type.js';
import { compareColumns } from '../../../datasets/compare-columns.js';
import {
  type Contract,
  type ContractResult,
  type Rule,
  referencesOf,
} from '../../../datasets/contract.js';
import { strictSql } from '../../../datasets/contract-sql.js';
import type { Column } from '../../../datasets/schema.js';
import { STAMPS } from '../../../datasets/stamps.js';
import { quoted } from '../../sql/runtime/input-views.js';
import {
  type ContractContext,
  columnsOf,
  type EvaluatedContract,
  evaluateContract,
} from '../contract/evaluate-contract.js';
import { openData } from '../contract/runtime/open-data.js';
import type { DatasetJob } from '../dataset-protocol.js';
import { watchRows } from './watch-rows.js';

/** Where tables are read from, in DuckDB. */
const SOURCE = 'millrace source';
const DATA = 'millrace data';
/** Bytes after which another Parquet file is begun. */
const FILE_BYTES = '1GB';
/** A name that no column of anybody has. */
const OWN_FILE = '__millrace_file';
const OWN_VALUE = '__millrace_value_';
/** What a version keeps of its contract's result, in bytes: it is in the task's output too. */
const RESULT_BYTES = 65_536;
/** What the strict cast says of a value. */
const NOT_READABLE = 'millrace: a value cannot be read';

export interface WrittenRows {
  readonly columns: Column[];
  readonly contract?: ContractResult;
  readonly quarantined: number;
}

/**
 * Writes the rows of the files into the staging folder. The doors are closed: `closeDoors` of the process.
 * @param warn is told what may not have been meant
 */
export async function writeRows(
  connection: DuckDBConnection,
  job: DatasetJob,
  files: string[],
  warn: (message: string) => void,
): Promise<WrittenRows> {
  const { target, options, staging } = job;
  const { contract } = target;
  const given = target.stamp ? { ...options, filename: OWN_FILE } : options;
  const source = await openData(connection, SOURCE, { files, options: given }, contract, warn);
  const found = (await columnsOf(connection, source.relation)).filter(
    ({ name }) => name !== OWN_FILE,
  );
  const stamps = target.stamp ? stampsOf(job, found) : '';
  const left = target.stamp ? [...found.filter(isWrittenAnew).map(one), OWN_FILE] : [];
  const cast = contract === undefined ? [] : compareColumns(contract, found, source.isText).cast;
  const strict = cast.map((column, at) => ({
    ...strictSql(column, `${OWN_VALUE}${at}`, NOT_READABLE),
    name: quotedName(column.path[0] ?? ''),
  }));
  const beside = strict.flatMap((one) => one.beside ?? []);
  const values = strict.map(({ value, name }) => `${value} AS ${name}`);
  const from = besides(source.relation, beside);
  const own = beside.map(one);
  const select = `SELECT ${allBut([...left, ...own], values)}${stamps} FROM ${from}`;
  const watched = contract && (await watchRows(connection, select, contract));
  try {
    await copy(connection, watched?.select ?? select, staging);
  } catch (error) {
    if (cast.length === 0 || !mayBeUnreadable(error)) throw error;
    const asFound = `SELECT ${allBut(left, [])}${stamps} FROM ${source.relation}`;
    return await writeJudged(connection, job, contract as Contract, new Set(), async () => {
      await rm(staging, { recursive: true, force: true });
      await mkdir(staging);
      await copy(connection, asFound, job.draft);
      return true;
    });
  }
  const columns = await columnsOf(connection, parquet(staging));
  if (contract === undefined || watched === undefined) return { columns, quarantined: 0 };
  const unbroken = await watched.unbroken(columns);
  return await writeJudged(connection, job, contract, unbroken, async () => false);
}

/**
 * @param unbroken rules that no row breaks
 * @param draft writes one, when the rows are not in the staging folder yet, and says so
 */
async function writeJudged(
  connection: DuckDBConnection,
  job: DatasetJob,
  contract: Contract,
  unbroken: ReadonlySet<Rule>,
  draft: () => Promise<boolean>,
): Promise<WrittenRows> {
  const { staging } = job;
  const isDraft = await draft();
  const at = isDraft ? job.draft : staging;
  const all = await columnsOf(connection, parquet(at));
  const stamps = all.map(one).filter((name) => STAMPS.includes(name) && !promises(contract, name));
  const relation = quotedName(DATA);
  await connection.run(
    `CREATE VIEW ${relation} AS SELECT ${allBut(stamps, [])} FROM ${parquet(at)}`,
  );
  const { result, quarantine, projection } = await judge(connection, job, contract, relation, {
    isText: isDraft,
    unbroken,
  });
  const contractResult = boundedResult(result, (text) => Buffer.byteLength(text), RESULT_BYTES);
  const isAside = quarantine !== undefined && result.verdict === 'publish';
  const told = { contract: contractResult, quarantined: isAside ? result.quarantined : 0 };
  if (!isDraft && !isAside) return { columns: all, ...told };
  if (!isDraft) {
    // The view reads where the files are: it is made anew over the place that they are moved to.
    await rename(staging, job.draft);
    await mkdir(staging);
    await connection.run(
      `CREATE OR REPLACE VIEW ${relation} AS SELECT ${allBut(stamps, [])} FROM ${parquet(job.draft)}`,
    );
  }
  const from = parquet(job.draft);
  const passing = projection === '*' ? '*' : [projection, ...stamps.map(quotedName)].join(', ');
  const where = isAside ? ` WHERE ${quarantine.passes}` : '';
  await copy(connection, `SELECT ${passing} FROM ${from}${where}`, staging);
  if (isAside) {
    await mkdir(job.quarantine);
    await copy(
      connection,
      `SELECT *, ${quarantine.reasons} AS _millrace_reasons FROM ${from} WHERE NOT (${quarantine.passes})`,
      job.quarantine,
    );
  }
  await rm(job.draft, { recursive: true, force: true });
  return { columns: await columnsOf(connection, parquet(staging)), ...told };
}

/**
 * What files as they came are worth. Rows cannot be set aside there, so what would be blocks.
 * @returns the result, bounded
 */
export async function judgeRaw(
  connection: DuckDBConnection,
  job: DatasetJob,
  files: string[],
  contract: Contract,
  warn: (message: string) => void,
): Promise<ContractResult> {
  const data = { files, options: job.options };
  const { relation, isText } = await openData(connection, SOURCE, data, contract, warn);
  return await judgeAsItIs(connection, job, contract, relation, { isText });
}

/**
 * What rows are worth that stay as they are: none is set aside, so what would be blocks.
 * @param relation quoted name of a view
 * @returns the result, bounded
 */
export async function judgeAsItIs(
  connection: DuckDBConnection,
  job: DatasetJob,
  contract: Contract,
  relation: string,
  known: Pick<ContractContext, 'isText'>,
): Promise<ContractResult> {
  const { result } = await judge(connection, job, contract, relation, known);
  const told = boundedResult(result, (text) => Buffer.byteLength(text), RESULT_BYTES);
  return result.quarantined === 0 ? told : { ...told, verdict: 'block', status: 'CRITICAL' };
}

async function judge(
  connection: DuckDBConnection,
  job: DatasetJob,
  contract: Contract,
  relation: string,
  known: Pick<ContractContext, 'isText' | 'unbroken'>,
): Promise<EvaluatedContract> {
  const references: { [dataset: string]: string } = {};
  for (const dataset of referencesOf(contract)) {
    const folders = job.references[dataset] ?? [];
    if (folders.length === 0) continue;
    const view = quotedName(`millrace reference ${dataset}`);
    await connection.run(`CREATE VIEW ${view} AS SELECT * FROM ${parquet(...folders)}`);
    references[dataset] = view;
  }
  const { name, history } = job.target;
  return await evaluateContract(
    connection,
    relation,
    { ...contract, dataset: name },
    { history: history.toReversed(), references, now: job.now, ...known },
  );
}

async function copy(connection: DuckDBConnection, select: string, folder: string): Promise<void> {
  await connection.run(
    `COPY (${select}) TO ${quoted(folder)} (FORMAT parquet, FILE_SIZE_BYTES '${FILE_BYTES}', FILENAME_PATTERN 'part-{i}', OVERWRITE_OR_IGNORE true, WRITE_EMPTY_FILE true)`,
  );
}

/**
 * Whether DuckDB may mean a value that cannot be cast. Another fault of the same words is told again when the rows are read as they
 * are found.
 * @example mayBeUnreadable(new Error("Conversion Error: Could not convert string 'x' to INT64")) // true
 */
export function mayBeUnreadable(error: unknown): boolean {
  const said = String(error);
  return (
    said.includes(NOT_READABLE) || /\b(?:Conversion|Out of Range|Invalid Input) Error\b/.test(said)
  );
}

/** A relation, with more columns. */
function besides(
  relation: string,
  more: readonly { readonly name: string; readonly value: string }[],
): string {
  if (more.length === 0) return relation;
  const columns = more.map(({ name, value }) => `${value} AS ${quotedName(name)}`);
  return `(SELECT *, ${columns.join(', ')} FROM ${relation})`;
}

function parquet(...folders: readonly string[]): string {
  const patterns = folders.map((folder) => quoted(join(folder, '*.parquet')));
  return `read_parquet([${patterns.join(', ')}], union_by_name = ${folders.length > 1})`;
}

/** `*`, without some columns, and with others in the place of theirs. */
function allBut(left: readonly string[], replaced: readonly string[]): string {
  const without = left.length === 0 ? '' : ` EXCLUDE (${left.map(quotedName).join(', ')})`;
  return `*${without}${replaced.length === 0 ? '' : ` REPLACE (${replaced.join(', ')})`}`;
}

/** Where rows come from; a source that an earlier dataset has stamped is kept. */
function stampsOf({ target, execution }: DatasetJob, columns: readonly Column[]): string {
  const hasSource = columns.some(({ name }) => name === '_source');
  const source = hasSource ? '' : `, parse_filename(${OWN_FILE}) AS _source`;
  return `, ${quoted(execution.id)} AS _millrace_execution, ${quoted(target.codeVersion)} AS _code_version${source}`;
}

function isWrittenAnew({ name }: Column): boolean {
  return name === '_millrace_execution' || name === '_code_version';
}

function promises(contract: Contract, name: string): boolean {
  return contract.columns.some(({ path }) => path[0] === name);
}

function one({ name }: { readonly name: string }): string {
  return name;
}
