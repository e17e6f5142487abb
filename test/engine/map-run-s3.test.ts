/**
 * Distributed Maps on a server that speaks S3's API (moto's), through AWS's own client.
 */

import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import {
  CreateBucketCommand,
  GetObjectCommand,
  PutObjectCommand,
  type S3Client,
} from '@aws-sdk/client-s3';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import type { Bucket } from '../../src/connectors/s3/bucket.js';
import { createS3Buckets } from '../../src/connectors/s3/s3-buckets.js';
import { createLocalItems } from '../../src/engine/adapters/local-items.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { requirement } from '../requirements.js';
import { type Moto, startMoto } from './moto.js';
import { openTestEngine, type TestEngine } from './test-engine.js';

const { missing } = requirement('moto');
let moto: Moto;
let url: string;
let s3: S3Client;
let test: TestEngine;

beforeAll(async () => {
  if (missing) return;
  moto = await startMoto();
  ({ url, s3 } = moto);
  await s3.send(new CreateBucketCommand({ Bucket: 'orders' }));
}, 180_000);
afterAll(() => moto?.close());
afterEach(() => test?.close());

const put = (Key: string, Body: string): Promise<unknown> =>
  s3.send(new PutObjectCommand({ Bucket: 'orders', Key, Body }));
const get = async (Key: string): Promise<unknown> => {
  const { Body } = await s3.send(new GetObjectCommand({ Bucket: 'orders', Key }));
  return JSON.parse((await Body?.transformToString()) ?? '');
};

/** Passes requests on, and cuts the answers to the first two reads of an object off. */
async function startCuttingProxy(
  target: string,
  bytes: number,
): Promise<{ url: string; cuts(): number; close(): Promise<unknown> }> {
  let cuts = 0;
  const proxy = http.createServer((request, response) => {
    // Signed for this address, so it must arrive with it.
    const { method, headers, url: path = '' } = request;
    const passed = http.request(new URL(path, target), { method, headers }, (answer) => {
      response.writeHead(answer.statusCode ?? 500, answer.headers);
      if (method !== 'GET' || cuts >= 2) return void answer.pipe(response);
      cuts += 1;
      let sent = 0;
      answer.on('data', (chunk: Buffer) => {
        response.write(chunk);
        sent += chunk.length;
        if (sent >= bytes) response.destroy();
      });
      answer.on('end', () => response.end());
    });
    request.pipe(passed);
  });
  await new Promise<void>((done) => proxy.listen(0, '127.0.0.1', done));
  const { port } = proxy.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    cuts: () => cuts,
    close: () => {
      proxy.closeAllConnections();
      return new Promise((done) => proxy.close(done));
    },
  };
}

const map = (resource: string, ReaderConfig: object, Parameters: object): object => ({
  StartAt: 'Each',
  States: {
    Each: {
      Type: 'Map',
      ItemReader: { Resource: `arn:aws:states:::s3:${resource}`, ReaderConfig, Parameters },
      ItemProcessor: {
        ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
        StartAt: 'Item',
        States: { Item: { Type: 'Pass', End: true } },
      },
      ResultWriter: {
        Resource: 'arn:aws:states:::s3:putObject',
        Parameters: { Bucket: 'orders', Prefix: 'results' },
        WriterConfig: { Transformation: 'COMPACT', OutputType: 'JSON' },
      },
      End: true,
    },
  },
});

