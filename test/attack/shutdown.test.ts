/**
 * A server that ends tells so: until the last attempt has ended its listener stays open and answers 503, who waits is
 * answered, live events end. Only then nobody is there.
 * @module
 */

import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, test } from 'vitest';
import { readServerFile } from '../../src/cli/client.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { type Answer, echoPipeline, openTestServer, type TestServer } from '../http/test-server.js';

let server: TestServer;
const folder = mkdtempSync(join(tmpdir(), 'millrace-shutdown-'));
const goOn = join(folder, 'go-on');
let closed: Promise<void>;
let waiting: Promise<Answer>;
let starting: Promise<Answer>;
let stream: Promise<string>;
let execution: string;
const SIGNED = {
  authorization: `AWS4-HMAC-SHA256 Credential=ANY/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
};

beforeAll(async () => {
  server = await openTestServer({ acceptAnyAccessKey: true });
  const { engine, url } = server.server;
  writeFileSync(
    join(folder, 'hold.sh'),
    '#!/bin/sh\necho at work\nwhile [ ! -e go-on ]; do sleep 0.05; done\n',
  );
  await engine.pipelines.deploy(
    echoPipeline('hold', {
      folder,
      definition: {
        StartAt: 'Hold',
        States: {
          Hold: {
            Type: 'Task',
            Resource: 'millrace:shell',
            Parameters: { script: 'hold.sh' },
            End: true,
          },
        },
      } as never,
    }),
  );
  const live = await fetch(`${url}/api/v1/events`, {
    headers: { authorization: `Bearer ${server.operator}` },
  });
  stream = live.text();
  const started = await engine.executions.start(EVERYTHING, { pipeline: 'hold' });
  execution = started.id;
  // The attempt runs when it has said so.
  await new Promise<void>((resolve) => {
    const stop = engine.executions.subscribe(EVERYTHING, (change) => {
      if (change.type !== 'log') return;
      stop();
      resolve();
    });
  });
  waiting = server.request('GET', `/api/v1/executions/${execution}?wait=200`);
  starting = server.request('POST', '/api/v1/executions?wait=200', { body: { pipeline: 'hold' } });
  while ((await engine.executions.list(EVERYTHING)).items.length < 2) {
    await new Promise((resolve) => setImmediate(resolve));
  }
  closed = server.server.close();
}, 180_000);

afterAll(async () => {
  writeFileSync(goOn, '');
  await closed;
  rmSync(folder, { recursive: true, force: true });
  rmSync(server.data, { recursive: true, force: true });
});

it('ends live events, and answers who waits with what there is', async () => {
  expect(await stream).toContain('at work');
  expect((await waiting).json()).toMatchObject({ id: execution, status: 'RUNNING' });
  expect((await starting).json()).toMatchObject({ status: 'RUNNING' });
});

it('says in its health that it is closing', async () => {
  const answer = await server.request('GET', '/api/v1/health', { token: null });
  expect([answer.status, answer.json().status]).toEqual([200, 'closing']);
});

test.each([
  ['GET', '/api/v1/executions'],
  ['GET', '/api/v1/events'],
  ['POST', '/api/v1/executions'],
  ['POST', '/api/v1/webhooks/any'],
  ['POST', '/api/v1/tasks/success'],
  ['GET', '/login?token=any'],
  ['GET', '/nowhere'],
])('it refuses %s %s with 503 and without a token’s being looked at', async (method, path) => {
  const answer = await server.request(method, path, {
    token: null,
    ...(method === 'POST' ? { body: {} } : {}),
  });
  expect([answer.status, answer.json().code]).toEqual([503, 'MILL3017']);
  expect(answer.headers.connection).toBe('close');
});

it('refuses AWS’s clients in their words', async () => {
  const answer = await server.request('POST', '/', {
    token: null,
    body: {},
    headers: { ...SIGNED, 'x-amz-target': 'AWSStepFunctions.ListStateMachines' },
  });
  expect(answer.status).toBe(503);
  expect(answer.json().__type).toMatch(/ServiceUnavailableException$/);
  expect(answer.headers.connection).toBe('close');
});

it('lets the running attempt end, then closes, and keeps what came of it', async () => {
  // Until then whoever looks for the server finds it.
  expect(readServerFile(server.data)).toBeDefined();
  writeFileSync(goOn, '');
  await closed;
  await expect(server.request('GET', '/api/v1/health')).rejects.toMatchObject({
    code: 'ECONNREFUSED',
  });
  expect(readServerFile(server.data)).toBeUndefined();
  const next = await openTestServer({ data: server.data });
  const ended = await next.request('GET', `/api/v1/executions/${execution}?wait=20`);
  expect(ended.json()).toMatchObject({ status: 'SUCCEEDED' });
  await next.server.close();
});
