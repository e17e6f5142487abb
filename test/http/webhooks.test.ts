/**
 * Webhooks: who may make them, and what a request must have to become an event.
 * @module
 */

import { createHash, createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ofTeam } from '../../src/engine/kernel/scope.js';
import { type Answer, echoPipeline, openTestServer, type TestServer } from './test-server.js';

let it: TestServer;
let secret: string;

beforeAll(async () => {
  it = await openTestServer();
  await it.server.engine.pipelines.deploy(
    echoPipeline('orders', {
      team: 'shop',
      sections: {
        trigger: { events: [{ pattern: { source: ['shop.web'] }, inputPath: '$.detail' }] },
      },
    }),
  );
  secret = await create({ name: 'orders', team: 'shop', source: 'shop.web', detailType: 'Order' });
});
afterAll(() => it.close());

async function create(body: object): Promise<string> {
  const answer = await it.request('POST', '/api/v1/webhooks', { body });
  expect(answer.status).toBe(200);
  return answer.json<{ secret: string }>().secret;
}

const seconds = (shift = 0): string => String(Math.floor(Date.now() / 1_000) + shift);
const sign = (key: string, text: string | Buffer, timestamp = ''): string => {
  const hmac = createHmac('sha256', key);
  if (timestamp !== '') hmac.update(`${timestamp}.`);
  return hmac.update(text).digest('hex');
};

interface Sent {
  name?: string;
  key?: string;
  timestamp?: string;
  signed?: string;
  headers?: { [name: string]: string };
}

function send(raw: string | Buffer, given: Sent = {}): Promise<Answer> {
  const { name = 'orders', key = secret, timestamp = seconds(), signed, headers } = given;
  const id = headers?.['millrace-id'];
  const head = id === undefined ? timestamp : `${timestamp}.${id}`;
  return it.request('POST', `/api/v1/webhooks/${name}`, {
    token: null,
    raw,
    headers: {
      'millrace-timestamp': timestamp,
      'millrace-signature': signed ?? `v1=${sign(key, raw, head)}`,
      ...headers,
    },
  });
}

const latest = async (): Promise<{ [name: string]: unknown }> =>
  ((await it.server.engine.events.list(ofTeam('shop'), { limit: 1 }))[0] ?? {}) as never;

describe('a signed request', () => {
  test('is an event of the webhook’s team, and starts what listens for it', async () => {
    const answer = await send('{"order": 7}', { headers: { 'millrace-id': 'order-7' } });
    expect(answer.status).toBe(200);
    expect(answer.json()).toEqual({ id: 'webhook/orders/order-7', duplicate: false });
    expect(await latest()).toMatchObject({
      team: 'shop',
      source: 'shop.web',
      detailType: 'Order',
      matched: ['orders'],
      envelope: { detail: { order: 7 } },
    });
  });

  test('that comes again is the same event, by its id or by what was signed', async () => {
    const headers = { 'millrace-id': 'same' };
    expect((await send('{"n": 1}', { headers })).json()).toMatchObject({ duplicate: false });
    const later = { headers, timestamp: seconds(10) };
    expect((await send('{"n": 1}', later)).json()).toMatchObject({ duplicate: true });
    const timestamp = seconds();
    expect((await send('{"n": 2}', { timestamp })).json()).toMatchObject({ duplicate: false });
    expect((await send('{"n": 2}', { timestamp })).json()).toMatchObject({ duplicate: true });
  });

  test('is not another event for somebody who has seen it and sends it with another id, or without', async () => {
    const timestamp = seconds();
    const signed = `v1=${sign(secret, '{"n": 9}', `${timestamp}.mine`)}`;
    const sent = (id?: string): Promise<Answer> =>
      send('{"n": 9}', { timestamp, signed, headers: id ? { 'millrace-id': id } : {} });
    expect((await sent('mine')).status).toBe(200);
    expect((await sent('yours')).status).toBe(401);
    expect((await sent()).status).toBe(401);
    expect((await send('mine.{"n": 9}', { timestamp, signed })).status).toBe(400);
  });

  test('may carry several signatures, of which one is right', async () => {
    const timestamp = seconds();
    const right = sign(secret, '{}', timestamp);
    const signed = `v1=${'0'.repeat(64)}, v1=${right}`;
    expect((await send('{}', { timestamp, signed })).status).toBe(200);
  });

  test.each<[string, string, Sent, number]>([
    ['a body that is no JSON', '{', {}, 400],
    ['a body that is no object', '[1]', {}, 400],
    ['an empty body', '', {}, 400],
    ['a key __proto__', '{"a": {"\\u005f_proto__": {}}}', {}, 400],
    ['text that no store can keep', '{"a": "\\ud800"}', {}, 400],
    ['an odd id', '{}', { headers: { 'millrace-id': 'a b' } }, 400],
    ['another content type', '{"n": 3}', { headers: { 'content-type': 'text/plain' } }, 200],
  ])('with %s', async (_, body, given, status) => {
    expect((await send(body, given)).status).toBe(status);
  });

  test('that is larger than 256 KiB is refused', async () => {
    expect((await send(`{"a": "${'x'.repeat(262_144)}"}`)).status).toBe(413);
    expect((await send(Buffer.from([0x7b, 0xff, 0x7d]))).status).toBe(400);
  });
});

