/**
 * The files of a ResultWriter: results are appended to files of the work folder as they come, and put into the bucket
 * when a file is full and at the end, with a manifest that names them all.
 * Source: Step Functions developer guide, "ResultWriter".
 * @module
 */
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import type { Bucket } from '../../../connectors/s3/bucket.js';
import type { OpenedResults } from '../../kernel/ports.js';

type Kind = 'SUCCEEDED' | 'FAILED' | 'PENDING';

/** Bytes after which a file is full and the next one begins. */
const FILE_BYTES = 268_435_456;

interface OpenFile {
  name: string;
  path: string;
  stream: WriteStream;
  bytes: number;
}

/**
 * @param spool folder for files that are being written; removed at the end
 * @param run id of the map run: the folder under the writer's Prefix
 */
export function openResultFiles(
  writer: JsonObject,
  bucket: Bucket,
  spool: string,
  run: string,
  mapRunArn: string,
): OpenedResults {
  const given = isObject(writer.Arguments) ? writer.Arguments : {};
  const config = isObject(writer.WriterConfig) ? writer.WriterConfig : {};
  const isLines = config.OutputType === 'JSONL';
  const prefix = typeof given.Prefix === 'string' ? given.Prefix.replace(/\/+$/, '') : '';
  const base = prefix === '' ? run : `${prefix}/${run}`;
  const open = new Map<Kind, OpenFile>();
  const counts: { [K in Kind]: number } = { SUCCEEDED: 0, FAILED: 0, PENDING: 0 };
  const written: { [K in Kind]: JsonObject[] } = { FAILED: [], PENDING: [], SUCCEEDED: [] };

  async function begin(kind: Kind): Promise<OpenFile> {
    await mkdir(spool, { recursive: true });
    const name = `${kind}_${counts[kind]}.${isLines ? 'jsonl' : 'json'}`;
    counts[kind] += 1;
    const path = join(spool, name);
    const file = { name, path, stream: createWriteStream(path), bytes: 0 };
    open.set(kind, file);
    return file;
  }

  async function end(kind: Kind, file: OpenFile): Promise<void> {
    if (!isLines) file.stream.write(']');
    await new Promise<void>((done, reject) => {
      file.stream.once('error', reject);
      file.stream.end(done);
    });
    open.delete(kind);
    const { size } = await stat(file.path);
    const key = `${base}/${file.name}`;
    await bucket.put(key, file.path);
    await rm(file.path);
    written[kind].push({ Key: key, Size: size });
  }

  return {
    async add(kind, rows) {
      if (rows.length === 0) return;
      const file = open.get(kind) ?? (await begin(kind));
      const text = isLines
        ? rows.map((row) => `${JSON.stringify(row)}\n`).join('')
        : array(rows, file);
      file.bytes += Buffer.byteLength(text);
      await append(file.stream, text);
      if (file.bytes >= FILE_BYTES) await end(kind, file);
    },
    async finish() {
      for (const [kind, file] of [...open]) await end(kind, file);
      const manifest = {
        DestinationBucket: bucket.name,
        MapRunArn: mapRunArn,
        ResultFiles: written as unknown as Json,
      };
      await mkdir(spool, { recursive: true });
      const path = join(spool, 'manifest.json');
      await writeFile(path, JSON.stringify(manifest));
      const key = `${base}/manifest.json`;
      await bucket.put(key, path);
      await rm(spool, { recursive: true, force: true });
      return { MapRunArn: mapRunArn, ResultWriterDetails: { Bucket: bucket.name, Key: key } };
    },
  };
}

function array(rows: readonly Json[], file: OpenFile): string {
  const text = rows.map((row) => JSON.stringify(row)).join(',');
  return `${file.bytes === 0 ? '[' : ','}${text}`;
}

/** Resolves when the stream wants more. */
function append(stream: WriteStream, text: string): Promise<void> {
  return new Promise((done, reject) => {
    stream.write(text, (error) => (error ? reject(error) : done()));
  });
}
