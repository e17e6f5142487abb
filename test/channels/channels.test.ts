/**
 * What every channel over HTTP does, whatever its service: one suite over all of them, with real requests to stand-ins that refuse
 * what the real services would.
 */
import { createHmac } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import { describe, expect, test } from 'vitest';
import type { Channel, SendContext, SendOutcome } from '../../src/channels/channel.js';
import { CHANNELS } from '../../src/channels/channels.js';
import type { Message } from '../../src/channels/message.js';
import { createChannelPorts } from '../../src/engine/adapters/channels/channel-ports.js';
import { ATTACKS, attacked, message } from './messages.js';
import { opsgenie, pagerduty, ROUTING_KEY, teams } from './on-call.js';
import { openSink, type Received, slackApi, slackWebhook } from './sinks.js';
import { githubServer, gitlabServer, jiraServer } from './trackers.js';

const NOW = 1_793_509_200_000;
const MARK = 'millrace-incident-42-0123456789abcdef';
const SECRET = 'canary-signing-secret';
const local = createChannelPorts({ allowPrivateAddresses: ['127.0.0.1'], timeoutMs: 400 });
const guarded = createChannelPorts({ timeoutMs: 400 });

const JIRA = { token: 'canary-token', project: 'PIPE', issueType: 'Bug' };

interface Case {
  readonly type: string;
  /** A configuration that leads to an address. */
  config(url: string): object;
  service(): (received: Received, response: ServerResponse) => void;
}

const CASES: readonly (readonly [string, Case])[] = [
  [
    'webhook',
    {
      type: 'webhook',
      config: (url) => ({ url: `${url}/in`, secret: SECRET, token: 'canary-token' }),
      service: () => (_, response) => response.writeHead(202).end('taken'),
    },
  ],
  [
    'slack by a webhook',
    {
      type: 'slack',
      config: (url) => ({ url: `${url}/services/T/B/x` }),
      service: () => slackWebhook,
    },
  ],
  [
    'slack by a bot',
    {
      type: 'slack',
      config: (api) => ({ api, token: 'xoxb-canary', room: '#data' }),
      service: () => slackApi(0),
    },
  ],
  [
    'teams',
    { type: 'teams', config: (url) => ({ url: `${url}/workflows/x` }), service: () => teams },
  ],
  [
    'jira cloud',
    {
      type: 'jira',
      config: (url) => ({ url, user: 'ada@example.org', ...JIRA }),
      service: () => jiraServer(3).service,
    },
  ],
  [
    'jira server',
    {
      type: 'jira',
      config: (url) => ({ url, api: 2, ...JIRA }),
      service: () => jiraServer(2).service,
    },
  ],
  [
    'github',
    {
      type: 'github',
      config: (url) => ({ url, token: 'canary-token', repository: 'acme/data' }),
      service: () => githubServer().service,
    },
  ],
  [
    'gitlab',
    {
      type: 'gitlab',
      config: (url) => ({ url, token: 'canary-token', project: 'acme/data' }),
      service: () => gitlabServer().service,
    },
  ],
  [
    'pagerduty',
    {
      type: 'pagerduty',
      config: (url) => ({ url, routingKey: ROUTING_KEY }),
      service: () => pagerduty,
    },
  ],
  [
    'opsgenie',
    {
      type: 'opsgenie',
      config: (url) => ({ url, key: 'canary-key' }),
      service: () => opsgenie(''),
    },
  ],
  [
    'jsm-ops',
    {
      type: 'jsm-ops',
      config: (url) => ({ url: `${url}/jsm/ops/integration`, key: 'canary-key' }),
      service: () => opsgenie('/jsm/ops/integration'),
    },
  ],
];

async function send(
  { type, config }: Case,
  url: string,
  told: Message,
  context: Partial<SendContext> = {},
): Promise<SendOutcome> {
  const channel = CHANNELS.get(type) as Channel;
  return await channel.send(told, channel.config.parse(config(url)), {
    ports: local,
    ...{ address: undefined, people: [], thread: undefined, mark: MARK, now: NOW },
    signal: new AbortController().signal,
    ...context,
  });
}

