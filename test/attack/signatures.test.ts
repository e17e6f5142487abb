/**
 * What is signed cannot be turned into something else: another operation, another event, a second delivery. And a sealing
 * key that was lost or replaced is told, with the way back, instead of looking like a fault.
 * @module
 */

import { createHash, createHmac } from 'node:crypto';
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { checkSealOf } from '../../src/server.js';
import { openTestServer, type TestServer, waitingPipeline } from '../http/test-server.js';

let server: TestServer;
let key: { accessKeyId: string; secretAccessKey: string };

beforeAll(async () => {
  server = await openTestServer();
  key = await server.server.accessKeys.issue({ team: 'default', role: 'editor', label: 'test' });
});
afterAll(() => server.close());

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Signs a call by hand, so that headers can be left out of the signature. */
function sign(
  headers: { [name: string]: string },
  body: string,
  unsigned: readonly string[] = [],
): { [name: string]: string } {
  const stamp = new Date().toISOString().replaceAll(/[-:]|\.\d+/g, '');
  const day = stamp.slice(0, 8);
  const all: { [name: string]: string } = {
    host: new URL(server.server.url).host,
    'x-amz-date': stamp,
    ...headers,
  };
  const names = Object.keys(all)
    .filter((name) => !unsigned.includes(name))
    .sort();
  const scope = `${day}/us-east-1/states/aws4_request`;
  const canonical = ['POST', '/', '', ...names.map((name) => `${name}:${all[name]}`), '']
    .concat([names.join(';'), sha256(body)])
    .join('\n');
  let secret: string | Buffer = `AWS4${key.secretAccessKey}`;
  for (const part of [day, 'us-east-1', 'states', 'aws4_request']) {
    secret = createHmac('sha256', secret).update(part).digest();
  }
  const toSign = ['AWS4-HMAC-SHA256', stamp, scope, sha256(canonical)].join('\n');
  const signature = createHmac('sha256', secret).update(toSign).digest('hex');
  return {
    ...all,
    authorization: `AWS4-HMAC-SHA256 Credential=${key.accessKeyId}/${scope}, SignedHeaders=${names.join(';')}, Signature=${signature}`,
  };
}

const post = (
  headers: { [name: string]: string },
  body: string,
): ReturnType<TestServer['request']> =>
  server.request('POST', '/', { token: null, raw: body, headers });

const TARGET = 'AWSStepFunctions.ListStateMachines';
const CALL = {
  'x-amz-target': TARGET,
  'content-type': 'application/x-amz-json-1.0',
  'x-amz-user-agent': 'a-client/1.0',
};

describe('a request to the AWS API', () => {
  it('is performed when all that it says is signed', async () => {
    expect((await post(sign(CALL, '{}'), '{}')).status).toBe(200);
  });

  test.each(['host', 'x-amz-date', 'x-amz-target', 'content-type', 'x-amz-user-agent'])(
    'is refused when its %s is not signed',
    async (name) => {
      const answer = await post(sign(CALL, '{}', [name]), '{}');
      expect(answer.status).toBe(400);
      expect(answer.json()).toMatchObject({
        __type: expect.stringMatching(/InvalidSignatureException$/),
        message: `'${name}' must be a signed header in the AWS Authorization.`,
      });
    },
  );

  test.each([
    ['a target was put in', { 'content-type': CALL['content-type'] }, { 'x-amz-target': TARGET }],
    ['its target was changed', CALL, { 'x-amz-target': 'AWSStepFunctions.DeleteStateMachine' }],
    ['a session token was put in', CALL, { 'x-amz-security-token': 'x' }],
  ])('is refused when %s on the way', async (_what, signed, changed) => {
    const answer = await post({ ...sign(signed as typeof CALL, '{}'), ...changed }, '{}');
    expect(answer.status).toBe(400);
    expect(String(answer.json().__type)).toContain('InvalidSignatureException');
  });
});

