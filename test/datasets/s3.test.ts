/**
 * Datasets in S3: the same rules as in a folder, against a server that speaks its API.
 */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { openDatasetStorage } from '../../src/connectors/dataset/open-storage.js';
import { createS3Storage } from '../../src/connectors/dataset/s3-storage.js';
import type { DatasetStorage } from '../../src/connectors/dataset/storage.js';
import { createS3Buckets, type ObjectStore } from '../../src/connectors/s3/s3-buckets.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { startServer } from '../../src/server.js';
import { type Moto, startMoto } from '../engine/moto.js';
import { datasetPipeline, echoPipeline } from '../http/test-server.js';
import { requirement } from '../requirements.js';

describe.skipIf(requirement('moto').missing !== undefined)('datasets in S3', () => {
  let moto: Moto;
  let environment: { [name: string]: string };
  let root: string;
  let storage: DatasetStorage;

  beforeAll(async () => {
    moto = await startMoto();
    environment = {
      ...{
        AWS_ENDPOINT_URL_S3: moto.url,
        AWS_ACCESS_KEY_ID: 'test',
        AWS_SECRET_ACCESS_KEY: 'test',
      },
    };
    await moto.s3.send(new CreateBucketCommand({ Bucket: 'lake' }));
  }, 180_000);
  afterAll(() => moto.close());
  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'millrace-s3-'));
    storage = open('lake');
    return () => rmSync(root, { recursive: true, force: true });
  });

  let prefixes = 0;
  function open(bucket: string, wrap = (store: ObjectStore): ObjectStore => store): DatasetStorage {
    prefixes += 1;
    const store = createS3Buckets(environment)(bucket);
    if (store === undefined) throw new Error('S3 is not configured.');
    return createS3Storage({
      ...{ store: wrap(store), prefix: `p${prefixes}/data` },
      cache: join(root, 'cache'),
    });
  }

  const FOLDER = 'structured/own/parcels/versions/20261130T000000Z-00000001';
  const ROWS = 'not really Parquet\n';
  const SHA = '1f2a4d5e';

  function stage(at: DatasetStorage, sha256 = SHA): string {
    const staging = at.stagingFolder('20261130T000000Z-00000001-x');
    mkdirSync(staging, { recursive: true });
    writeFileSync(join(staging, 'part-0.parquet'), ROWS);
    const files = [{ path: 'part-0.parquet', bytes: ROWS.length, sha256 }];
    writeFileSync(join(staging, '_manifest.json'), JSON.stringify({ format: 1, files }));
    return staging;
  }
  const pointer = (revision: number): Parameters<DatasetStorage['point']>[1] => ({
    ...{ format: 1, team: 'own', name: 'parcels', revision, publishedAt: '2026-11-30T00:00:00Z' },
    versions: [{ version: '20261130T000000Z-00000001', folder: FOLDER }],
  });
  const keys = async (prefix: string): Promise<string[]> =>
    (
      (await moto.s3.send(new ListObjectsV2Command({ Bucket: 'lake', Prefix: prefix }))).Contents ??
      []
    ).map(({ Key = '' }) => Key);
  const inPlace = (of: DatasetStorage): string => of.root.slice('s3://lake/'.length);

  it('take a version with its manifest last, once', async () => {
    const order: string[] = [];
    const watched = open('lake', (store) => ({
      ...store,
      put: async (key, file) => {
        order.push(key.slice(key.lastIndexOf('/') + 1));
        await store.put(key, file);
      },
    }));
    await watched.take(stage(watched), FOLDER);
    expect(order).toEqual(['part-0.parquet', '_manifest.json']);
    expect(await watched.read(`${FOLDER}/_manifest.json`)).toContain('part-0.parquet');
    await expect(watched.take(stage(watched), FOLDER)).rejects.toThrow('is there already');
  });

  it('show no version when putting it breaks off', async () => {
    const broken = open('lake', (store) => ({
      ...store,
      put: (key, file) =>
        key.endsWith('_manifest.json')
          ? Promise.reject(new Error('the network is gone'))
          : store.put(key, file),
    }));
    await expect(broken.take(stage(broken), FOLDER)).rejects.toThrow('the network is gone');
    expect(await broken.read(`${FOLDER}/_manifest.json`)).toBeUndefined();
    await expect(broken.local(FOLDER)).rejects.toThrow('it is no version');
    const left = [];
    for await (const one of broken.list()) left.push(one.folder);
    expect(left).toContain(FOLDER);
    await broken.remove(FOLDER);
    expect(await keys(inPlace(broken))).toEqual([]);
  });

  it('move the pointer forwards and never back', async () => {
    const dataset = 'structured/own/parcels';
    for (const revision of [1, 3, 2]) await storage.point(dataset, pointer(revision));
    expect(JSON.parse((await storage.read(`${dataset}/current.json`)) ?? '')).toMatchObject({
      revision: 3,
    });
  });

  it('are fetched once, and refused when somebody has changed them', async () => {
    const { createHash } = await import('node:crypto');
    const sha256 = createHash('sha256').update(ROWS).digest('hex');
    await storage.take(stage(storage, sha256), FOLDER);
    rmSync(join(root, 'cache'), { recursive: true });
    const [first, second] = await Promise.all([storage.local(FOLDER), storage.local(FOLDER)]);
    expect(first).toBe(second);
    expect(readFileSync(join(first, 'part-0.parquet'), 'utf8')).toBe(ROWS);
    expect(readdirSync(join(root, 'cache', '.staging'))).toEqual([]);
    rmSync(join(root, 'cache'), { recursive: true });
    const Key = `${inPlace(storage)}/${FOLDER}/part-0.parquet`;
    await moto.s3.send(new PutObjectCommand({ Bucket: 'lake', Key, Body: 'other' }));
    await expect(storage.local(FOLDER)).rejects.toThrow('somebody has changed it');
  });

  it('are removed with their copies', async () => {
    await storage.take(stage(storage), FOLDER);
    expect(existsSync(join(root, 'cache', FOLDER))).toBe(true);
    await storage.remove(FOLDER);
    expect(existsSync(join(root, 'cache', FOLDER))).toBe(false);
    expect(await keys(inPlace(storage))).toEqual([]);
    await storage.remove(FOLDER);
  });

  it('need a place and a configuration, and say so', () => {
    const none = createS3Buckets({});
    expect(() => openDatasetStorage('s3://lake/a', root, none)).toThrow('S3 is not configured');
    expect(() => openDatasetStorage('s3://', root, none)).toThrow('Name a folder, or s3://');
    expect(() => openDatasetStorage('gs://lake', root, none)).toThrow('Name a folder, or s3://');
  });

  it('are written by one pipeline and read by another, also where nothing is cached', async () => {
    const folder = join(root, 'pipelines');
    mkdirSync(folder);
    writeFileSync(join(folder, 'rows.csv'), 'id,state\n1,CA\n2,NV\n3,CA\n');
    const data = join(root, 'data');
    const config = { data, port: 0, datasets: 's3://lake/whole/way', environment };
    let server = await startServer(config);
    try {
      const write = datasetPipeline('writes', { dataset: 'parcels', folder });
      await server.engine.pipelines.deploy(write);
      const written = await server.engine.executions.run(EVERYTHING, { pipeline: 'writes' });
      expect(written.status).toBe('SUCCEEDED');
      const Key = 'whole/way/structured/default/parcels/current.json';
      await vi.waitFor(() => moto.s3.send(new GetObjectCommand({ Bucket: 'lake', Key })));
      await server.close();
      rmSync(join(data, 'dataset-cache'), { recursive: true });
      server = await startServer(config);
      const Parameters = { query: 'SELECT state, count(*) AS n FROM p GROUP BY ALL ORDER BY ALL' };
      const Count = { Type: 'Task', Resource: 'millrace:sql', Parameters, End: true } as const;
      await server.engine.pipelines.deploy(
        echoPipeline('reads', {
          definition: { StartAt: 'Count', States: { Count } },
          sections: { reads: { p: 'parcels' } },
          folder,
        }),
      );
      const { id } = await server.engine.executions.run(EVERYTHING, { pipeline: 'reads' });
      const { output, cause } = await server.engine.executions.describe(EVERYTHING, id);
      expect(cause).toBeUndefined();
      expect(output).toMatchObject({
        result: [
          { state: 'CA', n: 2 },
          { state: 'NV', n: 1 },
        ],
      });
      expect(existsSync(join(data, 'dataset-cache', 'structured'))).toBe(true);
    } finally {
      await server.close();
    }
  }, 180_000);
});
