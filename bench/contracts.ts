/**
 * A contract of ten rules against the one query that somebody would write by hand for the same figures, on the same file, in turn.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { evaluateContract } from '../src/connectors/dataset/contract/evaluate-contract.js';
import { quoted } from '../src/connectors/sql/runtime/input-views.js';
import { loadContract } from '../src/pipelines/contract-file/contract-file.js';
import { median, report, round } from './load.js';

const MEBIBYTES = 2_048;

const CONTRACT = `contract: parcels
columns:
  parcel_id: { type: bigint, nullable: false, unique: true }
  county: varchar
  state: { type: varchar, enum: [CA, NV, OR] }
  acres: { type: double, min: 0, max: 100000 }
  zip: { type: varchar, pattern: "^[0-9]{5}$" }
  owner: { type: varchar, minLength: 1, maxLength: 40 }
  updated_at: timestamp
rules:
  - references: { column: county, dataset: counties, key: name }
  - fresh: { column: updated_at, within: 2 days }
  - rows: { min: 1, within: ±20 %, of: last 7 }
  - sql: { name: no giants, query: "SELECT * FROM data WHERE acres > 99990 AND state = 'OR'" }
`;

const BY_HAND = `SELECT count(*),
  count(*) FILTER (WHERE parcel_id IS NULL),
  count(parcel_id) - count(DISTINCT parcel_id),
  count(*) FILTER (WHERE state NOT IN ('CA', 'NV', 'OR')),
  count(*) FILTER (WHERE acres < 0 OR acres > 100000),
  count(*) FILTER (WHERE NOT regexp_matches(zip, '^[0-9]{5}$')),
  count(*) FILTER (WHERE length(owner) NOT BETWEEN 1 AND 40),
  count(*) FILTER (WHERE county NOT IN ('Alpine', 'Mono', 'Inyo', 'Modoc')),
  max(updated_at),
  count(*) FILTER (WHERE acres > 99990 AND state = 'OR')
FROM parcels`;

/** The same with the faster way to find values that occur twice, which one has to know. */
const BY_EXPERT = BY_HAND.replace(
  'count(parcel_id) - count(DISTINCT parcel_id)',
  '(SELECT count(*) FROM (SELECT parcel_id FROM parcels GROUP BY parcel_id HAVING count(*) > 1))',
);

/** @param rows of the file that is made for it */
export async function contracts(rows: number, rounds: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'millrace-bench-'));
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${MEBIBYTES}MiB`,
    temp_directory: join(folder, 'spilled'),
    threads: '2',
  });
  const connection = await instance.connect();
  try {
    await generate(connection, join(folder, 'parcels.parquet'), rows);
    const { contract } = loadContract('bench.yaml', CONTRACT);
    if (contract === undefined) throw new Error('The contract does not hold.');
    const now = Date.UTC(2026, 0, 2);
    const byHand: number[] = [];
    const byExpert: number[] = [];
    const byContract: number[] = [];
    for (let i = 0; i < rounds; i++) {
      byHand.push(await seconds(() => connection.run(BY_HAND)));
      byExpert.push(await seconds(() => connection.run(BY_EXPERT)));
      byContract.push(
        await seconds(async () => {
          const { result } = await evaluateContract(connection, 'parcels', contract, {
            history: [{ rows }],
            references: { counties: 'counties' },
            now,
          });
          if (result.status !== 'OK') throw new Error(JSON.stringify(result.rules));
        }),
      );
    }
    report({
      bench: 'contract of ten rules',
      rows,
      memory_limit_mib: MEBIBYTES,
      rss_mb: Math.round(process.memoryUsage.rss() / 1e6),
      by_hand_s: round(median(byHand)),
      by_expert_s: round(median(byExpert)),
      contract_s: round(median(byContract)),
      ratio: round(median(byContract) / median(byHand)),
      ratio_to_expert: round(median(byContract) / median(byExpert)),
      goal: '<= 1.5',
    });
  } finally {
    connection.closeSync();
    rmSync(folder, { recursive: true, force: true });
  }
}

async function generate(connection: DuckDBConnection, file: string, rows: number): Promise<void> {
  await connection.run(`COPY (SELECT range AS parcel_id,
      ['Alpine', 'Mono', 'Inyo', 'Modoc'][1 + range % 4] AS county,
      ['CA', 'NV', 'OR'][1 + range % 3] AS state,
      (hash(range) % 99000) / 1.0 AS acres,
      lpad((hash(range) % 100000)::VARCHAR, 5, '0') AS zip,
      'owner ' || (range % 100000) AS owner,
      TIMESTAMP '2025-12-01' + to_seconds((hash(range) % 2600000)::BIGINT) AS updated_at
    FROM range(${rows})) TO ${quoted(file)} (FORMAT parquet)`);
  await connection.run(`CREATE VIEW parcels AS SELECT * FROM read_parquet(${quoted(file)})`);
  await connection.run(
    `CREATE TABLE counties AS SELECT unnest(['Alpine', 'Mono', 'Inyo', 'Modoc']) AS name`,
  );
  // Custom SQL asks for closed doors; the file alone stays open.
  await connection.run(`SET allowed_paths = [${quoted(file)}]`);
  await connection.run('SET enable_external_access = false');
  await connection.run('SET lock_configuration = true');
}

async function seconds(work: () => Promise<unknown>): Promise<number> {
  const begin = performance.now();
  await work();
  return (performance.now() - begin) / 1_000;
}
