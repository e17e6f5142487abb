/**
 * The end of writing a version: every file hashed, counted, and on disk before its manifest says so.
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest, VersionFile } from '../../../datasets/dataset.js';
import { MANIFEST } from '../../../datasets/layout.js';
import { quoted } from '../../sql/runtime/input-views.js';

export type FinishedFile = VersionFile;

/** Bytes that are read at a time for a hash. */
const CHUNK = 4_194_304;

/**
 * Files of the folder, in the order of their names.
 * @param connection counts rows of Parquet files; undefined: they are no tables
 */
export async function finishFiles(
  folder: string,
  connection: DuckDBConnection | undefined,
): Promise<{ files: FinishedFile[]; digest: string }> {
  const names = (await readdir(folder)).sort((a, b) => (a < b ? -1 : 1));
  const rows = connection && (await rowsOf(connection, folder));
  const files: FinishedFile[] = [];
  const digest = createHash('sha256');
  for (const path of names) {
    const file = join(folder, path);
    const { sha256, bytes } = await hashed(file);
    digest.update(`${path} ${sha256}\n`);
    const count = rows?.get(file);
    files.push({ path, bytes, sha256, ...(count === undefined ? {} : { rows: count }) });
  }
  return { files, digest: digest.digest('hex') };
}

/** Reads the file and waits until it is on disk. */
async function hashed(path: string): Promise<{ sha256: string; bytes: number }> {
  const file = await open(path, 'r+');
  try {
    const synced = file.sync();
    const hash = createHash('sha256');
    let bytes = 0;
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK })) {
      hash.update(chunk as Buffer);
      bytes += (chunk as Buffer).length;
    }
    await synced;
    return { sha256: hash.digest('hex'), bytes };
  } finally {
    await file.close();
  }
}

async function rowsOf(connection: DuckDBConnection, folder: string): Promise<Map<string, number>> {
  const answer = await connection.runAndReadAll(
    `SELECT file_name, num_rows FROM parquet_file_metadata(${quoted(join(folder, '*.parquet'))})`,
  );
  return new Map(answer.getRows().map(([file, rows]) => [String(file), Number(rows)]));
}

/** Writes the manifest and waits until it, and the folder, are on disk. */
export async function writeManifest(folder: string, manifest: Manifest): Promise<void> {
  await writeFile(join(folder, MANIFEST), `${JSON.stringify(manifest, null, 2)}\n`, {
    flush: true,
  });
  const opened = await open(folder, 'r');
  try {
    await opened.sync();
  } finally {
    await opened.close();
  }
}
