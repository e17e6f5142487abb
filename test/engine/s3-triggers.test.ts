/**
 * Objects in S3 that start pipelines: found by looking and by events of S3, the same arrival once; on a server that speaks
 * S3's API (moto's), through AWS's own client.
 * @module
 */

import { createHash } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  DeleteBucketCommand,
  DeleteObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { createS3Buckets } from '../../src/connectors/s3/s3-buckets.js';
import { createFileSource } from '../../src/engine/features/files/file-source.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { requirement } from '../requirements.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { ToldFiles } from '../support/told-files.js';
import { type Moto, startMoto } from './moto.js';

const { missing } = requirement('moto');

let moto: Moto;
let test: TimedEngine;
let buckets = 0;
let bucket: string;

beforeAll(async () => {
  if (!missing) moto = await startMoto();
}, 180_000);
afterAll(() => moto?.close());
afterEach(() => test?.close());

/** A new engine, and a new bucket. */
async function open(url = moto.url): Promise<void> {
  buckets += 1;
  bucket = `incoming-${buckets}`;
  await moto.s3.send(new CreateBucketCommand({ Bucket: bucket }));
  const remote = createS3Buckets({ AWS_ENDPOINT_URL_S3: url });
  test = await openTimedEngine({
    start: '2026-11-20T00:00:00Z',
    files: new ToldFiles(createFileSource(remote)),
  });
}

const put = (Key: string, Body: string): Promise<unknown> =>
  moto.s3.send(new PutObjectCommand({ Bucket: bucket, Key, Body }));

const deploy = (more: JsonObject = {}, team?: string): Promise<void> =>
  test.trigger('load', { files: { under: `s3://${bucket}/drop/`, ...more } }, team);

const passes = (seconds: number): Promise<void> => test.pass(seconds * 1_000);

const keys = async (): Promise<unknown[]> =>
  (await test.inputs('load')).map((input) => ((input as JsonObject).file as JsonObject).key);

const files = async () => (await test.engine.pipelines.explainTrigger(EVERYTHING, 'load')).files;

const created = (key: string, name = bucket, team = 'default'): Promise<unknown> =>
  test.engine.events.put(ofTeam(team), [
    {
      source: 'aws.s3',
      detailType: 'Object Created',
      detail: { version: '0', bucket: { name }, object: { key, size: 1 }, reason: 'PutObject' },
    },
  ]);

