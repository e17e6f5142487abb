/**
 * What an ItemReader names, opened: a file of items, a listing of objects, or many files one after the other.
 *
 * | InputType | pages of |
 * | --- | --- |
 * | CSV, JSON, JSONL, PARQUET | the items in one object |
 * | MANIFEST | the objects that an S3 inventory lists (CSV files, also with gzip) |
 * | CSV, JSONL, PARQUET with ManifestType ATHENA_DATA | the items of all files of an Athena UNLOAD |
 * | none, with listObjectsV2 | the objects of a bucket, or with LOAD_AND_FLATTEN the items in all of them |
 *
 * A listing and what comes from S3 is kept in the run's spool folder, so that a restart reads the same again.
 * @module
 */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readFile, rename, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { isObject, type Json, type JsonObject } from '../../../asl/json.js';
import type { Confinement } from '../../../connectors/process/confinement.js';
import type { Bucket, FoundObject, RemoteBuckets } from '../../../connectors/s3/bucket.js';
import { parquetRows } from '../../../connectors/sql/parquet-rows.js';
import type { FilePlace, ItemPage } from '../../kernel/ports.js';
import { bucketToRead } from './buckets.js';
import { type Chunks, itemPages, PAGE_ITEMS, TEXT_TYPES } from './item-pages.js';

export interface Dataset {
  version: string;
  /** All items from the beginning; each call reads anew. */
  pages(): AsyncGenerator<ItemPage>;
}

export interface DatasetPlace extends FilePlace {
  remote: RemoteBuckets;
  confinement: Confinement;
}

/** Bytes of a manifest, at most: it is read as a whole. */
const MANIFEST_BYTES = 67_108_864;

/**
 * Opens the dataset of a reader. Throws an error whose message tells the fix.
 * @param given the reader's evaluated Parameters or Arguments
 */
export async function openDataset(
  resource: string,
  config: JsonObject,
  given: JsonObject,
  bucket: Bucket,
  place: DatasetPlace,
): Promise<Dataset> {
  if (resource.includes('listObjects')) {
    const listing = await openListing(bucket, textOf(given.Prefix), place);
    return config.Transformation === 'LOAD_AND_FLATTEN'
      ? { version: listing.version, pages: () => loaded(listing, config, bucket, place) }
      : listing;
  }
  const key = given.path ?? given.Key;
  if (typeof key !== 'string' || key === '') {
    throw new Error('The reader names no file: give Key (with Bucket), or path.');
  }
  const version = typeof given.VersionId === 'string' ? given.VersionId : undefined;
  const object = await local(await bucket.find(key, version), place, 'source');
  const type = typeOf(config, key);
  if (config.ManifestType === 'ATHENA_DATA') {
    const parts = await athenaFiles(object, place);
    return { version: object.version, pages: () => files(parts, config, place) };
  }
  if (type === 'MANIFEST') {
    const manifest = await inventoryOf(object, bucket);
    return { version: object.version, pages: () => inventoryPages(manifest, place) };
  }
  const source = uriOf(bucket, key);
  return {
    version: object.version,
    pages: () => sourced(contentPages(type, config, object, key), source),
  };
}

async function openListing(bucket: Bucket, prefix: string, place: FilePlace): Promise<Dataset> {
  const file = join(place.spool, 'listing.jsonl');
  if (!(await stat(file).catch(() => undefined))) {
    await mkdir(place.spool, { recursive: true });
    const out = createWriteStream(`${file}.part`);
    for await (const page of bucket.list(prefix)) {
      const text = page.map((object) => `${JSON.stringify(object)}\n`).join('');
      await new Promise<void>((done, reject) =>
        out.write(text, (error) => (error ? reject(error) : done())),
      );
    }
    await new Promise<void>((done) => out.end(done));
    await rename(`${file}.part`, file);
  }
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(file)) hash.update(chunk as Uint8Array);
  return {
    version: hash.digest('hex').slice(0, 32),
    pages: () =>
      sourced(itemPages({ InputType: 'JSONL' }, createReadStream(file)), `S3://${bucket.name}`),
  };
}

/** The items in each listed object. */
async function* loaded(
  listing: Dataset,
  config: JsonObject,
  bucket: Bucket,
  place: FilePlace,
): AsyncGenerator<ItemPage> {
  for await (const { items } of listing.pages()) {
    for (const item of items) {
      if (isObject(item)) yield* filePages(bucket, textOf(item.Key), config, place);
    }
  }
}

async function* files(
  parts: readonly { bucket: Bucket; key: string }[],
  config: JsonObject,
  place: FilePlace,
): AsyncGenerator<ItemPage> {
  for (const { bucket, key } of parts) yield* filePages(bucket, key, config, place);
}

