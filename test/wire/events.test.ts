/**
 * EventBridge over the wire: requests as clients of the JSON 1.1 protocol send them.
 * @module
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openWireServer, type WireServer } from './wire-server.js';

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
  const [stored, ...others] = await it.server.engine.listEvents({ bus: 'default', limit: 10 });
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
  expect(await it.server.engine.listEvents({ bus: 'orders', limit: 10 })).toHaveLength(2);
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
