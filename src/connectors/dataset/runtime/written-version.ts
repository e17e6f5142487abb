/**
 * The end of writing a version: every file hashed, counted, and on disk before its manifest says so.
 * @module
 */
import { createHash } from 'node:crypto';
import { open, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Manifest, VersionFile } from '../../../datasets/dataset.js';
import { MANIFEST } from '../../../datasets/layout.js';
import { quoted } from '../../sql/runtime/input-views.js';
import { eachOf } from './each-of.js';

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
  const hashes = await eachOf(names, async (path) => await hashed(join(folder, path)));
  const digest = createHash('sha256');
  const files = names.map((path, at): FinishedFile => {
    const { sha256, bytes } = hashes[at] as HashedFile;
    digest.update(`${path} ${sha256}\n`);
    const count = rows?.get(join(folder, path));
    return { path, bytes, sha256, ...(count === undefined ? {} : { rows: count }) };
  });
  return { files, digest: digest.digest('hex') };
}

interface HashedFile {
  readonly sha256: string;
  readonly bytes: number;
}

/** Reads the file and waits until it is on disk. */
async function hashed(path: string): Promise<HashedFile> {
  const file = await open(path, 'r+');
  try {
    const synced = file.sync();
    // Whatever reading does, the file is closed after both.
    synced.catch(() => undefined);
    const { size } = await file.stat();
    const hash = createHash('sha256');
    const buffer = Buffer.allocUnsafe(Math.max(1, Math.min(CHUNK, size)));
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length, bytes);
      if (bytesRead === 0) break;
      hash.update(buffer.subarray(0, bytesRead));
      bytes += bytesRead;
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
