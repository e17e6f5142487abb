import { mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../../asl/json.js';
import type { FilePlace } from '../kernel/ports.js';
import { createLocalItems } from './local-items.js';

const GET = 'arn:aws:states:::s3:getObject';
const LIST = 'arn:aws:states:::s3:listObjectsV2';
const RUN = 'arn:aws:states:us-east-1:000000000000:mapRun:orders/Each:run-1';
const source = createLocalItems();

let root: string;
let place: FilePlace;
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'millrace-items-'));
  place = {
    folder: join(root, 'pipelines'),
    workFolder: join(root, 'work'),
    spool: join(root, 'work/spool'),
  };
  mkdirSync(join(place.folder, 'data'), { recursive: true });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const put = (path: string, content: string | Uint8Array): void =>
  writeFileSync(join(place.folder, path), content);

async function read(
  Arguments: JsonObject,
  ReaderConfig: JsonObject = {},
  Resource: string = GET,
  from = 0,
): Promise<{ items: Json[]; sources: unknown[]; count: number; version: string }> {
  const opened = await source.open({ Resource, ReaderConfig, Arguments }, place, from);
  const items: Json[] = [];
  const sources = new Set();
  for (;;) {
    const page = await opened.next();
    if (page.items.length === 0) break;
    items.push(...page.items);
    sources.add(page.source);
  }
  const count = await opened.count();
  await opened.close();
  return { items, sources: [...sources], count, version: opened.version };
}

describe('a reader of files', () => {
  it('reads Bucket as a folder beside the pipeline and tells where items come from', async () => {
    put('data/rows.csv', 'id\n1\n2\n3\n');
    const found = await read({ Bucket: 'data', Key: 'rows.csv' }, { InputType: 'CSV' });
    expect(found.items).toEqual([{ id: '1' }, { id: '2' }, { id: '3' }]);
    expect(found.sources).toEqual(['S3://data/rows.csv']);
    expect(found.count).toBe(3);
  });

  it('goes on behind the items that were read before, and stops at MaxItems', async () => {
    put('rows.jsonl', Array.from({ length: 2000 }, (_, i) => `${i}\n`).join(''));
    const found = await read({ Key: 'rows.jsonl' }, { MaxItems: 1100 }, GET, 998);
    expect(found.items).toEqual(Array.from({ length: 102 }, (_, i) => 998 + i));
    expect(found.count).toBe(1100);
  });

  it('notices when a file has changed', async () => {
    put('rows.jsonl', '1\n');
    const before = await read({ Key: 'rows.jsonl' });
    put('rows.jsonl', '1\n2\n');
    expect((await read({ Key: 'rows.jsonl' })).version).not.toBe(before.version);
  });

  it('reads files with gzip', async () => {
    put('rows.csv.gz', gzipSync('id\n1\n2\n'));
    expect((await read({ Key: 'rows.csv.gz' })).items).toEqual([{ id: '1' }, { id: '2' }]);
    put('broken.csv.gz', 'no gzip');
    await expect(read({ Key: 'broken.csv.gz' })).rejects.toThrow('incorrect header');
  });

  it('reads Parquet with its types', async () => {
    const file = join(place.folder, 'data/rows.parquet');
    const connection = await (await DuckDBInstance.create(':memory:')).connect();
    await connection.run(
      `COPY (SELECT i AS id, i / 2.0 AS half, 'n' || i AS name, [i, i] AS pair, DATE '2026-01-02' AS day
       FROM range(3000) AS t(i)) TO '${file}' (FORMAT parquet)`,
    );
    connection.closeSync();
    const { items, count } = await read(
      { Bucket: 'data', Key: 'rows.parquet' },
      { InputType: 'PARQUET' },
    );
    expect(count).toBe(3000);
    expect(items[2999]).toEqual({
      id: 2999,
      half: 1499.5,
      name: 'n2999',
      pair: [2999, 2999],
      day: '2026-01-02',
    });
    expect(items.map((item) => (item as { id: number }).id)).toEqual([...Array(3000).keys()]);
  });

  it.each([
    ['a path that climbs out', '../secret.json'],
    ['a path that climbs out and is not there', '../missing.json'],
    ['a link that leads out', 'link.json'],
    ['an absolute path', '/etc/hostname'],
  ])('refuses %s', async (_, Key) => {
    writeFileSync(join(root, 'secret.json'), '[1]');
    symlinkSync(join(root, 'secret.json'), join(place.folder, 'link.json'));
    await expect(read({ Key }, { InputType: 'JSON' })).rejects.toThrow('outside');
  });

  it('tells what to do about a file that is not there and a type that it does not know', async () => {
    await expect(read({ Bucket: 'elsewhere', Key: 'x.csv' })).rejects.toThrow(
      'AWS_ENDPOINT_URL_S3',
    );
    await expect(read({ Bucket: 'data', Key: 'x.csv' })).rejects.toThrow("no file 'data/x.csv'");
    put('x.txt', 'text');
    await expect(read({ Key: 'x.txt' })).rejects.toThrow('set InputType to CSV');
  });
});