describe('a delivery of GitHub', () => {
  it('that is sent again is no new event, whatever id, event name or secret it comes under', async () => {
    const made = await server.request('POST', '/api/v1/webhooks', {
      body: { name: 'code', team: 'default', source: 'github', scheme: 'github' },
    });
    const { secret } = made.json<{ secret: string }>();
    const raw = '{"ref":"refs/heads/main","after":"4fe1c0ffee"}';
    const signed = (by: string): string =>
      `sha256=${createHmac('sha256', by).update(raw).digest('hex')}`;
    const send = async (headers: { [name: string]: string }): Promise<unknown> => {
      const answer = await server.request('POST', '/api/v1/webhooks/code', {
        token: null,
        raw,
        headers: { 'x-hub-signature-256': signed(secret), ...headers },
      });
      return [answer.status, answer.json().duplicate];
    };
    expect(await send({ 'x-github-delivery': 'one', 'x-github-event': 'push' })).toEqual([
      200,
      false,
    ]);
    for (const headers of [
      { 'x-github-delivery': 'one', 'x-github-event': 'push' },
      { 'x-github-delivery': 'two', 'x-github-event': 'push' },
      { 'x-github-delivery': 'three', 'x-github-event': 'delete' },
      { 'x-github-delivery': '../../x', 'x-github-event': 'push' },
      { 'millrace-id': 'four' },
      {},
    ] as { [name: string]: string }[]) {
      expect(await send(headers)).toEqual([200, true]);
    }
    await server.request('POST', '/api/v1/webhooks/code/rotate', { body: {} });
    expect(await send({ 'x-github-delivery': 'five' })).toEqual([200, true]);
    const stored = await server.request('GET', '/api/v1/stored-events');
    expect(stored.json<{ items: unknown[] }>().items.length).toBe(1);
  });
});

describe('a sealing key that was replaced', () => {
  it('is told at the start, to clients, by the health and to doctor; with the old key all goes on', async () => {
    const data = mkdtempSync(join(tmpdir(), 'millrace-seal-'));
    const file = join(data, 'seal.key');
    let it = await openTestServer({ data });
    expect(it.server.sealCheck).toEqual({ fits: true, unreadable: [] });
    key = await it.server.accessKeys.issue({ team: 'default', role: 'editor', label: 'test' });
    await it.request('POST', '/api/v1/webhooks', {
      body: { name: 'hook', team: 'default', source: 's' },
    });
    await it.server.engine.pipelines.deploy(waitingPipeline('waits'));
    const { id } = await it.server.engine.executions.start(EVERYTHING, {
      pipeline: 'waits',
      input: { password: 'sealed-with-the-first-key' },
    });
    await it.server.close();
    copyFileSync(file, join(data, 'backup'));
    writeFileSync(file, Buffer.alloc(32, 9));

    const unreadable = [`access key ${key.accessKeyId}`, 'webhook hook'];
    expect(await checkSealOf(data)).toEqual({ fits: false, unreadable });
    rmSync(file);
    expect((await checkSealOf(data)).fits).toBe(false);
    writeFileSync(file, Buffer.alloc(32, 9));
    it = await openTestServer({ data });
    expect(it.server.sealCheck).toEqual({ fits: false, unreadable });
    expect((await it.request('GET', '/api/v1/health')).json()).toMatchObject({
      status: 'ready',
      sealKey: 'another one',
    });
    expect(readFileSync(join(data, 'millrace.log'), 'utf8')).toContain('seal.key is not the key');

    server = await swap(server, it);
    const call = await post(sign(CALL, '{}'), '{}');
    expect(call.status).toBe(400);
    expect(call.json()).toMatchObject({
      __type: expect.stringMatching(/UnrecognizedClientException$/),
      message: expect.stringContaining('seal.key'),
    });
    const message = await it.request('POST', '/api/v1/webhooks/hook', {
      token: null,
      raw: '{}',
      headers: {
        'millrace-timestamp': String(Math.floor(Date.now() / 1000)),
        'millrace-signature': `v1=${'0'.repeat(64)}`,
      },
    });
    expect(message.status).toBe(503);
    expect(message.json()).toMatchObject({
      code: 'MILL3024',
      fix: expect.stringContaining('Put seal.key back'),
    });
    // What needs no secret works; what does says so and is left as it is.
    expect((await it.request('GET', '/api/v1/executions')).json()).toMatchObject({
      items: [{ id, status: 'RUNNING' }],
    });
    for (const [method, path] of [
      ['GET', `/api/v1/executions/${id}`],
      ['POST', `/api/v1/executions/${id}/stop`],
    ] as const) {
      const answer = await it.request(method, path);
      expect([answer.status, answer.json().code]).toEqual([503, 'MILL3024']);
    }
    await it.server.close();

    copyFileSync(join(data, 'backup'), file);
    it = await openTestServer({ data });
    expect(it.server.sealCheck.fits).toBe(true);
    server = await swap(server, it);
    expect((await post(sign(CALL, '{}'), '{}')).status).toBe(200);
    const stopped = await it.request('POST', `/api/v1/executions/${id}/stop`);
    expect(stopped.json()).toMatchObject({ status: 'ABORTED' });
  });
});

/** The server that requests go to from now on; the one before is closed when it still runs. */
async function swap(before: TestServer, next: TestServer): Promise<TestServer> {
  if (before.data !== next.data) await before.close();
  return next;
}
