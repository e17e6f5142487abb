/**
 * Tables that others keep, as relations of DuckDB: what the manifests of versions say of them.
 *
 * Extensions are loaded before the doors are closed, from a folder that the server names and from nowhere else; nothing is
 * downloaded. DuckDB itself checks that they are signed.
 * @module
 */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest } from '../../../datasets/dataset.js';
import {
  extensionsOf,
  scanSql,
  snapshotWords,
  type TableSnapshot,
  tableFolder,
} from '../../../datasets/foreign-table.js';
import { MANIFEST } from '../../../datasets/layout.js';
import { taskErrors } from '../../errors.js';
import { quoted } from './input-views.js';
import { SqlFailure } from './sql-errors.js';

/** Where the versions in the folders stood. Throws SqlFailure. */
export async function snapshotsIn(folders: readonly string[]): Promise<TableSnapshot[]> {
  return await Promise.all(
    folders.map(async (folder) => {
      const { table } = JSON.parse(await readFile(join(folder, MANIFEST), 'utf8')) as Manifest;
      if (table !== undefined) return table;
      throw new SqlFailure(taskErrors.datasetUnreadable, `${folder} says of no table where it is.`);
    }),
  );
}

/**
 * Loads what reads tables of these formats. Call it before the doors are closed.
 * @param folder of the extensions, `NAME.duckdb_extension`
 * Throws SqlFailure.
 */
export async function loadExtensions(
  connection: DuckDBConnection,
  snapshots: readonly Pick<TableSnapshot, 'format'>[],
  folder: string | undefined,
): Promise<void> {
  const names = new Set(snapshots.flatMap(({ format }) => extensionsOf(format)));
  for (const name of names) {
    const file = folder === undefined ? undefined : join(folder, `${name}.duckdb_extension`);
    if (file === undefined || !existsSync(file)) {
      const [[version]] = (await connection.runAndReadAll('SELECT version()')).getRows() as [
        [string],
      ];
      const where =
        folder === undefined
          ? 'Put it into a folder, and name that: millrace up --duckdb-extensions FOLDER.'
          : `Put it into ${folder}.`;
      throw new SqlFailure(
        taskErrors.datasetRefused,
        `Such tables are read by DuckDB's extension "${name}" (${name}.duckdb_extension of DuckDB ${version}), which is not installed. ${where}`,
      );
    }
    await connection.run(`LOAD ${quoted(file)}`);
  }
}

/** Folders to open for them. */
export function foldersOf(snapshots: readonly TableSnapshot[]): string[] {
  return snapshots.flatMap((one) => tableFolder(one) ?? []);
}

/** A SELECT of the rows of all, columns by their names. Throws SqlFailure when nobody here can read one. */
export function selectOf(snapshots: readonly TableSnapshot[]): string {
  const selects = snapshots.map((snapshot) => {
    const scan = scanSql(snapshot);
    if (scan !== undefined) return `SELECT * FROM ${scan}`;
    throw new SqlFailure(
      taskErrors.datasetRefused,
      `The rows of ${snapshotWords(snapshot)} lie where Millrace does not read them.`,
    );
  });
  return selects.join(' UNION ALL BY NAME ');
}
