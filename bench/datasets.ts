/**
 * Versions of datasets by the process that writes them: a big CSV file with a contract against DuckDB's plain COPY of the same file, in
 * turn; how much memory it takes; and many small files.
 * @module
 */
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { Json, NewVersion } from '../src/connectors/connector.js';
import { createDatasetConnector } from '../src/connectors/dataset/dataset-connector.js';
import type { DatasetOutput } from '../src/connectors/dataset/dataset-protocol.js';
import { createLocalStorage } from '../src/connectors/dataset/local-storage.js';
import { quoted } from '../src/connectors/sql/runtime/input-views.js';
import { loadContract } from '../src/pipelines/contract-file/contract-file.js';
import { median, report, round } from './load.js';

const THREADS = 2;
const MEBIBYTES = 2_048;
const FEW_MEBIBYTES = 256;
/** Bytes of a line, about. */
const LINE = 73;
const FILES = 1_000;

/** Ten rules, and a type for each column. */
const CONTRACT = `contract: parcels
columns:
  parcel_id: { type: bigint, nullable: false, unique: true }
  county: { type: varchar, nullable: false }
  state: { type: varchar, enum: [CA, NV, OR] }
  acres: { type: double, min: 0, max: 100000 }
  zip: { type: varchar, pattern: "^[0-9]{5}$" }
  owner: { type: varchar, minLength: 1, maxLength: 40 }
  units: { type: integer, min: 0 }
  updated_at: timestamp
rules:
  - fresh: { column: updated_at, within: 2 days }
  - rows: { min: 1 }
`;

const TYPES = `{'parcel_id': 'BIGINT', 'county': 'VARCHAR', 'state': 'VARCHAR', 'acres': 'DOUBLE', 'zip': 'VARCHAR',
  'owner': 'VARCHAR', 'units': 'INTEGER', 'updated_at': 'TIMESTAMP'}`;

interface Written {
  readonly seconds: number;
  /** Highest of the process that writes. */
  readonly rss: number;
  readonly output: DatasetOutput;
}