describe.skipIf(missing)('a distributed Map on S3', () => {
  async function open(): Promise<void> {
    const remote = createS3Buckets({ AWS_ENDPOINT_URL_S3: url });
    test = await openTestEngine(undefined, undefined, createLocalItems(remote));
  }

  it('reads an object and writes its results with a manifest', async () => {
    await open();
    await put('in/rows.csv', 'id,name\n1,ä\n2,b\n');
    const config = { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' };
    await test.deploy('p', map('getObject', config, { Bucket: 'orders', Key: 'in/rows.csv' }));
    const ended = await test.engine.executions.run(EVERYTHING, { pipeline: 'p' });
    const [run] = await test.engine.mapRuns.list(EVERYTHING, ended.id);
    const key = `results/${run?.id}/manifest.json`;
    expect(ended.output).toEqual({
      MapRunArn: run?.arn,
      ResultWriterDetails: { Bucket: 'orders', Key: key },
    });
    const manifest = (await get(key)) as { ResultFiles: { SUCCEEDED: { Key: string }[] } };
    expect(manifest).toMatchObject({ DestinationBucket: 'orders', MapRunArn: run?.arn });
    expect(await get(manifest.ResultFiles.SUCCEEDED[0]?.Key ?? '')).toEqual([
      { id: '1', name: 'ä' },
      { id: '2', name: 'b' },
    ]);
  });

  it('lists more objects than one answer holds, and loads what is in them', async () => {
    await open();
    const names = Array.from(
      { length: 1003 },
      (_, i) => `many/${String(i).padStart(4, '0')}.jsonl`,
    );
    for (let i = 0; i < names.length; i += 50) {
      await Promise.all(names.slice(i, i + 50).map((name, j) => put(name, `${i + j}\n`)));
    }
    const given = { Bucket: 'orders', Prefix: 'many/' };
    await test.deploy('list', map('listObjectsV2', {}, given));
    const listed = await test.engine.executions.run(EVERYTHING, { pipeline: 'list' });
    expect(listed.status).toBe('SUCCEEDED');
    const [run] = await test.engine.mapRuns.list(EVERYTHING, listed.id);
    expect(run?.items).toMatchObject({ total: 1003, succeeded: 1003, resultsWritten: 1003 });
    const rows = (await get(`results/${run?.id}/SUCCEEDED_0.json`)) as { Key: string }[];
    expect(rows.map(({ Key }) => Key)).toEqual(names);
    const config = { InputType: 'JSONL', Transformation: 'LOAD_AND_FLATTEN', MaxItems: 7 };
    await test.deploy('load', map('listObjectsV2', config, given));
    const loaded = await test.engine.executions.run(EVERYTHING, { pipeline: 'load' });
    const [second] = await test.engine.mapRuns.list(EVERYTHING, loaded.id);
    expect(await get(`results/${second?.id}/SUCCEEDED_0.json`)).toEqual([0, 1, 2, 3, 4, 5, 6]);
  }, 180_000);

  it('puts a large file in parts, and reads it back', async () => {
    await open();
    const bucket = createS3Buckets({ AWS_ENDPOINT_URL_S3: url })('orders') as Bucket;
    const file = join(test.folder, 'large.bin');
    const content = randomBytes(20_000_000);
    writeFileSync(file, content);
    await bucket.put('large.bin', file);
    const found = await bucket.find('large.bin');
    expect(found.size).toBe(content.length);
    const chunks: Uint8Array[] = [];
    for await (const chunk of found.read()) chunks.push(chunk);
    expect(Buffer.concat(chunks).equals(content)).toBe(true);
  });

  it('goes on reading where a connection broke, and refuses an object that changed', async () => {
    await open();
    const content = randomBytes(3_000_000);
    await s3.send(new PutObjectCommand({ Bucket: 'orders', Key: 'cut.bin', Body: content }));
    const proxy = await startCuttingProxy(url, 1_000_000);
    try {
      const bucket = createS3Buckets({ AWS_ENDPOINT_URL_S3: proxy.url })('orders') as Bucket;
      const found = await bucket.find('cut.bin');
      const chunks: Uint8Array[] = [];
      for await (const chunk of found.read()) chunks.push(chunk);
      expect(Buffer.concat(chunks).equals(content)).toBe(true);
      expect(proxy.cuts()).toBeGreaterThan(0);
      const old = await bucket.find('cut.bin');
      await put('cut.bin', 'other');
      await expect(old.read()[Symbol.asyncIterator]().next()).rejects.toThrow('Could not read');
    } finally {
      await proxy.close();
    }
  });

  it('tells what is wrong with a key and with a bucket for the results', async () => {
    await open();
    const config = { InputType: 'CSV', CSVHeaderLocation: 'FIRST_ROW' };
    await test.deploy('p', map('getObject', config, { Bucket: 'orders', Key: 'none.csv' }));
    const ended = await test.engine.executions.run(EVERYTHING, { pipeline: 'p' });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.ItemReaderFailed' });
    expect(ended.cause).toContain('Could not read s3://orders/none.csv');
    await put('in/one.jsonl', '1\n');
    const definition = map('getObject', {}, { Bucket: 'orders', Key: 'in/one.jsonl' });
    const text = JSON.stringify(definition).replace(
      '"Bucket":"orders","Prefix"',
      '"Bucket":"absent","Prefix"',
    );
    await test.deploy('q', JSON.parse(text) as object);
    expect(await test.engine.executions.run(EVERYTHING, { pipeline: 'q' })).toMatchObject({
      status: 'FAILED',
      error: 'States.ResultWriterFailed',
    });
  });
});