describe.each(CASES)('%s', (_, one) => {
  /** A service that answers so, whatever it gets. */
  const answering = async (answer: (response: ServerResponse) => void): Promise<SendOutcome> => {
    const sink = await openSink((_received, response) => answer(response));
    return await send(one, sink.url, message());
  };

  test('delivers what its service takes', async () => {
    const sink = await openSink(one.service());
    expect(await send(one, sink.url, message())).toMatchObject({ type: 'delivered' });
    // Systems of tickets are asked first whether there is one.
    expect(sink.received.at(-1)?.body).toContain('orders failed');
    for (const { body } of sink.received) expect(body).not.toContain('canary');
  });

  test.each(ATTACKS.map((attack) => [attack.slice(0, 40), attack]))(
    'delivers %j as text',
    async (_name, attack) => {
      const sink = await openSink(one.service());
      const outcome = await send(one, sink.url, attacked(attack));
      expect(outcome).toMatchObject({ type: 'delivered' });
      for (const { body, headers } of sink.received) {
        expect(body).not.toContain('javascript:');
        expect(body).not.toContain('data:text');
        expect(Object.keys(headers).filter((name) => /bcc|x-in/.test(name))).toEqual([]);
      }
    },
  );

  test.each([400, 401, 403, 404, 410])('is refused for good with %i', async (status) => {
    const outcome = await answering((response) => response.writeHead(status).end('no'));
    expect(outcome).toEqual({ type: 'refused', error: `it answered ${status}: no` });
  });

  test.each([408, 425, 500, 502, 503])('may try again after %i', async (status) => {
    const outcome = await answering((response) => response.writeHead(status).end());
    expect(outcome).toEqual({ type: 'failed', error: `it answered ${status}` });
  });

  test('leaves the service alone for the seconds, or until the date, that 429 names', async () => {
    const after = (header: string | undefined) =>
      answering((response) =>
        response.writeHead(429, header === undefined ? {} : { 'retry-after': header }).end(),
      );
    const date = new Date(NOW + 60_000).toUTCString();
    expect(await after('30')).toMatchObject({ type: 'failed', retryAfterMs: 30_000 });
    expect(await after(date)).toMatchObject({ type: 'failed', retryAfterMs: 60_000 });
    expect(await after('999999')).toMatchObject({ type: 'failed', retryAfterMs: 900_000 });
    for (const none of [undefined, 'soon', '-5', '0']) {
      expect(await after(none)).toEqual({ type: 'failed', error: 'it answered 429' });
    }
  });

  test('follows no redirect', async () => {
    const elsewhere = await openSink((_received, response) => response.end('ok'));
    const outcome = await answering((response) =>
      response.writeHead(307, { location: elsewhere.url }).end(),
    );
    expect(outcome).toEqual({
      type: 'refused',
      error: 'it answered 307, and redirects are not followed',
    });
    expect(elsewhere.received).toEqual([]);
  });

  test('waits for an answer no longer than it may', async () => {
    expect(await answering(() => undefined)).toEqual({
      type: 'failed',
      error: 'there was no answer within 0.4 s',
    });
    const dripping = await answering((response) => void response.writeHead(200).write('o'));
    expect(dripping).toMatchObject({ type: 'failed' });
  });

  test('reads no more of an answer than 64 KiB', async () => {
    let written = 0;
    await answering((response) => {
      const chunk = 'x'.repeat(65_536);
      response.writeHead(500);
      const more = (): void => {
        while (written < 1_000 && response.write(chunk)) written += 1;
      };
      response.on('drain', more);
      more();
    });
    expect(written).toBeLessThan(500);
  });

  test('may try again where nobody is there', async () => {
    const outcome = await send(one, 'http://127.0.0.1:9', message());
    expect(outcome).toMatchObject({
      type: 'failed',
      error: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('dials no address that the operator has not allowed', async () => {
    const sink = await openSink(one.service());
    const outcome = await send(one, sink.url, message(), { ports: guarded });
    expect(outcome).toMatchObject({ type: 'refused', error: expect.stringContaining('127.0.0.1') });
    const named = await send(one, sink.url.replace('127.0.0.1', 'localhost'), message(), {
      ports: guarded,
    });
    expect(named).toMatchObject({ type: 'refused' });
    expect(sink.received).toEqual([]);
  });

  test('ends when the server closes', async () => {
    const closing = new AbortController();
    const sink = await openSink(() => closing.abort());
    const outcome = await send(one, sink.url, message(), { signal: closing.signal });
    expect(outcome).toMatchObject({ type: 'failed' });
  });
});

describe('a webhook', () => {
  const [, hook] = CASES[0] as (typeof CASES)[number];

  test('is signed as incoming webhooks of Millrace are, over the bytes that arrive', async () => {
    const sink = await openSink(hook.service());
    await send(hook, sink.url, message({ key: 'incident-42-3' }));
    const { headers, body, json } = sink.received[0] as Received;
    const time = headers['millrace-timestamp'];
    const wanted = createHmac('sha256', SECRET)
      .update(`${time}.incident-42-3.${body}`)
      .digest('hex');
    expect(headers).toMatchObject({
      'millrace-signature': `v1=${wanted}`,
      ...{ 'millrace-id': 'incident-42-3', 'idempotency-key': 'incident-42-3' },
      ...{ authorization: 'Bearer canary-token', 'content-type': 'application/json' },
    });
    expect(Number(time)).toBe(NOW / 1_000);
    expect(json).toEqual({
      ...{ version: 1, key: 'incident-42-3', thread: 'incident-42', kind: 'opened' },
      ...{ level: 'critical', team: 'parcels', at: NOW, title: 'orders failed' },
      ...{ text: 'NoDisk: full', facts: [{ name: 'Owner', value: 'Ada' }] },
      links: [{ name: 'State', url: 'https://millrace.example/e/1?a=1&b=2' }],
      actions: [{ name: 'Acknowledge', url: 'https://millrace.example/act?token=t' }],
      ...{ tags: { county: 'alpine' }, people: [] },
    });
  });
});

describe('Slack', () => {
  const [, hook] = CASES[1] as (typeof CASES)[number];
  const [, bot] = CASES[2] as (typeof CASES)[number];

  test('goes on in a thread with the timestamp of the first message', async () => {
    const sink = await openSink(bot.service());
    const first = await send(bot, sink.url, message());
    expect(first).toEqual({
      ...{ type: 'delivered', words: 'posted in #data' },
      reference: { ts: '1790000000.000001', channel: 'C0DATA' },
    });
    const reference = first.type === 'delivered' ? first.reference : undefined;
    await send(bot, sink.url, message({ kind: 'resolved' }), { thread: reference });
    expect(sink.received.map(({ json }) => [json.channel, json.thread_ts])).toEqual([
      ['#data', undefined],
      ['C0DATA', '1790000000.000001'],
    ]);
  });

  test.each([
    ['channel_not_found', 'refused'],
    ['invalid_auth', 'refused'],
    ['not_in_channel', 'refused'],
    ['ratelimited', 'failed'],
    ['internal_error', 'failed'],
  ])('takes "ok": false with %s in an answer of 200 as %s', async (error, type) => {
    const sink = await openSink((_, response) =>
      response.end(JSON.stringify({ ok: false, error })),
    );
    expect(await send(bot, sink.url, message())).toEqual({
      type,
      error: `Slack answered ${error}`,
    });
  });

  test.each(['', 'no json', '{"ok":true}', '[]'])(
    'takes %j with 200 as a failure',
    async (body) => {
      const sink = await openSink((_, response) => response.end(body));
      expect(await send(bot, sink.url, message())).toMatchObject({ type: 'failed' });
      expect(await send(hook, sink.url, message())).toMatchObject({ type: 'failed' });
    },
  );

  test('shows markup of others as text: only our links and members that are known are mrkdwn', async () => {
    const sink = await openSink(hook.service());
    for (const attack of ATTACKS) await send(hook, sink.url, attacked(attack));
    const people = [
      { name: 'Ada', slack: 'U0123ABCD' },
      { name: 'Eve', slack: '!channel' },
    ];
    await send(hook, sink.url, message(), { people });
    for (const { json } of sink.received) {
      expect(json).toMatchObject({ mrkdwn: false, unfurl_links: false, unfurl_media: false });
      expect(json.text).not.toMatch(/<[!@#]|<http/);
      for (const { text } of json.blocks.filter(
        (block: { text?: { type: string } }) => block.text?.type === 'mrkdwn',
      )) {
        // Nothing but links of ours and members.
        expect(
          text.text
            .replaceAll(/<https:\/\/millrace\.example\/[^<>|]*\|[^<>|*_~`]*>|<@U0123ABCD>/g, '')
            .trim(),
        ).toBe('');
      }
    }
    expect(JSON.stringify(sink.received.at(-1)?.json)).toContain('<@U0123ABCD>');
    expect(JSON.stringify(sink.received.at(-1)?.json)).not.toContain('!channel');
  });

  test('posts in another room with a bot, and not with a webhook', async () => {
    const sink = await openSink(bot.service());
    await send(bot, sink.url, message(), { address: '#other' });
    expect(sink.received[0]?.json.channel).toBe('#other');
    expect(await send(hook, sink.url, message(), { address: '#other' })).toMatchObject({
      type: 'refused',
    });
    expect(sink.received).toHaveLength(1);
  });
});

test('every kind of channel has fields for its secrets, and takes a configuration of the suite', () => {
  for (const channel of CHANNELS.values()) {
    for (const field of channel.secrets) expect(Object.keys(channel.config.shape)).toContain(field);
    expect(channel.perSecond).toBeGreaterThan(0);
  }
  const tried = new Set(CASES.map(([, { type }]) => type));
  // Mail and AWS have servers of their own kind (email.test.ts, aws.test.ts), and the outbox none.
  const others = ['outbox', 'email', 'sns', 'ses'];
  expect([...CHANNELS.keys()].filter((type) => !tried.has(type))).toEqual(others);
});
