/**
 * The items of a distributed Map from local files, and its results to local files.
 *
 * | Resource of ItemReader | reads |
 * | --- | --- |
 * | `arn:aws:states:::s3:getObject` | the file `Bucket/Key`, or `Key` alone, under the pipeline's folder |
 * | `arn:aws:states:::s3:listObjectsV2` | one item for each file under `Bucket/Prefix` |
 * | `millrace:file` | the file `path` |
 *
 * S3 itself is not reached from here; a source for it is another `ItemSource`. ResultWriter writes
 * `SUCCEEDED_0.json`, `FAILED_0.json` and `manifest.json` under the execution's work folder, as AWS does in a bucket.
 * Source: Step Functions developer guide, "ItemReader" and "ResultWriter".
 * @module
 */
import { mkdir, readdir, readFile, realpath, stat, writeFile } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import type { ErrorOutput } from '../asl/execution-state.js';
import { isObject, type Json, type JsonObject } from '../asl/json.js';
import { checkReader, ITEM_READER_FAILED, limitItems } from '../asl/map-run.js';
import { parseItems } from './items/parse-items.js';
import type { ItemSource, MapRunResults } from './ports.js';

/** Bytes of a file of items, at most. */
const FILE_BYTES = 268_435_456;
/** Files that a listing answers, at most. */
const LISTED = 100_000;

const RESULT_WRITER_FAILED = 'States.ResultWriterFailed';

/** Thrown inside and answered as data. */
class ReadFailure extends Error {}

/** Creates the item source that reads and writes files of this machine. */
export function createLocalItems(): ItemSource {
  return {
    async read(reader, folder) {
      try {
        return await read(reader, folder);
      } catch (error) {
        return { failure: { Error: ITEM_READER_FAILED, Cause: messageOf(error) } };
      }
    },
    async write(writer, workFolder, results) {
      try {
        return { output: await write(writer, workFolder, results) };
      } catch (error) {
        return { failure: { Error: RESULT_WRITER_FAILED, Cause: messageOf(error) } };
      }
    },
  };
}

async function read(
  reader: JsonObject,
  folder: string,
): Promise<{ items: Json[] } | { failure: ErrorOutput }> {
  const config = isObject(reader.ReaderConfig) ? reader.ReaderConfig : {};
  const given = isObject(reader.Arguments) ? reader.Arguments : {};
  const problem = checkReader(config);
  if (problem) return { failure: problem };
  const resource = String(reader.Resource);
  if (resource.includes('listObjects')) {
    return { items: limitItems(config, await list(folder, given)) };
  }
  const path = await inside(folder, await firstThatExists(folder, given));
  const { size } = await stat(path);
  if (size > FILE_BYTES)
    throw new ReadFailure(`The file ${path} is larger than ${FILE_BYTES} bytes.`);
  const text = await readFile(path, 'utf8');
  const found = itemsOf(config, text, path);
  return Array.isArray(found) ? { items: limitItems(config, found) } : { failure: found };
}

/** Kinds of file that items can be read from. */
const INPUT_TYPES = new Set(['CSV', 'JSON', 'JSONL']);

function itemsOf(config: JsonObject, text: string, path: string): Json[] | ErrorOutput {
  const type = typeof config.InputType === 'string' ? config.InputType : typeByName(path);
  if (!INPUT_TYPES.has(type)) {
    throw new ReadFailure(`Items of the type ${type} cannot be read here; use CSV, JSON or JSONL.`);
  }
  return parseItems({ ...config, InputType: type }, text);
}

async function list(folder: string, given: JsonObject): Promise<Json[]> {
  const bucket = typeof given.Bucket === 'string' ? given.Bucket : '';
  const prefix = typeof given.Prefix === 'string' ? given.Prefix : '';
  const root = await inside(
    folder,
    resolve(folder, (await isFolder(join(folder, bucket))) ? bucket : ''),
  );
  const names = await readdir(root, { recursive: true, withFileTypes: true });
  const files = names
    .filter((entry) => entry.isFile())
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((key) => key.startsWith(prefix))
    .sort()
    .slice(0, LISTED);
  const items: Json[] = [];
  for (const Key of files) {
    const { size, mtimeMs } = await stat(join(root, Key));
    items.push({ Key, Size: size, LastModified: Math.floor(mtimeMs / 1000) });
  }
  return items;
}

async function isFolder(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** `Bucket/Key` if that is a file, else `Key`; `path` for `millrace:file`. */
async function firstThatExists(folder: string, given: JsonObject): Promise<string> {
  const key = given.path ?? given.Key;
  if (typeof key !== 'string' || key === '')
    throw new ReadFailure('The reader names no file (Key or path).');
  const bucket = typeof given.Bucket === 'string' ? given.Bucket : '';
  for (const path of [join(bucket, key), key]) {
    const full = resolve(folder, path);
    const found = await stat(full).catch(() => undefined);
    if (found?.isFile()) return full;
  }
  throw new ReadFailure(`There is no file '${key}' under the pipeline's folder.`);
}

/** The real path, which must lie under the folder even after links are followed. */
async function inside(folder: string, path: string): Promise<string> {
  const root = await realpath(folder);
  const real = await realpath(path);
  if (real !== root && !real.startsWith(root + sep)) {
    throw new ReadFailure(`The file '${path}' lies outside the pipeline's folder.`);
  }
  return real;
}

function typeByName(path: string): string {
  return path.slice(path.lastIndexOf('.') + 1).toUpperCase();
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

async function write(
  writer: JsonObject,
  workFolder: string,
  results: MapRunResults,
): Promise<Json> {
  const given = isObject(writer.Arguments) ? writer.Arguments : {};
  const prefix = typeof given.Prefix === 'string' ? given.Prefix : 'results';
  const run = results.mapRunArn.slice(results.mapRunArn.lastIndexOf(':') + 1);
  const target = resolve(workFolder, prefix, run);
  if (!target.startsWith(resolve(workFolder) + sep)) {
    throw new Error(`The prefix '${prefix}' leaves the execution's work folder.`);
  }
  await mkdir(target, { recursive: true });
  const put = async (name: string, rows: JsonObject[]): Promise<Json[]> => {
    if (rows.length === 0) return [];
    const text = JSON.stringify(rows);
    await writeFile(join(target, name), text);
    return [{ Key: `${prefix}/${run}/${name}`, Size: Buffer.byteLength(text) }];
  };
  const manifest = {
    DestinationBucket: workFolder,
    MapRunArn: results.mapRunArn,
    ResultFiles: {
      FAILED: await put('FAILED_0.json', results.failed),
      PENDING: [],
      SUCCEEDED: await put('SUCCEEDED_0.json', results.succeeded),
    },
  };
  await writeFile(join(target, 'manifest.json'), JSON.stringify(manifest));
  return {
    MapRunArn: results.mapRunArn,
    ResultWriterDetails: { Bucket: workFolder, Key: `${prefix}/${run}/manifest.json` },
  };
}