describe('a request', () => {
  const old = seconds(-310);
  test.each<[string, Sent]>([
    ['of an unknown name', { name: 'nothing' }],
    ['with another secret', { key: 'whsec_wrong' }],
    ['that is more than five minutes old', { timestamp: old }],
    ['of more than five minutes from now', { timestamp: seconds(310) }],
    ['with a timestamp that is no number', { timestamp: 'now' }],
    ['without a version', { signed: 'abc' }],
    ['with a short signature', { signed: 'v1=00' }],
    ['with another version', { signed: `v0=${'0'.repeat(64)}` }],
    [
      'with too many signatures',
      {
        signed: Array(6)
          .fill(`v1=${'0'.repeat(64)}`)
          .join(),
      },
    ],
    ['signed as GitHub does', { signed: '', headers: { 'x-hub-signature-256': 'sha256=00' } }],
  ])('%s is refused like all of them', async (_, given) => {
    const before = await latest();
    const answer = await send('{"order": 8}', given);
    expect(answer.status).toBe(401);
    expect(answer.json()).toMatchObject({ code: 'MILL4021', status: 401 });
    const { text } = await send('{"order": 8}', { name: 'unknown' });
    expect(answer.text).toBe(text);
    expect(await latest()).toEqual(before);
  });

  test('whose body was changed is refused', async () => {
    const timestamp = seconds();
    const signed = `v1=${sign(secret, '{"order": 1}', timestamp)}`;
    expect((await send('{"order": 2}', { timestamp, signed })).status).toBe(401);
  });
});

describe('a webhook', () => {
  test('of GitHub takes its signature and its event, and is known again by its body', async () => {
    const key = await create({ name: 'code', team: 'shop', source: 'github', scheme: 'github' });
    const body = '{"ref": "main"}';
    const headers = {
      'x-hub-signature-256': `sha256=${sign(key, body)}`,
      'x-github-event': 'push',
      'x-github-delivery': '72d3162e',
    };
    const request = { token: null, raw: body, headers };
    const first = await it.request('POST', '/api/v1/webhooks/code', request);
    const digest = createHash('sha256').update(body).digest('hex');
    expect(first.json()).toEqual({ id: `webhook/code/${digest}`, duplicate: false });
    expect(await latest()).toMatchObject({ source: 'github', detailType: 'push' });
    const again = await it.request('POST', '/api/v1/webhooks/code', request);
    expect(again.json()).toMatchObject({ duplicate: true });
  });

  test('takes two secrets after a rotation, and one when the old one is ended', async () => {
    const first = await create({ name: 'turning', source: 's' });
    const rotate = async (body: object): Promise<string> =>
      (await it.request('POST', '/api/v1/webhooks/turning/rotate', { body })).json<{
        secret: string;
      }>().secret;
    const statuses = (...keys: string[]): Promise<number[]> =>
      Promise.all(keys.map(async (key) => (await send('{}', { name: 'turning', key })).status));
    const second = await rotate({});
    expect(await statuses(first, second)).toEqual([200, 200]);
    const third = await rotate({});
    expect(await statuses(first, second, third)).toEqual([401, 200, 200]);
    const fourth = await rotate({ old: 'end' });
    expect(await statuses(second, third, fourth)).toEqual([401, 401, 200]);
    expect((await it.request('DELETE', '/api/v1/webhooks/turning')).status).toBe(200);
    expect(await statuses(fourth)).toEqual([401]);
    expect((await it.request('DELETE', '/api/v1/webhooks/turning')).status).toBe(404);
  });

  test('is listed without its secret, which is nowhere in the data folder', async () => {
    const answer = await it.request('GET', '/api/v1/webhooks');
    expect(answer.json()).toMatchObject({
      webhooks: [{ name: 'code' }, { name: 'orders', team: 'shop', secrets: 1 }],
    });
    expect(answer.text).not.toContain('sealed');
    for (const name of ['millrace.db', 'millrace.db-wal']) {
      const file = readFileSync(join(it.data, name));
      expect(file.includes(secret)).toBe(false);
    }
  });

  test('has a name of its own', async () => {
    const body = { name: 'orders', team: 'other', source: 's' };
    const answer = await it.request('POST', '/api/v1/webhooks', { body });
    expect(answer.status).toBe(409);
    for (const name of ['', '../x', 'a/b', 'a'.repeat(81)]) {
      const refused = await it.request('POST', '/api/v1/webhooks', { body: { ...body, name } });
      expect(refused.status).toBe(400);
    }
  });

  test('tells a guesser so for a while, keeps nobody else out, and works on after a restart', async () => {
    const key = await create({ name: 'busy', team: 'shop', source: 'busy' });
    let refused = 0;
    for (let n = 0; n < 1_205; n += 5) {
      const answers = await Promise.all(
        Array.from({ length: 5 }, () => send('{}', { name: 'busy', key, timestamp: '1' })),
      );
      refused += answers.filter(({ status }) => status === 429).length;
      if (refused > 0) break;
    }
    // Wrong ones are told so 300 times a minute, and do not keep right ones out.
    expect(refused).toBeGreaterThan(0);
    expect((await send('{}', { name: 'busy', key })).status).toBe(200);
    await it.server.close();
    it = await openTestServer({ data: it.data });
    expect((await send('{"n": 9}', { name: 'busy', key })).status).toBe(200);
  });
});