describe('a reader of many objects', () => {
  it('lists what lies under a prefix, the same again after a restart', async () => {
    for (const name of ['b.json', 'a.json']) put(`data/${name}`, '[]');
    mkdirSync(join(place.folder, 'data/deep'));
    put('data/deep/c.json', '{"x":1}');
    const found = await read({ Bucket: 'data' }, {}, LIST);
    expect(found.items.map((item) => (item as JsonObject).Key)).toEqual([
      'a.json',
      'b.json',
      'deep/c.json',
    ]);
    expect(found.items[2]).toMatchObject({ Size: 7, StorageClass: 'STANDARD' });
    expect(found.sources).toEqual(['S3://data']);
    put('data/new.json', '[]');
    expect(await read({ Bucket: 'data' }, {}, LIST)).toEqual(found);
    await source.forget(place);
    expect((await read({ Bucket: 'data', Prefix: 'deep/' }, {}, LIST)).count).toBe(1);
  });

  it('loads and flattens them', async () => {
    put('data/1.jsonl', '1\n2\n');
    put('data/2.jsonl', '3\n');
    const config = { InputType: 'JSONL', Transformation: 'LOAD_AND_FLATTEN' };
    const found = await read({ Bucket: 'data' }, config, LIST);
    expect(found.items).toEqual([1, 2, 3]);
    expect(found.sources).toEqual(['S3://data/1.jsonl', 'S3://data/2.jsonl']);
  });

  it('reads the files of an S3 inventory', async () => {
    put('data/part.csv.gz', gzipSync('"shop","a%20b.txt","12"\n"shop","c.txt","7"\n'));
    const manifest = {
      sourceBucket: 'shop',
      destinationBucket: 'arn:aws:s3:::data',
      fileFormat: 'CSV',
      fileSchema: 'Bucket, Key, Size',
      files: [{ key: 'part.csv.gz', size: 1 }],
    };
    put('data/manifest.json', JSON.stringify(manifest));
    const given = { Bucket: 'data', Key: 'manifest.json' };
    const found = await read(given, { InputType: 'MANIFEST', ManifestType: 'S3_INVENTORY' });
    expect(found.items).toEqual([
      { Bucket: 'shop', Key: 'a%20b.txt', Size: '12' },
      { Bucket: 'shop', Key: 'c.txt', Size: '7' },
    ]);
    put('data/orc.json', JSON.stringify({ ...manifest, fileFormat: 'ORC' }));
    await expect(read({ ...given, Key: 'orc.json' }, { InputType: 'MANIFEST' })).rejects.toThrow(
      'only inventories in CSV',
    );
  });

  it('reads the files of an Athena UNLOAD', async () => {
    put('data/1.jsonl', '1\n');
    put('data/2.jsonl', '2\n');
    put('data/manifest.csv', 's3://data/1.jsonl\n"s3://data/2.jsonl"\n');
    const config = { InputType: 'JSONL', ManifestType: 'ATHENA_DATA' };
    const given = { Bucket: 'data', Key: 'manifest.csv' };
    expect((await read(given, config)).items).toEqual([1, 2]);
    put('data/bad.csv', 'https://example.com/1\n');
    await expect(read({ ...given, Key: 'bad.csv' }, config)).rejects.toThrow('no s3:// address');
  });
});

describe('a writer of results', () => {
  const row = (n: number): JsonObject => ({ n });

  it('writes files in a bucket that is a folder, with a manifest', async () => {
    const writer = {
      Resource: 'arn:aws:states:::s3:putObject',
      Arguments: { Bucket: 'data', Prefix: 'out/' },
    };
    const results = await source.openResults(writer, place, RUN);
    await results.add('SUCCEEDED', [row(1), row(2)]);
    await results.add('SUCCEEDED', [row(3)]);
    await results.add('FAILED', [row(4)]);
    expect(await results.finish()).toEqual({
      MapRunArn: RUN,
      ResultWriterDetails: { Bucket: 'data', Key: 'out/run-1/manifest.json' },
    });
    const json = (name: string): unknown =>
      JSON.parse(readFileSync(join(place.folder, 'data/out/run-1', name), 'utf8'));
    expect(json('SUCCEEDED_0.json')).toEqual([row(1), row(2), row(3)]);
    expect(json('manifest.json')).toEqual({
      DestinationBucket: 'data',
      MapRunArn: RUN,
      ResultFiles: {
        FAILED: [{ Key: 'out/run-1/FAILED_0.json', Size: 9 }],
        PENDING: [],
        SUCCEEDED: [{ Key: 'out/run-1/SUCCEEDED_0.json', Size: 25 }],
      },
    });
  });

  it('writes JSON lines, and into the work folder when the bucket is nowhere', async () => {
    const writer = {
      Arguments: { Bucket: 'nowhere', Prefix: 'p' },
      WriterConfig: { OutputType: 'JSONL' },
    };
    const results = await source.openResults(writer, place, RUN);
    await results.add('SUCCEEDED', [row(1), row(2)]);
    expect(await results.finish()).toMatchObject({
      ResultWriterDetails: { Bucket: place.workFolder, Key: 'p/run-1/manifest.json' },
    });
    const text = readFileSync(join(place.workFolder, 'p/run-1/SUCCEEDED_0.jsonl'), 'utf8');
    expect(text).toBe('{"n":1}\n{"n":2}\n');
  });

  it('refuses a prefix that climbs out', async () => {
    const results = await source.openResults({ Arguments: { Prefix: '../..' } }, place, RUN);
    await results.add('FAILED', [row(1)]);
    await expect(results.finish()).rejects.toThrow('leaves the folder');
  });
});