describe.skipIf(missing)('an object in S3', () => {
  it('starts the pipeline once, at the first look that finds it, and again when it is replaced', async () => {
    await open();
    await deploy({ match: '*.csv' });
    await put('drop/a.csv', 'id\n1\n');
    await put('drop/deep/b.csv', 'x');
    await put('elsewhere/c.csv', 'x');
    await put('drop-2/d.csv', 'x');
    await put('drop/readme.txt', 'x');
    await passes(2);
    expect(await keys()).toEqual(['a.csv', 'deep/b.csv']);
    expect((await test.inputs('load'))[0]).toEqual({
      file: {
        key: 'a.csv',
        path: `s3://${bucket}/drop/a.csv`,
        size: 5,
        modifiedAt: expect.any(String),
      },
    });
    await passes(30);
    await test.crash();
    await passes(30);
    expect(await keys()).toHaveLength(2);
    await put('drop/a.csv', 'id\n2\n');
    await passes(30);
    expect(await keys()).toEqual(['a.csv', 'deep/b.csv', 'a.csv']);
  });

  it('that is a folder of a console, or empty, starts nothing', async () => {
    await open();
    await put('drop/', '');
    await put('drop/2026/', '');
    await put('drop/empty.csv', '');
    await deploy();
    await passes(2);
    expect(await keys()).toEqual([]);
  });

  it('is found at once when an event of S3 tells of it, and started once for event and look', async () => {
    await open();
    await deploy();
    await passes(2);
    await put('drop/a.csv', 'x');
    await created('drop/a.csv');
    await passes(2);
    expect(await keys()).toEqual(['a.csv']);
    await created('drop/a.csv');
    await created('drop/a.csv');
    await passes(2);
    await passes(30);
    expect(await keys()).toEqual(['a.csv']);
  });

  it('is not looked for because of events of other buckets, folders and teams', async () => {
    await open();
    await deploy();
    await passes(2);
    await put('drop/a.csv', 'x');
    await created('drop/a.csv', 'another');
    await created('elsewhere/a.csv');
    await created('drop/a.csv', bucket, 'another');
    const odd = [{ source: 'aws.s3', detailType: 'Object Created', detail: { bucket: 1 } }];
    await test.engine.events.put(ofTeam('default'), odd);
    await passes(3);
    expect(await keys()).toEqual([]);
    await passes(30);
    expect(await keys()).toEqual(['a.csv']);
  });

  it('is found among more than one answer of S3 holds', async () => {
    await open();
    for (let i = 0; i < 1_050; i += 50) {
      await Promise.all(
        Array.from({ length: 50 }, (_, j) => put(`drop/${String(i + j).padStart(4, '0')}`, 'x')),
      );
    }
    await deploy({ match: '104*' });
    await passes(2);
    expect(await keys()).toEqual(Array.from({ length: 10 }, (_, i) => `104${i}`));
  }, 180_000);

  it('is waited for while its bucket is gone, which is told', async () => {
    await open();
    await deploy();
    await put('drop/a.csv', 'x');
    await passes(2);
    await moto.s3.send(new DeleteObjectCommand({ Bucket: bucket, Key: 'drop/a.csv' }));
    await moto.s3.send(new DeleteBucketCommand({ Bucket: bucket }));
    await passes(30);
    expect((await files())?.problem).toMatch(/Could not list s3:.*NoSuchBucket/);
    await moto.s3.send(new CreateBucketCommand({ Bucket: bucket }));
    await put('drop/b.csv', 'x');
    await passes(30);
    expect(await keys()).toEqual(['a.csv', 'b.csv']);
    expect((await files())?.problem).toBe(undefined);
  });

  it('is waited for while the server is down, and other folders are looked at meanwhile', async () => {
    let isDown = true;
    const proxy = http.createServer((request, response) => {
      if (isDown) return void response.destroy();
      const { method, headers, url = '' } = request;
      const passed = http.request(new URL(url, moto.url), { method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 500, answer.headers);
        answer.pipe(response);
      });
      request.pipe(passed);
    });
    await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
    try {
      await open(`http://127.0.0.1:${(proxy.address() as AddressInfo).port}`);
      await put('drop/a.csv', 'x');
      await deploy();
      mkdirSync(join(test.folder, 'local'));
      writeFileSync(join(test.folder, 'local/l.csv'), 'x');
      await test.trigger('near', { files: { under: 'local' } });
      await passes(2);
      await passes(4);
      await passes(4);
      expect(await test.inputs('near')).toHaveLength(1);
      expect((await files())?.problem).toContain('Check AWS_ENDPOINT_URL_S3');
      expect(await keys()).toEqual([]);
      isDown = false;
      await passes(30);
      await passes(2);
      expect(await keys()).toEqual(['a.csv']);
      expect((await files())?.problem).toBe(undefined);
    } finally {
      proxy.closeAllConnections();
      await new Promise((done) => proxy.close(done));
    }
  }, 180_000);

  it('cannot be looked for when S3 is not configured, which is told', async () => {
    test = await openTimedEngine({
      start: '2026-11-20T00:00:00Z',
      files: new ToldFiles(createFileSource()),
    });
    bucket = 'any';
    await deploy();
    await passes(2);
    expect((await files())?.problem).toContain('S3 is not configured: set AWS_ENDPOINT_URL_S3');
  });

  it('is verified against its manifest by size and SHA-256 before a delivery is started', async () => {
    await open();
    const large = 'y'.repeat(3_000_000);
    const sha256 = createHash('sha256').update(large).digest('hex');
    const listed = [
      { name: 'a.csv', size: 2 },
      { name: 'large.bin', sha256 },
    ];
    await put('drop/manifest-1.json', JSON.stringify({ files: listed }));
    await put('drop/a.csv', 'aa');
    await put('drop/large.bin', large.replace('y', 'x'));
    await deploy({ manifest: 'manifest*.json' });
    await passes(2);
    expect(await test.inputs('load')).toEqual([]);
    expect((await files())?.quarantined).toMatchObject([
      { problems: [{ file: 'large.bin', problem: expect.stringContaining('SHA-256') }] },
    ]);
    await put('drop/large.bin', large);
    await passes(30);
    expect(await test.inputs('load')).toMatchObject([
      {
        manifest: { key: 'manifest-1.json' },
        files: [
          { key: 'a.csv', path: `s3://${bucket}/drop/a.csv`, size: 2 },
          { key: 'large.bin', sha256 },
        ],
      },
    ]);
  });

  it('of each partner is awaited, and batches of them are formed, as in a folder', async () => {
    await open();
    await deploy({ arrivals: { path: '{interval}/{partner}', partners: ['a', 'b'] } });
    await test.trigger('some', {
      files: { under: `s3://${bucket}`, batch: { size: 2, window: 60 } },
    });
    await put('drop/2026-11-20/a', 'x');
    await passes(2);
    expect((await files())?.arrivals).toMatchObject({ arrived: 1, missing: ['b'] });
    await put('drop/2026-11-20/b', 'x');
    await created('drop/2026-11-20/b');
    await passes(2);
    await passes(1);
    expect(await test.inputs('load')).toMatchObject([{ interval: '2026-11-20', missing: [] }]);
    expect(await test.inputs('some')).toMatchObject([
      { files: [{ key: 'drop/2026-11-20/a' }, { key: 'drop/2026-11-20/b' }] },
    ]);
  });
});
