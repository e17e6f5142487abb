/**
 * Clicks of messages on a real server: what arrives at a receiver has links that act, each once; opening one changes nothing, and
 * nobody can make one.
 */
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PATHS, PREFIX, pathTo } from '../../src/api/paths.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openTestServer, type TestServer } from './test-server.js';

let it: TestServer;
let sink: HttpServer;
/** What has arrived, the oldest first. */
const arrived: string[] = [];
let heard: () => void = () => {};

beforeAll(async () => {
  sink = createServer((request, response) => {
    let body = '';
    request.on('data', (part) => {
      body += part;
    });
    request.on('end', () => {
      arrived.push(body);
      response.end('ok');
      heard();
    });
  });
  await new Promise<void>((done) => sink.listen(0, '127.0.0.1', done));
  const { port } = sink.address() as AddressInfo;
  it = await openTestServer({
    publicUrl: 'https://millrace.example',
    channelAddresses: ['127.0.0.1'],
  });
  const channels = { hook: { type: 'webhook', url: `http://127.0.0.1:${port}/` } };
  const sections = { channels, notify: [{ channels: ['hook'] }] };
  const now = { file: 'team.yaml', team: 'default', sections: { incidents: { wait: 0 } } };
  await it.server.engine.incidents.declare([now], []);
  const file = { file: 'team.yaml', team: 'default', sections };
  await it.server.engine.notifications.declare([file], []);
});
afterAll(async () => {
  await it.close();
  await new Promise((done) => sink.close(done));
});

/** Reports a failure and answers the paths of the clicks in the message of it. */
async function clicksOf(name: string): Promise<string[]> {
  arrived.length = 0;
  const came = new Promise<void>((done) => {
    heard = done;
  });
  const body = { name, status: 'CRITICAL', cause: '<b>no</b> disk' };
  await it.request('POST', `${PREFIX}${PATHS.checks}`, { body });
  await came;
  const links = [
    ...(arrived[0] ?? '').matchAll(/https:\/\/millrace\.example(\/act\?token=[\w-]+)/g),
  ];
  return links.map(([, path = '']) => path);
}

const open = { token: null } as const;

async function statusOf(name: string): Promise<string | undefined> {
  const { items } = await it.server.engine.incidents.list(EVERYTHING, { status: 'all' });
  return items.find(({ title }) => title.startsWith(name))?.status;
}

test('a click acknowledges an incident, and only once; opening it changes nothing', async () => {
  const [acknowledge = '', snooze = ''] = await clicksOf('permits');
  const page = await it.request('GET', acknowledge, open);
  expect(page.status).toBe(200);
  expect(page.text).toContain('&lt;b&gt;no&lt;/b&gt; disk');
  expect(await statusOf('permits')).toBe('OPEN');
  const clicks = await Promise.all([1, 2, 3].map(() => it.request('POST', acknowledge, open)));
  expect(clicks.map(({ status }) => status).sort()).toEqual([200, 404, 404]);
  expect(await statusOf('permits')).toBe('ACKNOWLEDGED');
  expect((await it.request('GET', acknowledge, open)).status).toBe(404);
  expect((await it.request('POST', snooze, open)).text).toContain('It is snoozed until');
});

test('as a browser sends it, a form without fields', async () => {
  const [acknowledge = ''] = await clicksOf('deeds');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  const answer = await it.request('POST', acknowledge, { ...open, raw: '', headers });
  expect(answer.status).toBe(200);
});

test('nobody can make one, and no token of the API is one', async () => {
  const [acknowledge = ''] = await clicksOf('taxes');
  const changed = acknowledge.replace(/.(?=.{40}$)/, (sign) => (sign === 'A' ? 'B' : 'A'));
  const forged = [
    changed,
    acknowledge.slice(0, -8),
    `/act?token=${it.operator}`,
    '/act?token=x',
    `/act?token=${'A'.repeat(600)}`,
  ];
  for (const path of forged) {
    for (const method of ['GET', 'POST']) {
      expect((await it.request(method, path, open)).status, `${method} ${path}`).toBe(404);
    }
  }
  expect((await it.request('GET', '/act', open)).status).toBe(400);
  expect(await statusOf('taxes')).toBe('OPEN');
});

test('whoever may only read does not find clicks in the log of deliveries', async () => {
  await clicksOf('water');
  const viewer = await it.server.authenticator.issue('api', { label: 'reader', role: 'viewer' });
  const list = await it.request('GET', `${PREFIX}${PATHS.deliveries}`, { token: viewer });
  expect(list.text).toContain('water failed');
  expect(list.text).not.toContain('/act');
  const { items } = list.json<{ items: { number: number }[] }>();
  const path = pathTo(PATHS.delivery, { number: String(items[0]?.number) });
  const one = await it.request('GET', PREFIX + path, { token: viewer });
  expect(one.text).not.toContain('/act');
});