async function* filePages(
  bucket: Bucket,
  key: string,
  config: JsonObject,
  place: FilePlace,
): AsyncGenerator<ItemPage> {
  const type = typeOf(config, key);
  const found = await bucket.find(key);
  const object = type === 'PARQUET' ? await local(found, place, `part-${digest(key)}`) : found;
  yield* sourced(contentPages(type, config, object, key), uriOf(bucket, key));
}

function contentPages(
  type: string,
  config: JsonObject,
  object: FoundObject,
  key: string,
): AsyncGenerator<Json[]> {
  if (type === 'PARQUET') {
    return parquetRows(object.path ?? '', PAGE_ITEMS) as AsyncGenerator<Json[]>;
  }
  if (!TEXT_TYPES.includes(type)) {
    throw new Error(
      `Items of the type ${type} cannot be read; set InputType to CSV, JSON, JSONL, PARQUET or MANIFEST.`,
    );
  }
  return itemPages({ ...config, InputType: type }, unzipped(object, key));
}

function unzipped(object: FoundObject, key: string): Chunks {
  return key.endsWith('.gz') ? inflate(object.read()) : object.read();
}

async function* inflate(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  const gunzip = createGunzip();
  const feeding = pipeline(chunks, gunzip);
  // Its failure is told by the reading below.
  feeding.catch(() => undefined);
  yield* gunzip as AsyncIterable<Uint8Array>;
}

async function* sourced(pages: AsyncGenerator<Json[]>, source: string): AsyncGenerator<ItemPage> {
  for await (const items of pages) yield { items, source };
}

/** The same object as a file of this machine: one from S3 is fetched into the spool folder once. */
async function local(object: FoundObject, place: FilePlace, name: string): Promise<FoundObject> {
  if (object.path !== undefined) return object;
  const path = join(place.spool, `${name}-${digest(object.version)}`);
  if (!(await stat(path).catch(() => undefined))) {
    await mkdir(place.spool, { recursive: true });
    await pipeline(object.read(), createWriteStream(`${path}.part`));
    await rename(`${path}.part`, path);
  }
  return { ...object, path, read: () => createReadStream(path) };
}

interface Inventory {
  bucket: Bucket;
  keys: string[];
  headers: string[];
}

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/storage-inventory-location.html */
async function inventoryOf(object: FoundObject, bucket: Bucket): Promise<Inventory> {
  const manifest = JSON.parse(await wholeText(object)) as Json;
  if (!isObject(manifest) || !Array.isArray(manifest.files)) {
    throw new Error("The manifest names no 'files': it is no manifest.json of an S3 inventory.");
  }
  if (textOf(manifest.fileFormat) !== 'CSV') {
    throw new Error(
      `The inventory's files are ${textOf(manifest.fileFormat)}; only inventories in CSV can be read.`,
    );
  }
  const keys = manifest.files.map((file) => (isObject(file) ? textOf(file.key) : ''));
  const headers = textOf(manifest.fileSchema)
    .split(',')
    .map((name) => name.trim());
  return { bucket, keys, headers };
}

async function* inventoryPages(
  { bucket, keys, headers }: Inventory,
  place: FilePlace,
): AsyncGenerator<ItemPage> {
  const config = { InputType: 'CSV', CSVHeaderLocation: 'GIVEN', CSVHeaders: headers };
  for (const key of keys) yield* filePages(bucket, key, config, place);
}

/** A manifest of UNLOAD is a list of `s3://bucket/key`. */
async function athenaFiles(
  object: FoundObject,
  { folder, remote, confinement }: DatasetPlace,
): Promise<{ bucket: Bucket; key: string }[]> {
  const parts: { bucket: Bucket; key: string }[] = [];
  for (const line of (await wholeText(object)).split('\n')) {
    const [, name = '', key] = /^"?s3:\/\/([^/]+)\/([^"]+)"?\s*$/.exec(line) ?? [];
    if (key !== undefined)
      parts.push({ bucket: await bucketToRead(folder, name, remote, confinement), key });
    else if (line.trim() !== '')
      throw new Error(`The manifest's line '${line.slice(0, 200)}' is no s3:// address.`);
  }
  return parts;
}

async function wholeText(object: FoundObject): Promise<string> {
  if (object.size > MANIFEST_BYTES) {
    throw new Error(`The manifest is larger than ${MANIFEST_BYTES} bytes.`);
  }
  return readFile(object.path ?? '', 'utf8');
}

/** InputType, or what the name of the file says. */
function typeOf(config: JsonObject, key: string): string {
  if (typeof config.InputType === 'string') return config.InputType;
  const name = key.endsWith('.gz') ? key.slice(0, -3) : key;
  return name.slice(name.lastIndexOf('.') + 1).toUpperCase();
}

function uriOf(bucket: Bucket, key: string): string {
  return `S3://${bucket.name === '' ? '' : `${bucket.name}/`}${key}`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 16);
}

function textOf(value: Json | undefined): string {
  return typeof value === 'string' ? value : '';
}
