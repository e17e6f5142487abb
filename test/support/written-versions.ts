/**
 * Versions of a test, written by DuckDB, and what a real process says of two of them.
 * @module
 */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll } from 'vitest';
import type { DiffMessage } from '../../src/connectors/dataset/diff/diff-protocol.js';
import { type DiffBounds, runDiff } from '../../src/connectors/dataset/diff/run-diff.js';
import type { DiffRules, TableDiff } from '../../src/datasets/diff/version-diff.js';

export const NEVER: AbortSignal = new AbortController().signal;
export const RULES: DiffRules = {
  ...{ stamps: 'leave out', examples: 10, masked: [], maskedAs: 'values' },
};

class WrittenVersions {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'millrace-diff-test-'));
  readonly database: DuckDBConnection;
  #count = 0;

  private constructor(database: DuckDBConnection) {
    this.database = database;
  }

  static async open(): Promise<WrittenVersions> {
    const instance = await DuckDBInstance.create(':memory:');
    const database = await instance.connect();
    await database.run("SET TimeZone = 'UTC'");
    return new WrittenVersions(database);
  }

  close(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** A folder with the rows of each query in a file. */
  async version(...queries: string[]): Promise<{ folder: string }> {
    this.#count += 1;
    const place = join(this.folder, `v${this.#count}`);
    mkdirSync(place);
    for (const [at, sql] of queries.entries()) {
      const file = join(place, `part-${at}.parquet`);
      await this.database.run(`COPY (${sql}) TO '${file}' (FORMAT parquet)`);
    }
    return { folder: place };
  }

  async ask(
    from: string,
    to: string,
    rules: Partial<DiffRules> = {},
    bounds?: DiffBounds,
  ): Promise<DiffMessage> {
    const sides = [await this.version(from), await this.version(to)] as const;
    return await runDiff(...sides, { ...RULES, ...rules }, NEVER, bounds);
  }

  async compare(
    from: string,
    to: string,
    rules: Partial<DiffRules> = {},
    bounds: DiffBounds = {},
  ): Promise<TableDiff> {
    const told = await this.ask(from, to, rules, bounds);
    if (told.type !== 'compared') throw new Error(JSON.stringify(told));
    return told.diff;
  }
}

/** Those of a test file: made before its tests, and removed after them. @example const { compare } = writtenVersions() */
export function writtenVersions(): Pick<WrittenVersions, 'version' | 'ask' | 'compare' | 'folder'> {
  let versions: WrittenVersions;
  beforeAll(async () => {
    versions = await WrittenVersions.open();
  });
  afterAll(() => versions.close());
  return {
    get folder() {
      return versions.folder;
    },
    version: (...queries) => versions.version(...queries),
    ask: (...asked) => versions.ask(...asked),
    compare: (...asked) => versions.compare(...asked),
  };
}
