/**
 * Tickets: one for each thread whatever is lost on the way, in every system of tickets; and what on-call services are told.
 */
import { describe, expect, test } from 'vitest';
import type {
  Channel,
  SendContext,
  SendOutcome,
  ThreadReference,
} from '../../src/channels/channel.js';
import { CHANNELS } from '../../src/channels/channels.js';
import { escapeWiki } from '../../src/channels/jira/wiki.js';
import type { Message } from '../../src/channels/message.js';
import { teamsBody } from '../../src/channels/teams/teams-channel.js';
import { fenced } from '../../src/channels/tickets/markdown.js';
import { createChannelPorts } from '../../src/engine/adapters/channels/channel-ports.js';
import { ATTACKS, attacked, message } from './messages.js';
import { opsgenie, pagerduty, ROUTING_KEY } from './on-call.js';
import { openSink, type Sink } from './sinks.js';
import { githubServer, gitlabServer, jiraServer, type StandIn } from './trackers.js';

const MARK = 'millrace-incident-42-0123456789abcdef';
const ports = createChannelPorts({ allowPrivateAddresses: ['127.0.0.1'], timeoutMs: 400 });
const context = { ports, now: message().at, signal: new AbortController().signal };

class Told {
  readonly sink: Sink;
  readonly #channel: Channel;
  readonly #config: object;
  thread: ThreadReference | undefined;

  constructor(type: string, config: (url: string) => object, sink: Sink) {
    this.sink = sink;
    this.#channel = CHANNELS.get(type) as Channel;
    this.#config = this.#channel.config.parse(config(sink.url)) as object;
  }

  /** What is told is kept of the thread, as the engine does. */
  async tell(told: Message, mark: string = MARK): Promise<SendOutcome> {
    const given: SendContext = {
      ...{ ...context, address: undefined, people: [], thread: this.thread, mark },
    };
    const outcome = await this.#channel.send(told, this.#config, given);
    if (outcome.type === 'delivered') this.thread = outcome.reference ?? this.thread;
    return outcome;
  }

  async look(): Promise<unknown> {
    return await this.#channel.look?.(this.thread ?? {}, this.#config, context);
  }
}

const JIRA = {
  ...{ token: 'canary-token', project: 'PIPE', issueType: 'Bug', resolve: 'done' },
  ...{ reopen: 'Reopen', priorities: { critical: 'Highest' }, fields: { customfield_1: 'data' } },
};

const SYSTEMS: readonly (readonly [
  string,
  { type: string; config: (url: string) => object; open: () => StandIn; name: string },
])[] = [
  [
    'Jira Cloud',
    {
      ...{ type: 'jira', name: 'PIPE-12', open: () => jiraServer(3) },
      config: (url) => ({ url, user: 'ada@example.org', ...JIRA }),
    },
  ],
  [
    'Jira Server',
    {
      ...{ type: 'jira', name: 'PIPE-12', open: () => jiraServer(2) },
      config: (url) => ({ url, api: 2, ...JIRA }),
    },
  ],
  [
    'GitHub',
    {
      ...{ type: 'github', name: '#12', open: githubServer },
      config: (url) => ({ url, token: 'canary-token', repository: 'acme/data' }),
    },
  ],
  [
    'GitLab',
    {
      ...{ type: 'gitlab', name: '#12', open: gitlabServer },
      config: (url) => ({ url, token: 'canary-token', project: 'acme/data' }),
    },
  ],
];

