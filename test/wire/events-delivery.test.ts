/**
 * Deliveries to API destinations: retries, their bounds, dead letters, and what is sent.
 * @module
 */

import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { DELIVERIES } from '../../src/engine/features/rules/delivery-table.js';
import { RESOURCE_TABLES } from '../../src/engine/features/rules/resources.js';
import { EventServer } from './event-server.js';

let server: EventServer;

beforeEach(async () => {
  server = await new EventServer().open();
});

afterEach(() => server.close());

const HOUR = 3_600_000;
const busy = { type: 'failed', failure: { code: 'SDK_CLIENT_ERROR', message: 'busy' } } as const;
const always = (count: number) => server.answers.push(...Array.from({ length: count }, () => busy));

describe('a delivery', () => {
  it('is sent once the event is durable, with the credentials of its connection', async () => {
    await server.rule('hook', { Arn: await server.destination('hook'), InputPath: '$.detail' });
    await server.put({ id: 7 });
    expect(server.sent).toEqual([
      {
        url: 'https://hooks.example.com/orders',
        method: 'POST',
        headers: {
          'content-type': 'application/json; charset=utf-8',
          'content-length': '8',
          'user-agent': 'millrace',
          'x-key': 'very-secret',
        },
        body: '{"id":7}',
      },
    ]);
    expect(server.store.countRows(DELIVERIES, 'team', { status: 'PENDING' })).toEqual({});
    expect(await server.deadLetters()).toEqual([]);
  });

  it('is tried again, later each time, until it arrives', async () => {
    always(4);
    await server.rule('hook', { Arn: await server.destination('hook') });
    await server.put();
    const tries: number[] = [];
    for (let second = 0; second < 30; second += 1) {
      const before = server.sent.length;
      await server.pass(1_000);
      if (server.sent.length > before) tries.push(second);
    }
    expect(server.sent).toHaveLength(5);
    expect(tries).toHaveLength(4);
    const pauses = tries.map((at, index) => at - (tries[index - 1] ?? 0));
    expect(pauses.at(-1)).toBeGreaterThanOrEqual(4);
    await server.pass(HOUR);
    expect(server.sent).toHaveLength(5);
    expect(await server.deadLetters()).toEqual([]);
  });

  it('goes on after a restart', async () => {
    always(3);
    await server.rule('hook', { Arn: await server.destination('hook') });
    await server.put();
    await server.restart();
    await server.pass(HOUR);
    expect(server.sent).toHaveLength(4);
    expect(new Set(server.sent.map(({ body }) => body)).size).toBe(1);
    expect(await server.deadLetters()).toEqual([]);
  });

  it('is given up after as many retries as its target allows', async () => {
    always(10);
    const dead = 'arn:aws:sqs:us-east-1:000000000000:dead';
    await server.rule('hook', {
      Arn: await server.destination('hook'),
      RetryPolicy: { MaximumRetryAttempts: 2 },
      DeadLetterConfig: { Arn: dead },
    });
    await server.put();
    await server.pass(HOUR);
    expect(server.sent).toHaveLength(3);
    expect(await server.deadLetters('default', dead)).toEqual([
      expect.objectContaining({
        ERROR_CODE: 'SDK_CLIENT_ERROR',
        ERROR_MESSAGE: 'busy',
        EXHAUSTED_RETRY_CONDITION: 'MaximumRetryAttempts',
        RETRY_ATTEMPTS: '2',
      }),
    ]);
  });

  it('is not retried at all when the target says so', async () => {
    always(1);
    await server.rule('hook', {
      Arn: await server.destination('hook'),
      RetryPolicy: { MaximumRetryAttempts: 0 },
    });
    await server.put();
    expect(await server.deadLetters()).toMatchObject([{ RETRY_ATTEMPTS: '0' }]);
  });

  it('is given up when the event has grown too old', async () => {
    always(1_000);
    await server.rule('hook', {
      Arn: await server.destination('hook'),
      RetryPolicy: { MaximumEventAgeInSeconds: 60 },
    });
    await server.put();
    await server.pass(61_000);
    expect(server.sent.length).toBeGreaterThan(3);
    expect(server.sent.length).toBeLessThan(15);
    expect(await server.deadLetters()).toMatchObject([
      { EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds' },
    ]);
    const sent = server.sent.length;
    await server.pass(HOUR);
    expect(server.sent).toHaveLength(sent);
  });

  it('is tried for a day and no longer, unless the target says otherwise', async () => {
    always(1_000);
    await server.rule('hook', { Arn: await server.destination('hook') });
    await server.put();
    await server.pass(20 * HOUR);
    expect(await server.deadLetters()).toEqual([]);
    await server.pass(5 * HOUR);
    expect(await server.deadLetters()).toHaveLength(1);
    expect(server.sent.length).toBeGreaterThan(150);
    expect(server.sent.length).toBeLessThanOrEqual(186);
  });

  it('that grew too old while the server was away is not sent', async () => {
    always(1);
    await server.rule('hook', {
      Arn: await server.destination('hook'),
      RetryPolicy: { MaximumEventAgeInSeconds: 60 },
    });
    await server.put();
    await server.engine.close();
    server.store.close();
    server.clock.jump(HOUR);
    await server.open();
    await server.pass(1_000);
    expect(server.sent).toHaveLength(1);
    expect(await server.deadLetters()).toMatchObject([
      { ERROR_MESSAGE: 'busy', EXHAUSTED_RETRY_CONDITION: 'MaximumEventAgeInSeconds' },
    ]);
  });

  it('is not tried again when another try cannot help', async () => {
    server.answers.push({
      type: 'refused',
      failure: { code: 'SDK_CLIENT_ERROR', message: 'The endpoint answered 404.' },
    });
    await server.rule('hook', { Arn: await server.destination('hook') });
    await server.put();
    const [letter] = await server.deadLetters();
    expect(letter).toMatchObject({ ERROR_MESSAGE: 'The endpoint answered 404.' });
    expect(letter).not.toHaveProperty('EXHAUSTED_RETRY_CONDITION');
  });

  it('waits as long as the endpoint asks for', async () => {
    server.answers.push({ ...busy, retryAfterMs: 20_000 });
    await server.rule('hook', { Arn: await server.destination('hook') });
    await server.put();
    await server.pass(19_000);
    expect(server.sent).toHaveLength(1);
    await server.pass(2_000);
    expect(server.sent).toHaveLength(2);
  });

  it('waits its turn: a destination is called no more often than it says', async () => {
    const Arn = await server.destination('slow', { InvocationRateLimitPerSecond: 1 });
    await server.rule('hook', { Arn });
    for (let id = 0; id < 5; id += 1) await server.put({ id });
    expect(server.sent).toHaveLength(1);
    await server.pass(2_500);
    expect(server.sent).toHaveLength(3);
    await server.pass(10_000);
    expect(server.sent).toHaveLength(5);
  });
});

it('a destination that must wait does not hold up others', async () => {
  const slow = await server.destination('slow', { InvocationRateLimitPerSecond: 1 });
  await server.rule('slow', { Arn: slow }, { pattern: { source: ['much'] } });
  const quick = await server.destination('quick', {
    InvocationEndpoint: 'https://quick.example.com',
  });
  await server.rule('quick', { Arn: quick }, { team: 'default' });
  for (let batch = 0; batch < 30; batch += 1) {
    const Entries = Array.from({ length: 10 }, () => ({
      Source: 'much',
      DetailType: 'd',
      Detail: '{}',
    }));
    await server.call('PutEvents', { Entries });
  }
  await server.put();
  await server.pass(1);
  const urls = server.sent.map(({ url }) => url);
  expect(urls).toContain('https://quick.example.com/');
  expect(urls.filter((url) => url.includes('hooks'))).toHaveLength(1);
  await server.pass(300_000);
  expect(server.sent).toHaveLength(301);
});

describe('what is sent', () => {
  it('has what connection and target add', async () => {
    const { ConnectionArn } = await server.call('CreateConnection', {
      Name: 'basic',
      AuthorizationType: 'BASIC',
      AuthParameters: {
        BasicAuthParameters: { Username: 'me', Password: 'very-secret' },
        InvocationHttpParameters: {
          HeaderParameters: [
            { Key: 'X-Shared', Value: 'yes', IsValueSecret: false },
            { Key: 'Host', Value: 'elsewhere.example.com' },
          ],
          QueryStringParameters: [{ Key: 'token', Value: 'hidden', IsValueSecret: true }],
          BodyParameters: [{ Key: 'from', Value: 'millrace', IsValueSecret: false }],
        },
      },
    });
    const { ApiDestinationArn } = await server.call('CreateApiDestination', {
      Name: 'hook',
      ConnectionArn,
      InvocationEndpoint: 'https://hooks.example.com/*/orders/*',
      HttpMethod: 'PUT',
    });
    await server.rule('hook', {
      Arn: ApiDestinationArn,
      Input: '{"a":1}',
      HttpParameters: {
        PathParameterValues: ['shop', '../7'],
        HeaderParameters: { 'X-Own': 'mine' },
        QueryStringParameters: { page: '2' },
      },
    });
    await server.put();
    expect(server.sent).toEqual([
      {
        url: 'https://hooks.example.com/shop/orders/..%2F7?page=2&token=hidden',
        method: 'PUT',
        headers: {
          authorization: `Basic ${Buffer.from('me:very-secret').toString('base64')}`,
          'content-type': 'application/json; charset=utf-8',
          'content-length': '25',
          'user-agent': 'millrace',
          'x-own': 'mine',
          'x-shared': 'yes',
        },
        body: '{"a":1,"from":"millrace"}',
      },
    ]);
  });

  it('has no body where the method has none', async () => {
    const Arn = await server.destination('hook', { HttpMethod: 'GET' });
    await server.rule('hook', { Arn });
    await server.put();
    expect(server.sent).toMatchObject([{ method: 'GET', body: undefined }]);
    expect(server.sent[0]?.headers).not.toHaveProperty('content-length');
  });
});

describe('a connection', () => {
  it('is nowhere shown with its secrets, and nowhere stored as text', async () => {
    await server.destination('hook');
    const told = [
      await server.call('DescribeConnection', { Name: 'hook-connection' }),
      await server.call('ListConnections'),
      await server.call('DescribeApiDestination', { Name: 'hook' }),
      server.store.listRows(RESOURCE_TABLES.connections),
    ];
    expect(JSON.stringify(told)).not.toContain('very-secret');
    expect(told[0].AuthParameters).toEqual({ ApiKeyAuthParameters: { ApiKeyName: 'X-Key' } });
  });

  it('shows values that are no secrets', async () => {
    await server.call('CreateConnection', {
      Name: 'c',
      AuthorizationType: 'API_KEY',
      AuthParameters: {
        ApiKeyAuthParameters: { ApiKeyName: 'k', ApiKeyValue: 'very-secret' },
        InvocationHttpParameters: {
          HeaderParameters: [
            { Key: 'open', Value: 'yes', IsValueSecret: false },
            { Key: 'hidden', Value: 'very-secret', IsValueSecret: true },
          ],
        },
      },
    });
    const { AuthParameters } = await server.call('DescribeConnection', { Name: 'c' });
    expect(AuthParameters.InvocationHttpParameters.HeaderParameters).toEqual([
      { Key: 'open', Value: 'yes', IsValueSecret: false },
      { Key: 'hidden', IsValueSecret: true },
    ]);
  });

  it('keeps what an update leaves out', async () => {
    await server.rule('hook', { Arn: await server.destination('hook') });
    await server.call('UpdateConnection', {
      Name: 'hook-connection',
      AuthParameters: { ApiKeyAuthParameters: { ApiKeyName: 'X-Other' } },
    });
    await server.restart();
    await server.put();
    expect(server.sent[0]?.headers).toMatchObject({ 'x-other': 'very-secret' });
  });

  it('that was deauthorized lets nothing through, and makes its destinations inactive', async () => {
    await server.rule('hook', { Arn: await server.destination('hook') });
    await server.call('DeauthorizeConnection', { Name: 'hook-connection' });
    expect(await server.call('DescribeApiDestination', { Name: 'hook' })).toMatchObject({
      ApiDestinationState: 'INACTIVE',
    });
    await server.put();
    expect(server.sent).toEqual([]);
    expect(await server.deadLetters()).toMatchObject([{ ERROR_CODE: 'NO_PERMISSIONS' }]);
  });

  it('of another team cannot be used', async () => {
    await server.destination('hook', {}, 'other');
    const { ConnectionArn } = await server.call(
      'DescribeConnection',
      { Name: 'hook-connection' },
      'other',
    );
    const request = {
      Name: 'mine',
      ConnectionArn,
      InvocationEndpoint: 'https://hooks.example.com',
      HttpMethod: 'POST',
    };
    await expect(server.call('CreateApiDestination', request)).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    const { ApiDestinationArn } = await server.call(
      'DescribeApiDestination',
      { Name: 'hook' },
      'other',
    );
    await server.rule('theirs', { Arn: ApiDestinationArn });
    await server.put();
    await server.settled();
    expect(server.sent).toEqual([]);
    expect(await server.deadLetters()).toMatchObject([{ ERROR_CODE: 'NO_RESOURCE' }]);
  });

  it.each([
    ['BASIC', { ApiKeyAuthParameters: { ApiKeyName: 'k', ApiKeyValue: 'v' } }],
    ['API_KEY', {}],
  ])('of type %s needs the parameters of its type', async (AuthorizationType, AuthParameters) => {
    const request = { Name: 'c', AuthorizationType, AuthParameters };
    await expect(server.call('CreateConnection', request)).rejects.toMatchObject({
      code: 'ValidationException',
    });
    expect((await server.call('ListConnections')).Connections).toEqual([]);
  });
});

it('an endpoint with credentials or without the web is refused', async () => {
  await server.destination('hook');
  const { ConnectionArn } = await server.call('DescribeConnection', { Name: 'hook-connection' });
  for (const InvocationEndpoint of ['ftp://a.example.com', 'https://me:pw@a.example.com', 'a']) {
    const request = { Name: 'x', ConnectionArn, InvocationEndpoint, HttpMethod: 'POST' };
    await expect(server.call('CreateApiDestination', request)).rejects.toMatchObject({
      code: 'ValidationException',
    });
  }
});
