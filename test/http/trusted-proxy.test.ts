import { afterEach, expect, it } from 'vitest';
import { openTestServer, type TestServer } from './test-server.js';

let server: TestServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

/** The address that the audit log has of a request with these headers. */
async function seen(
  trustedProxies: readonly string[],
  headers: { [name: string]: string },
): Promise<string | undefined> {
  server = await openTestServer({ trustedProxies });
  const body = { label: 'seen', role: 'viewer', teams: ['own'] };
  const made = await server.request('POST', '/api/v1/tokens', { body, headers });
  expect(made.status).toBeLessThan(300);
  const answer = await server.request('GET', '/api/v1/audit');
  const { items } = answer.json<{ items: { address?: string; action: string }[] }>();
  return items[0]?.address;
}

it.each([
  ['nobody is trusted', [], '203.0.113.7', '127.0.0.1'],
  ['another proxy is trusted', ['10.0.0.0/8'], '203.0.113.7', '127.0.0.1'],
  ['it is the proxy', ['127.0.0.1'], '203.0.113.7', '203.0.113.7'],
  ['its network is trusted', ['127.0.0.0/8'], '203.0.113.7', '203.0.113.7'],
  ['who asked has made up one more', ['127.0.0.0/8'], '198.51.100.1, 203.0.113.7', '203.0.113.7'],
  ['two proxies pass it on', ['127.0.0.0/8', '10.0.0.5'], '203.0.113.7, 10.0.0.5', '203.0.113.7'],
] as const)(
  'X-Forwarded-For is believed of trusted proxies alone: %s',
  async (_, proxies, header, address) => {
    expect(await seen(proxies, { 'x-forwarded-for': header })).toBe(address);
  },
);