describe.each(SYSTEMS)('%s', (_, { type, config, open, name }) => {
  async function started(): Promise<{ there: StandIn; told: Told }> {
    const there = open();
    return { there, told: new Told(type, config, await openSink(there.service)) };
  }
  const as = (kind: Message['kind'], more: Partial<Message> = {}): Message =>
    message({ kind, key: `incident-42-${kind}`, ...more });

  test('has one ticket for a thread: opened, commented on, closed, opened again', async () => {
    const { there, told } = await started();
    expect(await told.tell(message())).toMatchObject({ words: `opened ${name}` });
    await told.tell(as('repeated', { title: 'orders failed again' }));
    await told.tell(as('acknowledged', { level: 'info', title: 'Ada has it' }));
    expect(there.all).toMatchObject([{ title: 'orders failed', isClosed: false }]);
    expect(JSON.stringify(there.all[0]?.comments)).toContain('Ada has it');
    const over = await told.tell(as('resolved', { level: 'good', title: 'orders is good again' }));
    expect(over).toMatchObject({ type: 'delivered', reference: { state: 'closed' } });
    expect(there.all[0]?.isClosed).toBe(true);
    await told.tell(as('reopened'));
    expect(there.all).toMatchObject([{ isClosed: false }]);
    expect(there.all[0]?.comments).toHaveLength(4);
  });

  test('has one ticket when the answer to its opening was lost', async () => {
    const { there, told } = await started();
    there.loses = 1;
    expect(await told.tell(message())).toMatchObject({ type: 'failed', retryAfterMs: 15_000 });
    expect(await told.tell(message())).toMatchObject({ words: `${name} was opened already` });
    expect(there.all).toHaveLength(1);
    expect(there.all[0]?.comments).toEqual([]);
  });

  test('has one ticket when all that was known of it is lost, and another for another thread', async () => {
    const { there, told } = await started();
    await told.tell(message());
    told.thread = undefined;
    expect(await told.tell(as('repeated'))).toMatchObject({ words: `commented on ${name}` });
    told.thread = undefined;
    await told.tell(message({ thread: 'incident-43' }), 'millrace-incident-43-0123456789abcdef');
    expect(there.all).toHaveLength(2);
  });

  test('says of a ticket that was deleted over there that it is gone, and opens another while it is not over', async () => {
    const { there, told } = await started();
    await told.tell(message());
    there.tickets.delete('12');
    there.tickets.set('0', { ...kept, id: '0' });
    expect(await told.tell(as('acknowledged', { level: 'info' }))).toMatchObject({
      words: `${name} is not there any more; nothing is to be opened`,
    });
    expect(await told.tell(as('repeated'))).toMatchObject({
      words: expect.stringMatching(new RegExp(`^${name} is not there any more; opened \\S+13$`)),
    });
    expect(there.tickets.size).toBe(2);
    there.tickets.delete('13');
    expect(await told.tell(as('resolved', { level: 'good' }))).toMatchObject({
      words: expect.stringContaining('nothing is to be opened'),
    });
  });
  const kept = { title: 'x', body: 'x', labels: [], fields: {}, comments: [], isClosed: false };

  test('opens no ticket for what is over, or only tells that somebody acts', async () => {
    const { there, told } = await started();
    for (const kind of ['acknowledged', 'digest', 'summary', 'resolved'] as const) {
      await told.tell(as(kind, { level: kind === 'resolved' ? 'good' : 'info' }));
    }
    expect(there.all).toEqual([]);
  });

  test('holds no link that acts', async () => {
    const { there, told } = await started();
    await told.tell(message());
    expect(JSON.stringify(there.all)).toContain('https://millrace.example/e/1');
    expect(JSON.stringify(there.all)).not.toContain('act?token');
  });

  test('is looked at: open, closed, gone, and left alone once it is over', async () => {
    const { there, told } = await started();
    expect(await told.look()).toEqual({ type: 'left alone' });
    await told.tell(message());
    expect(await told.look()).toEqual({ type: 'open' });
    for (const one of there.all) one.isClosed = true;
    expect(await told.look()).toMatchObject({ type: 'closed', name });
    there.tickets.clear();
    expect(await told.look()).toMatchObject({ type: 'gone', name });
    told.thread = { ...told.thread, state: 'closed' };
    expect(await told.look()).toEqual({ type: 'left alone' });
  });

  test('is not believed when it answers 200 and a page to log in', async () => {
    const sink = await openSink((_received, response) => response.end('<html>log in</html>'));
    const told = new Told(type, config, sink);
    expect(await told.tell(message())).toMatchObject({
      type: 'failed',
      error: 'it answered 200 and not what its API says: <html>log in</html>',
    });
  });
});

test('Jira is told labels, a priority by level and fields of the team', async () => {
  const there = jiraServer(3);
  const [, jira] = SYSTEMS[0] as (typeof SYSTEMS)[number];
  await new Told('jira', jira.config, await openSink(there.service)).tell(message());
  expect(there.all[0]).toMatchObject({
    labels: ['millrace', MARK],
    fields: { customfield_1: 'data', priority: { name: 'Highest' } },
  });
});

test('Jira that does not offer the transition is commented on all the same, and the log says so', async () => {
  const there = jiraServer(2);
  const [, jira] = SYSTEMS[1] as (typeof SYSTEMS)[number];
  const config = (url: string): object => ({ ...jira.config(url), resolve: 'Ship it' });
  const told = new Told('jira', config, await openSink(there.service));
  await told.tell(message());
  expect(await told.tell(message({ kind: 'resolved', level: 'good' }))).toMatchObject({
    words: 'commented on PIPE-12; it offers no transition "Ship it", only Done',
  });
});

