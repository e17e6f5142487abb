/**
 * SNS and SES by AWS's own clients, on a server that speaks their API (moto's).
 */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { subjectOf } from '../../src/channels/aws/sns-channel.js';
import type { Channel, SendOutcome } from '../../src/channels/channel.js';
import { CHANNELS } from '../../src/channels/channels.js';
import type { Message } from '../../src/channels/message.js';
import { createChannelPorts } from '../../src/engine/adapters/channels/channel-ports.js';
import { type Moto, startMoto } from '../engine/moto.js';
import { requirement } from '../requirements.js';
import { ATTACKS, attacked, message } from './messages.js';
import { openSink } from './sinks.js';

const { missing } = requirement('moto');
const ports = createChannelPorts({ allowPrivateAddresses: ['127.0.0.1'], timeoutMs: 5_000 });
const REGION = 'us-east-1';
const KEY = { accessKeyId: 'AKIATEST', secretAccessKey: 'canary-secret' };

async function send(
  type: 'sns' | 'ses',
  config: object,
  told: Message,
  {
    via = ports,
    people = [],
  }: { via?: typeof ports; people?: { name: string; email: string }[] } = {},
): Promise<SendOutcome> {
  const channel = CHANNELS.get(type) as Channel;
  return await channel.send(told, channel.config.parse({ region: REGION, ...KEY, ...config }), {
    ...{ ports: via, address: undefined, people, thread: undefined, now: told.at },
    ...{ mark: 'millrace-incident-42-0123', signal: new AbortController().signal },
  });
}

describe.skipIf(missing)('on a server that speaks their API', () => {
  let moto: Moto;
  beforeAll(async () => {
    moto = await startMoto();
  });
  afterAll(() => moto?.close());

  /** What moto has sent of a service. */
  async function sent<Kind>(service: string, model: string): Promise<Kind[]> {
    const data = (await (await fetch(`${moto.url}/moto-api/data.json`)).json()) as {
      [service: string]: { [model: string]: Kind[] };
    };
    return data[service]?.[model] ?? [];
  }

  async function topic(name: string, attributes: Record<string, string> = {}): Promise<string> {
    const { CreateTopicCommand, SNSClient } = await import('@aws-sdk/client-sns');
    const client = new SNSClient({ region: REGION, endpoint: moto.url, credentials: { ...KEY } });
    const made = await client.send(new CreateTopicCommand({ Name: name, Attributes: attributes }));
    client.destroy();
    return made.TopicArn ?? '';
  }

  test('SNS publishes to a topic, every attack as text', async () => {
    const config = { topic: await topic('alerts'), endpoint: moto.url };
    expect(await send('sns', config, message())).toEqual({
      type: 'delivered',
      words: expect.stringMatching(/^published as [\w-]{36}$/),
    });
    for (const attack of ATTACKS) {
      expect(await send('sns', config, attacked(attack))).toMatchObject({ type: 'delivered' });
    }
  });

  test('SNS publishes to a topic that keeps an order', async () => {
    const arn = await topic('alerts.fifo', { FifoTopic: 'true' });
    const config = { topic: arn, endpoint: moto.url };
    expect(await send('sns', config, message())).toMatchObject({ type: 'delivered' });
  });

  test('a topic that is not there is refused for good', async () => {
    const config = { topic: `arn:aws:sns:${REGION}:123456789012:nobody`, endpoint: moto.url };
    expect(await send('sns', config, message())).toMatchObject({
      type: 'refused',
      error: expect.stringContaining('NotFound'),
    });
  });

  test('SES sends from an address that is verified, and from no other', async () => {
    const { SESClient, VerifyEmailIdentityCommand } = await import('@aws-sdk/client-ses');
    const client = new SESClient({ region: REGION, endpoint: moto.url, credentials: { ...KEY } });
    const config = { from: 'millrace@example.org', to: ['data@example.org'], endpoint: moto.url };
    expect(await send('ses', config, message())).toMatchObject({
      type: 'refused',
      error: expect.stringContaining('MessageRejected'),
    });
    await client.send(new VerifyEmailIdentityCommand({ EmailAddress: config.from }));
    client.destroy();
    const people = [{ name: 'Ada', email: 'ada@example.org' }];
    expect(await send('ses', config, message(), { people })).toEqual({
      ...{ type: 'delivered', words: 'sent to 2' },
    });
    for (const attack of ATTACKS) {
      expect(await send('ses', config, attacked(attack))).toMatchObject({ words: 'sent to 1' });
    }
    const mails = await sent<{ destinations: { ToAddresses: string[] } }>('ses', 'Message');
    for (const { destinations } of mails) {
      expect(
        destinations.ToAddresses.filter((to) => !/^(data|ada)@example\.org$/.test(to)),
      ).toEqual([]);
    }
  });
});

const TOPIC = `arn:aws:sns:${REGION}:123456789012:alerts`;

test.each([400, 403, 404])('is refused for good with %i', async (status) => {
  const { url } = await openSink((_, response) => response.writeHead(status).end());
  expect(await send('sns', { topic: TOPIC, endpoint: url }, message())).toMatchObject({
    type: 'refused',
  });
});

test.each([429, 500, 503])('may try again after %i', async (status) => {
  const { url } = await openSink((_, response) => response.writeHead(status).end());
  expect(await send('sns', { topic: TOPIC, endpoint: url }, message())).toMatchObject({
    type: 'failed',
  });
});

test('waits for an answer no longer than it may', async () => {
  const { url } = await openSink(() => undefined);
  const via = createChannelPorts({ allowPrivateAddresses: ['127.0.0.1'], timeoutMs: 400 });
  expect(await send('sns', { topic: TOPIC, endpoint: url }, message(), { via })).toEqual({
    ...{ type: 'failed', error: 'there was no answer within 0.4 s' },
  });
});

test('dials no address that the operator has not allowed, by number or by name', async () => {
  const sink = await openSink((_, response) => response.end());
  const via = createChannelPorts({ timeoutMs: 400 });
  for (const endpoint of [sink.url, sink.url.replace('127.0.0.1', 'localhost')]) {
    expect(await send('sns', { topic: TOPIC, endpoint }, message(), { via })).toMatchObject({
      type: 'refused',
    });
  }
  expect(sink.received).toEqual([]);
});

test('a subject of SNS is ASCII on one line, of fewer than 100', () => {
  for (const attack of [...ATTACKS, 'größer', '\u{1F525}', '']) {
    expect(subjectOf(attack)).toMatch(/^[\x20-\x7e]{1,99}$/);
  }
});

test('half a key is told before anything is sent', () => {
  for (const type of ['sns', 'ses']) {
    const { incomplete } = CHANNELS.get(type) as Channel;
    expect(incomplete?.({ accessKeyId: { secret: 'A' } })).toContain('secretAccessKey');
    expect(incomplete?.({})).toBeUndefined();
  }
});