/** @param bytes of the big file, about */
export async function datasets(bytes: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  mkdirSync(join(folder, 'work'));
  try {
    await bigFile(folder, bytes, rounds);
    await manyFiles(folder, 'raw', rounds);
    await manyFiles(folder, 'structured', rounds);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

async function bigFile(folder: string, bytes: number, rounds: number): Promise<void> {
  const file = join(folder, 'parcels.csv');
  await generate(file, Math.round(bytes / LINE));
  const plain: number[] = [];
  const bare: number[] = [];
  const judged: number[] = [];
  let rss = 0;
  for (let round = 0; round < rounds; round++) {
    plain.push(await plainCopy(folder, file));
    bare.push((await write(folder, ['parcels.csv'], MEBIBYTES, {})).seconds);
    const {
      seconds,
      rss: highest,
      output,
    } = await write(folder, ['parcels.csv'], MEBIBYTES, {
      contract: contract(),
    });
    if (output.contract?.status !== 'OK') throw new Error(JSON.stringify(output.contract));
    judged.push(seconds);
    rss = Math.max(rss, highest);
  }
  report({
    bench: 'CSV to a version with a contract of ten rules',
    bytes: statSync(file).size,
    threads: THREADS,
    memory_limit_mib: MEBIBYTES,
    plain_copy_s: round(median(plain)),
    without_contract_s: round(median(bare)),
    with_contract_s: round(median(judged)),
    throughput_without_contract: round(median(plain) / median(bare)),
    throughput: round(median(plain) / median(judged)),
    goal: '>= 0.8',
    highest_rss_mb: Math.round(rss / 1e6),
  });
  const few = await write(folder, ['parcels.csv'], FEW_MEBIBYTES, { contract: contract() });
  report({
    bench: 'the same with little memory',
    memory_limit_mib: FEW_MEBIBYTES,
    with_contract_s: round(few.seconds),
    highest_rss_mb: Math.round(few.rss / 1e6),
  });
  rmSync(file);
}

async function manyFiles(
  folder: string,
  stage: NewVersion['stage'],
  rounds: number,
): Promise<void> {
  const names = Array.from(
    { length: FILES },
    (_, at) => `small-${at}.${stage === 'raw' ? 'csv' : 'parquet'}`,
  );
  if (stage === 'raw')
    for (const name of names) writeFileSync(join(folder, name), `${name}\n`.repeat(60));
  else await generateSmall(folder, names);
  const plain: number[] = [];
  const published: number[] = [];
  for (let round = 0; round < rounds; round++) {
    plain.push(stage === 'raw' ? copies(folder, names) : await plainMerge(folder));
    published.push((await write(folder, names, MEBIBYTES, { stage })).seconds);
  }
  const [copy, all] = [median(plain), median(published)];
  report({
    bench: `version of ${FILES} files, ${stage}`,
    copy_s: round(copy),
    version_s: round(all),
    beyond_the_copy_s: round(all - copy),
    goal: '< 1',
  });
}

let versions = 0;

/** One attempt of the connector, by its process. The version is removed. */
async function write(
  folder: string,
  from: string[],
  memoryMebibytes: number,
  given: Partial<NewVersion>,
): Promise<Written> {
  versions += 1;
  const root = join(folder, 'datasets');
  const connector = createDatasetConnector({
    ...{ storage: createLocalStorage(root), threads: THREADS, memoryMebibytes },
  });
  const version: NewVersion = {
    ...{ team: 'own', name: 'parcels', version: `v-${versions}`, stage: 'structured' },
    ...{ codeVersion: '1 abc', under: '', inputs: [], history: [], references: {}, stamp: false },
    ...given,
  };
  let rss = 0;
  let looks: NodeJS.Timeout | undefined;
  const begin = performance.now();
  const outcome = await connector.run(
    {
      ...{ attemptId: `bench-${versions}`, taskToken: 'token', state: 'Publish', attempt: 0 },
      execution: { id: 'execution', name: 'first', pipeline: 'bench', number: 1 },
      ...{ arguments: { dataset: 'parcels', from } as Json, folder, tags: {} },
      ...{ workFolder: join(folder, 'work'), version },
    },
    {
      ...{ signal: new AbortController().signal, log: () => undefined },
      heartbeat: () => undefined,
      started({ pid }) {
        looks = setInterval(() => {
          rss = Math.max(rss, highestOf(pid));
        }, 20);
      },
    },
  );
  const seconds = (performance.now() - begin) / 1_000;
  clearInterval(looks);
  if (outcome.type === 'failed') throw new Error(`${outcome.error}: ${outcome.cause}`);
  rmSync(root, { recursive: true, force: true });
  return { seconds, rss, output: outcome.output as unknown as DatasetOutput };
}

/** Bytes; 0 when the process is gone. */
function highestOf(pid: number): number {
  try {
    const [, kibibytes = '0'] =
      /VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
    return Number(kibibytes) * 1_024;
  } catch {
    return 0;
  }
}

function contract(): NonNullable<NewVersion['contract']> {
  const { contract: read } = loadContract('bench.yaml', CONTRACT);
  if (read === undefined) throw new Error('The contract does not hold.');
  return read;
}

/** What somebody would write who wants Parquet and nothing else. */
function plainCopy(folder: string, file: string): Promise<number> {
  const from = `read_csv(${quoted(file)}, header = true, columns = ${TYPES})`;
  return copied(folder, `SELECT * FROM ${from}`);
}

function plainMerge(folder: string): Promise<number> {
  return copied(folder, `SELECT * FROM read_parquet(${quoted(join(folder, 'small-*.parquet'))})`);
}

async function copied(folder: string, select: string): Promise<number> {
  const target = join(folder, 'plain.parquet');
  const begin = performance.now();
  await withDuckDb(folder, (connection) =>
    connection.run(`COPY (${select}) TO ${quoted(target)} (FORMAT parquet)`),
  );
  const seconds = (performance.now() - begin) / 1_000;
  rmSync(target);
  return seconds;
}

/** Seconds. */
function copies(folder: string, names: readonly string[]): number {
  const target = join(folder, 'copies');
  mkdirSync(target);
  const begin = performance.now();
  for (const name of names) copyFileSync(join(folder, name), join(target, name));
  const seconds = (performance.now() - begin) / 1_000;
  rmSync(target, { recursive: true });
  return seconds;
}

async function withDuckDb(
  folder: string,
  work: (connection: DuckDBConnection) => Promise<unknown>,
): Promise<void> {
  const instance = await DuckDBInstance.create(':memory:', {
    ...{ memory_limit: `${MEBIBYTES}MiB`, threads: String(THREADS) },
    temp_directory: join(folder, 'spilled'),
  });
  const connection = await instance.connect();
  try {
    await work(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

function rowsSql(rows: number): string {
  return `SELECT range AS parcel_id,
      ['Alpine', 'Mono', 'Inyo', 'Modoc'][1 + range % 4] AS county,
      ['CA', 'NV', 'OR'][1 + range % 3] AS state,
      (hash(range) % 9900000) / 100.0 AS acres,
      lpad((hash(range) % 100000)::VARCHAR, 5, '0') AS zip,
      'owner ' || (range % 100000) AS owner,
      (hash(range) % 40)::INTEGER AS units,
      now()::TIMESTAMP - to_seconds((hash(range) % 2600000)::BIGINT) AS updated_at
    FROM range(${rows})`;
}

function generate(file: string, rows: number): Promise<void> {
  return withDuckDb(dirname(file), (connection) =>
    connection.run(`COPY (${rowsSql(rows)}) TO ${quoted(file)} (FORMAT csv, HEADER)`),
  );
}

function generateSmall(folder: string, names: readonly string[]): Promise<void> {
  return withDuckDb(folder, async (connection) => {
    for (const name of names) {
      const target = quoted(join(folder, name));
      await connection.run(`COPY (${rowsSql(100)}) TO ${target} (FORMAT parquet)`);
    }
  });
}