test('wiki markup of others is escaped: no sign of it is left without a backslash', () => {
  for (const attack of [...ATTACKS, '\\{code}', '\\\\', '&#123;code&#125;', 'h1. big', 'bq. x']) {
    const escaped = escapeWiki(attack);
    expect(escaped).not.toMatch(/(?<!\\)[{}[\]*_\-+^~?!|():@<>"]/);
    expect(escaped).not.toMatch(/\\\\/);
    expect(escaped.replaceAll(/&#\d+;/g, '')).not.toMatch(/[&#]/);
    expect(escaped).not.toMatch(/^(h1|bq)\./);
  }
});

test('Markdown of others stands behind a fence that nothing in it ends', () => {
  for (const attack of [...ATTACKS, '```\n@all', '`````\n/close', '````text']) {
    const [first = '', ...lines] = fenced(attack).split('\n');
    const fence = /^`+/.exec(first)?.[0] ?? '';
    expect(lines.at(-1)).toBe(fence);
    expect(lines.slice(0, -1).some((line) => line.trim().startsWith(fence))).toBe(false);
  }
});

test('a card of Teams has less than 28 KB however much there is to say', () => {
  const long = '"\u{1F525}'.repeat(10_000);
  const facts = Array.from({ length: 40 }, () => ({ name: long, value: long }));
  const links = Array.from({ length: 30 }, (_, at) => ({
    name: long,
    url: `https://millrace.example/${'%F0'.repeat(600)}${at}`,
  }));
  for (const told of [message({ title: long, text: long, facts }), attacked(long)]) {
    expect(Buffer.byteLength(teamsBody(told))).toBeLessThan(28 * 1024);
  }
  const all = message({ title: long, text: long, facts, links, actions: links });
  expect(Buffer.byteLength(teamsBody(all))).toBeLessThan(28 * 1024);
});

describe('PagerDuty', () => {
  const config = (url: string): object => ({ url, routingKey: ROUTING_KEY });

  test('triggers, acknowledges and resolves one alert by its key, and is not told the rest', async () => {
    const told = new Told('pagerduty', config, await openSink(pagerduty));
    const kinds = ['opened', 'repeated', 'commented', 'acknowledged', 'resolved'] as const;
    for (const kind of kinds) {
      const level = kind === 'acknowledged' ? 'info' : 'critical';
      expect(await told.tell(message({ kind, level }))).toMatchObject({ type: 'delivered' });
    }
    const { received } = told.sink;
    expect(received.map(({ json }) => [json.event_action, json.dedup_key])).toEqual(
      ['trigger', 'trigger', 'acknowledge', 'resolve'].map((action) => [action, MARK]),
    );
    expect(received[0]?.json).toMatchObject({
      payload: { summary: 'orders failed', severity: 'critical', source: 'parcels' },
      links: [{ href: 'https://millrace.example/e/1?a=1&b=2', text: 'State' }],
    });
  });

  test('is refused with 400 and its errors', async () => {
    const wrong = { routingKey: 'f'.repeat(32) };
    const told = new Told('pagerduty', (url) => ({ url, ...wrong }), await openSink(pagerduty));
    expect(await told.tell(message())).toMatchObject({
      type: 'refused',
      error: expect.stringContaining('Invalid routing key'),
    });
  });

  test('is not believed when it answers 202 without success', async () => {
    const sink = await openSink((_, response) =>
      response.writeHead(202).end('{"status":"throttled"}'),
    );
    expect(await new Told('pagerduty', config, sink).tell(message())).toMatchObject({
      type: 'failed',
    });
  });
});

test('an alert of Opsgenie is created, noted, acknowledged and closed by its alias', async () => {
  const config = (url: string): object => ({ url, key: 'canary-key' });
  const told = new Told('opsgenie', config, await openSink(opsgenie('')));
  for (const kind of ['opened', 'commented', 'acknowledged', 'resolved'] as const) {
    expect(await told.tell(message({ kind }))).toMatchObject({ type: 'delivered' });
  }
  expect(told.sink.received.map(({ path }) => path)).toEqual([
    '/v2/alerts',
    ...['notes', 'acknowledge', 'close'].map(
      (act) => `/v2/alerts/${MARK}/${act}?identifierType=alias`,
    ),
  ]);
  expect(told.sink.received[0]?.json).toMatchObject({ alias: MARK, priority: 'P1' });
});
