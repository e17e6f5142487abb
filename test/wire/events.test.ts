/**
 * EventBridge over the wire: requests as clients of the JSON 1.1 protocol send them.
 * @module
 */

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import * as sdk from '@aws-sdk/client-eventbridge';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { until } from '../support/until.js';
import { openWireServer, PASS, type WireServer } from './wire-server.js';

let it: WireServer;

beforeAll(async () => {
  it = await openWireServer({ acceptAnyAccessKey: true });
});

afterAll(async () => {
  await it.close();
});

const JSON_1_1 = 'application/x-amz-json-1.1';

async function call(
  operation: string,
  body: unknown,
): Promise<{ status: number; contentType: string | null; body: Record<string, unknown> }> {
  const response = await fetch(`${it.server.url}/`, {
    method: 'POST',
    headers: {
      'content-type': JSON_1_1,
      'x-amz-target': `AWSEvents.${operation}`,
      authorization: `AWS4-HMAC-SHA256 Credential=TEST/20260101/us-east-1/events/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    },
    body: JSON.stringify(body),
  });
  return {
    status: response.status,
    contentType: response.headers.get('content-type'),
    body: (await response.json()) as Record<string, unknown>,
  };
}

test('Entries are stored or refused one by one, in their order.', async () => {
  const answer = await call('PutEvents', {
    Entries: [
      { Source: 'shop', DetailType: 'Order', Detail: '{"id":7}', Time: 1_700_000_000 },
      { Source: 'shop', DetailType: 'Order', Detail: '[]' },
      { Source: null, DetailType: 'Order', Detail: '{}' },
      { Source: 'aws.shop', DetailType: 'Order', Detail: '{}' },
    ],
  });
  expect(answer).toMatchObject({ status: 200, contentType: JSON_1_1 });
  expect(answer.body).toEqual({
    FailedEntryCount: 3,
    Entries: [
      { EventId: expect.stringMatching(/^[0-9a-f-]{36}$/) },
      expect.objectContaining({ ErrorCode: 'MalformedDetail' }),
      expect.objectContaining({ ErrorCode: 'InvalidArgument' }),
      expect.objectContaining({ ErrorCode: 'NotAuthorizedForSourceException' }),
    ],
  });
  const [stored, ...others] = await it.server.engine.events.list(EVERYTHING, {
    bus: 'default',
    limit: 10,
  });
  expect(others).toEqual([]);
  expect(stored?.envelope).toMatchObject({
    id: (answer.body.Entries as { EventId: string }[])[0]?.EventId,
    time: '2023-11-14T22:13:20Z',
    detail: { id: 7 },
  });
});

test('A bus is named by its name or its ARN.', async () => {
  const entry = { Source: 'shop', DetailType: 'Order', Detail: '{}' };
  const arn = 'arn:aws:events:us-east-1:000000000000:event-bus/orders';
  await call('PutEvents', {
    Entries: [
      { ...entry, EventBusName: 'orders' },
      { ...entry, EventBusName: arn },
    ],
  });
  expect(await it.server.engine.events.list(EVERYTHING, { bus: 'orders', limit: 10 })).toHaveLength(
    2,
  );
  const foreign = { ...entry, EventBusName: arn.replace('000000000000', '999999999999') };
  expect((await call('PutEvents', { Entries: [foreign] })).body).toMatchObject({
    FailedEntryCount: 1,
  });
});

test('A request without entries is refused as a whole.', async () => {
  const none = await call('PutEvents', { Entries: [] });
  expect(none.status).toBe(400);
  expect(none.body.__type).toMatch(/#ValidationException$/);
});

test('A pattern is tried on an event.', async () => {
  const Event = JSON.stringify({ source: 'shop' });
  const tried = async (EventPattern: string): Promise<Record<string, unknown>> =>
    (await call('TestEventPattern', { EventPattern, Event })).body;
  expect(await tried('{"source":["shop"]}')).toEqual({ Result: true });
  expect(await tried('{"source":["bank"]}')).toEqual({ Result: false });
  expect((await tried('{"source":"shop"}')).__type).toBe('InvalidEventPatternException');
});

test('An operation of the other service is unknown here.', async () => {
  const { status, body } = await call('ListActivities', {});
  expect(status).toBe(400);
  expect(body.message).toBe('There is no operation ListActivities of EventBridge.');
});

describe('an access key', () => {
  const clientOf = async (
    server: WireServer,
    options: Parameters<WireServer['key']>[0],
  ): Promise<sdk.EventBridgeClient> =>
    new sdk.EventBridgeClient({
      endpoint: server.server.url,
      region: 'us-east-1',
      credentials: await server.key(options),
      maxAttempts: 1,
    });

  test('of a viewer reads and changes nothing.', async () => {
    const viewer = await clientOf(it, { role: 'viewer' });
    expect((await viewer.send(new sdk.ListEventBusesCommand({}))).EventBuses).toHaveLength(1);
    for (const command of [
      new sdk.CreateEventBusCommand({ Name: 'x' }),
      new sdk.PutRuleCommand({ Name: 'x', EventPattern: '{"source":["a"]}' }),
      new sdk.PutEventsCommand({ Entries: [{ Source: 's', DetailType: 'd', Detail: '{}' }] }),
      new sdk.DeleteArchiveCommand({ ArchiveName: 'x' }),
    ]) {
      await expect(viewer.send(command as sdk.PutRuleCommand)).rejects.toMatchObject({
        name: 'AccessDeniedException',
      });
    }
    viewer.destroy();
  });

  test('of another team sees other buses.', async () => {
    const one = await clientOf(it, { team: 'one' });
    const two = await clientOf(it, { team: 'two' });
    await one.send(new sdk.CreateEventBusCommand({ Name: 'private' }));
    await expect(
      two.send(new sdk.DescribeEventBusCommand({ Name: 'private' })),
    ).rejects.toBeInstanceOf(sdk.ResourceNotFoundException);
    await two.send(new sdk.CreateEventBusCommand({ Name: 'private' }));
    for (const client of [one, two]) client.destroy();
  });
});

describe('an API destination', () => {
  const asked: { headers: IncomingMessage['headers']; body: string }[] = [];
  const endpoint = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => {
      body += chunk;
    });
    request.on('end', () => {
      asked.push({ headers: request.headers, body });
      // The first try fails.
      response.writeHead(asked.length === 1 ? 503 : 204).end();
    });
  });

  beforeAll(() => new Promise<void>((ready) => endpoint.listen(0, '127.0.0.1', ready)));
  afterAll(() => new Promise<void>((done) => void endpoint.close(() => done())));

  async function deliverTo(server: WireServer): Promise<void> {
    const client = new sdk.EventBridgeClient({
      endpoint: server.server.url,
      region: 'us-east-1',
      credentials: await server.key(),
      maxAttempts: 1,
    });
    const { port } = endpoint.address() as AddressInfo;
    const { ConnectionArn } = await client.send(
      new sdk.CreateConnectionCommand({
        Name: 'hook',
        AuthorizationType: 'BASIC',
        AuthParameters: { BasicAuthParameters: { Username: 'me', Password: 'very-secret' } },
      }),
    );
    const { ApiDestinationArn } = await client.send(
      new sdk.CreateApiDestinationCommand({
        Name: 'hook',
        ConnectionArn,
        InvocationEndpoint: `http://127.0.0.1:${port}/orders`,
        HttpMethod: 'POST',
      }),
    );
    await client.send(new sdk.PutRuleCommand({ Name: 'all', EventPattern: '{"source":["shop"]}' }));
    await client.send(
      new sdk.PutTargetsCommand({
        Rule: 'all',
        Targets: [{ Id: 'hook', Arn: ApiDestinationArn, InputPath: '$.detail' }],
      }),
    );
    await client.send(
      new sdk.PutEventsCommand({
        Entries: [{ Source: 'shop', DetailType: 'Order', Detail: '{"id":7}' }],
      }),
    );
    client.destroy();
  }

  test('in a private network is not called unless the operator allows it.', async () => {
    const server = await openWireServer();
    await deliverTo(server);
    const [letter] = await until(
      () => server.server.engine.deadLetters.list(EVERYTHING, { limit: 10 }),
      (letters) => letters.length > 0,
    );
    expect(letter?.failure).toEqual({
      code: 'NO_PERMISSIONS',
      message: expect.stringContaining('is not an address of the public internet'),
    });
    expect(asked).toEqual([]);
    await server.close();
  });

  test('gets the event, again when the first try failed.', async () => {
    const server = await openWireServer({ allowPrivateAddresses: true });
    await deliverTo(server);
    await until(
      async () => asked.length,
      (count) => count === 2,
    );
    expect(asked[1]).toMatchObject({
      body: '{"id":7}',
      headers: { authorization: `Basic ${Buffer.from('me:very-secret').toString('base64')}` },
    });
    await server.close();
  });
});

test('A state machine that a client made is started by the rule that a client made.', async () => {
  const { engine } = it.server;
  await engine.pipelines.deploy({
    name: 'orders',
    team: 'default',
    tags: {},
    definition: JSON.parse(PASS),
    bindings: {},
    folder: '/',
  });
  await call('PutRule', { Name: 'orders', EventPattern: '{"source":["clients"]}' });
  await call('PutTargets', {
    Rule: 'orders',
    Targets: [{ Id: 'run', Arn: engine.arns.stateMachine('orders') }],
  });
  await call('PutEvents', { Entries: [{ Source: 'clients', DetailType: 'd', Detail: '{}' }] });
  expect((await engine.executions.list(EVERYTHING, { pipeline: 'orders' })).items).toHaveLength(1);
});
