/**
 * HTTP Tasks (`arn:aws:states:::http:invoke`) on the real engine: requests really go to a server on loopback, with what the
 * connection of the team adds.
 */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/asl/json.js';
import { createDestinations } from '../../src/connectors/http/destinations.js';
import { createHttpInvokeConnector } from '../../src/connectors/http/http-invoke-connector.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { ExecutionDetail } from '../../src/engine/engine.js';
import { createEncryption } from '../../src/engine/kernel/masking/encryption.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';
import { until } from '../support/until.js';

const PARCELS = ofTeam('parcels');
const PASSWORD = 'horse-battery-9';

interface Seen {
  method: string | undefined;
  url: string | undefined;
  headers: IncomingMessage['headers'];
  body: string;
}
type Answer = (seen: Seen, response: ServerResponse) => void;

let test: TimedEngine;
let server: Server;
let seen: Seen[];
let answer: Answer;
let base: string;

const json = (response: ServerResponse, body: unknown, status = 200): void => {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
};

beforeEach(async () => {
  seen = [];
  answer = (one, response) => json(response, { echo: one });
  server = createServer((request, response) => {
    void text(request).then((body) => {
      const { method, url, headers } = request;
      const one = { method, url, headers, body };
      seen.push(one);
      answer(one, response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const http = { allowPrivateAddresses: ['127.0.0.1'] };
  const connector = createHttpInvokeConnector(http);
  test = await openTimedEngine({
    seal: createEncryption(Buffer.alloc(32, 7)),
    destinations: createDestinations(http),
    runner: createConnectorRunner(new Map([[connector.kind, connector]])),
  });
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await test.close();
});

const basic = (more: JsonObject = {}): JsonObject => ({
  BasicAuthParameters: { Username: 'mill', Password: PASSWORD },
  ...more,
});

async function connect(
  name: string,
  parameters: JsonObject = basic(),
  authorizationType = 'BASIC',
): Promise<string> {
  const made = { name, authorizationType, parameters };
  return (await test.engine.connections.create(PARCELS, made)).arn;
}

/** Runs a machine of one HTTP Task of the team and answers how it ended. */
async function run(
  parameters: JsonObject,
  more: JsonObject = {},
  team = 'parcels',
): Promise<ExecutionDetail> {
  const Call = {
    ...{ Type: 'Task', Resource: 'arn:aws:states:::http:invoke' },
    ...{ Parameters: { Method: 'GET', ApiEndpoint: base, ...parameters }, End: true, ...more },
  };
  const Told = { Type: 'Pass', End: true };
  const States = 'Catch' in more ? { Call, Told } : { Call };
  await test.deploy('calls', {}, { team, definition: { StartAt: 'Call', States } });
  const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'calls', input: {} });
  const ended = await until(
    () => test.engine.executions.describe(EVERYTHING, id),
    ({ status }) => status !== 'RUNNING',
  );
  return ended;
}

const by = (arn: string): JsonObject => ({ Authentication: { ConnectionArn: arn } });

describe('an HTTP Task', () => {
  it('sends what it says and what its connection adds, and puts out what AWS puts out', async () => {
    const arn = await connect(
      'county',
      basic({
        InvocationHttpParameters: {
          HeaderParameters: [{ Key: 'Header-Param', Value: 'of the connection' }],
          QueryStringParameters: [{ Key: 'page', Value: '7' }],
          BodyParameters: [{ Key: 'mode', Value: 'full' }],
        },
      }),
    );
    answer = (_, response) => json(response, { ok: true }, 201);
    const ended = await run({
      ApiEndpoint: `${base}/parcels?state=ca`,
      Method: 'POST',
      InvocationConfig: { ConnectionArn: arn },
      Headers: { 'header-param': 'of the task', 'Request-Id': 'r-1' },
      QueryParameters: { page: 1, kind: ['a', 'b c'] },
      RequestBody: { mode: 'none', county: 'alpine' },
    });
    expect(ended).toMatchObject({
      status: 'SUCCEEDED',
      output: {
        Headers: { 'content-type': ['application/json'] },
        ResponseBody: { ok: true },
        ...{ StatusCode: 201, StatusText: 'Created' },
      },
    });
    expect(seen).toMatchObject([
      {
        method: 'POST',
        url: '/parcels?state=ca&kind=a&kind=b%20c&page=7',
        headers: {
          authorization: `Basic ${Buffer.from(`mill:${PASSWORD}`).toString('base64')}`,
          'header-param': 'of the connection',
          'request-id': 'r-1',
          'content-type': 'application/json; charset=UTF-8',
          range: 'bytes=0-262144',
        },
        body: '{"mode":"full","county":"alpine"}',
      },
    ]);
  });

  it('has the history events of a task of AWS', async () => {
    const { id } = await run(by(await connect('county')));
    const { items } = await test.engine.executions.history(EVERYTHING, id);
    const told = items.map(({ type }) => type);
    expect(told).toEqual([
      ...['ExecutionStarted', 'TaskStateEntered', 'TaskScheduled', 'TaskStarted'],
      ...['TaskSucceeded', 'TaskStateExited', 'ExecutionSucceeded'],
    ]);
    const scheduled = items.find(({ type }) => type === 'TaskScheduled');
    expect(JSON.stringify(scheduled)).toContain('"resource":"invoke","resourceType":"http"');
  });

  it('sends a key under the name that the connection says, and a form where it is to be one', async () => {
    const key = { ApiKeyAuthParameters: { ApiKeyName: 'X-Key', ApiKeyValue: 'k-123456789' } };
    const arn = await connect('forms', key, 'API_KEY');
    await run({
      ...{ ...by(arn), Method: 'PUT', RequestBody: { a: ['x', 'y&z'], deep: { b: null } } },
      Transform: { RequestBodyEncoding: 'URL_ENCODED' },
    });
    expect(seen[0]).toMatchObject({
      headers: { 'x-key': 'k-123456789', 'content-type': 'application/x-www-form-urlencoded' },
      body: 'a%5B0%5D=x&a%5B1%5D=y%26z&deep%5Bb%5D=',
    });
  });

  it('asks for a token of OAuth once, uses it again, and asks anew when it is refused', async () => {
    let tokens = 0;
    const OAuthParameters = {
      ...{ AuthorizationEndpoint: `${base}/token`, HttpMethod: 'POST' },
      ClientParameters: { ClientID: 'mill', ClientSecret: 'client-secret-4711' },
      OAuthHttpParameters: { BodyParameters: [{ Key: 'audience', Value: 'parcels' }] },
    };
    const arn = await connect('oauth', { OAuthParameters }, 'OAUTH_CLIENT_CREDENTIALS');
    let isRefused = false;
    answer = (one, response) => {
      if (one.url === '/token') {
        tokens += 1;
        json(response, { access_token: `opaque-token-${tokens}`, expires_in: 3_600 });
      } else if (isRefused && one.headers.authorization === 'Bearer opaque-token-1') {
        json(response, {}, 401);
      } else json(response, { told: one.headers.authorization?.split(' ')[1] });
    };
    await run(by(arn));
    const again = await run(by(arn));
    expect(tokens).toBe(1);
    expect(seen[0]?.body).toBe(
      'grant_type=client_credentials&client_id=mill&client_secret=client-secret-4711&audience=parcels',
    );
    expect(JSON.stringify(again)).not.toContain('opaque-token-1');
    isRefused = true;
    expect(await run(by(arn))).toMatchObject({ error: 'States.Http.StatusCode.401' });
    expect(await run(by(arn))).toMatchObject({ status: 'SUCCEEDED' });
    expect(tokens).toBe(2);
  });

  it('is performed by a binding where there is one', async () => {
    await test.engine.pipelines.deploy({
      ...{ name: 'bound', team: 'parcels', tags: {}, folder: test.folder },
      definition: {
        StartAt: 'Call',
        States: {
          Call: {
            ...{ Type: 'Task', Resource: 'arn:aws:states:::http:invoke', End: true },
            Parameters: { Method: 'GET', ApiEndpoint: base },
          },
        },
      } as never,
      bindings: { 'arn:aws:states:::http:invoke': { mock: { StatusCode: 200 } } },
    });
    await test.engine.executions.start(EVERYTHING, { pipeline: 'bound', input: {} });
    expect(await test.details('bound')).toMatchObject([{ output: { StatusCode: 200 } }]);
    expect(seen).toEqual([]);
  });

  it('is retried by the name of its status', async () => {
    const arn = await connect('county');
    answer = (_, response) => json(response, { busy: true }, seen.length < 3 ? 503 : 200);
    const ended = run(by(arn), {
      Retry: [{ ErrorEquals: ['States.Http.StatusCode.503'], IntervalSeconds: 1, MaxAttempts: 2 }],
    });
    for (const count of [1, 2]) {
      await until(
        () => seen.length,
        (n) => n >= count,
      );
      await test.settled();
      await test.pass(4_000);
    }
    expect(await ended).toMatchObject({ status: 'SUCCEEDED' });
    expect(seen).toHaveLength(3);
  });
});

describe('elsewhere', () => {
  const Resource = 'arn:aws:states:::http:invoke';

  it('a test of a single state calls with the connection too, and shows nothing of it', async () => {
    const arn = await connect('county');
    answer = (one, response) => json(response, { in: one.headers.authorization !== undefined });
    const Parameters = { Method: 'GET', ApiEndpoint: base, ...by(arn) };
    const definition = JSON.stringify({ Type: 'Task', Resource, Parameters, End: true });
    const request = { definition, input: '{}', inspectionLevel: 'TRACE', roleArn: 'r' } as const;
    const tested = await test.engine.stateTests.run(PARCELS, request as never);
    expect(tested).toMatchObject({ status: 'SUCCEEDED' });
    expect(JSON.stringify(tested)).toContain('"in":true');
    const theirs = await test.engine.stateTests.run(ofTeam('claims'), request as never);
    const error = 'Events.ConnectionResource.ResourceNotFound';
    expect(theirs).toMatchObject({ status: 'FAILED', error });
    expect(seen).toHaveLength(1);
  });

  it.each(['.sync', '.waitForTaskToken'])('there is no form %s, as in AWS', async (form) => {
    const Call = { Type: 'Task', Resource: `${Resource}${form}`, Parameters: {}, End: true };
    const definition = { StartAt: 'Call', States: { Call } };
    await expect(test.deploy('calls', {}, { definition })).rejects.toThrow(/is not recognized/);
  });
});

describe('what an HTTP Task is told of', () => {
  const caught = { Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Told' }] };

  it.each<[string, Answer, string, RegExp]>([
    ['a refusal', (_, r) => json(r, { why: 'no' }, 404), 'States.Http.StatusCode.404', /"why"/],
    [
      'a redirect, which is not followed',
      (_, r) => r.writeHead(302, { location: 'http://169.254.169.254/latest' }).end(),
      'States.Http.StatusCode.302',
      /The server answered 302 Found/,
    ],
    ['a cut', (_, r) => r.destroy(), 'States.Http.Socket', /could not be reached/],
    [
      'an answer that ends in the middle',
      (_, r) => {
        r.writeHead(200, { 'content-length': '100' });
        r.write('half', () => r.destroy());
      },
      'States.Http.Socket',
      /./,
    ],
    [
      'a huge body',
      (_, r) => r.end('x'.repeat(300_000)),
      'States.DataLimitExceeded',
      /more than 262144 bytes/,
    ],
    [
      'a bomb',
      (_, r) => {
        r.writeHead(200, { 'content-encoding': 'gzip' });
        r.end(gzipSync(Buffer.alloc(20_000_000)));
      },
      'States.DataLimitExceeded',
      /more than 262144 bytes/,
    ],
    [
      'an image',
      (_, r) => r.writeHead(200, { 'content-type': 'image/png' }).end('x'),
      'States.Runtime',
      /image\/png/,
    ],
    ['no text', (_, r) => r.end(Buffer.from([0xff, 0xfe])), 'States.Runtime', /no text/],
  ])('%s', async (_, told, error, cause) => {
    answer = told;
    const ended = await run(by(await connect('county')));
    expect(ended).toMatchObject({ status: 'FAILED', error });
    expect(ended.cause).toMatch(cause);
    expect(seen).toHaveLength(1);
  });

  it('JSON that is none is text, and so is anything else that is text', async () => {
    answer = (_, r) => r.writeHead(200, { 'content-type': 'application/json' }).end('{"a":');
    const ended = await run(by(await connect('county')));
    expect(ended.output).toMatchObject({ ResponseBody: '{"a":' });
  });

  it('nothing of the credentials, whatever the server sends back of them', async () => {
    const marked = [{ Key: 'tenant', Value: 'tenant-4711-x', IsValueSecret: true }];
    const parameters = basic({ InvocationHttpParameters: { QueryStringParameters: marked } });
    const arn = await connect('county', parameters);
    answer = (one, response) => json(response, { all: one, plain: PASSWORD });
    const { id, output } = await run(by(arn));
    const { items } = await test.engine.executions.history(EVERYTHING, id);
    const logs = await test.engine.executions.logs(EVERYTHING, id);
    const shown = JSON.stringify([items, logs]);
    for (const secret of [
      PASSWORD,
      'tenant-4711-x',
      Buffer.from(`mill:${PASSWORD}`).toString('base64'),
    ]) {
      expect(shown).not.toContain(secret);
    }
    expect(shown).toContain('GET http://127.0.0.1');
    expect(JSON.stringify(output)).not.toContain('tenant-4711-x');
    answer = (_, response) => json(response, { refused: PASSWORD }, 403);
    const refused = await run(by(arn));
    expect(refused.cause).toMatch(/refused/);
    expect(refused.cause).not.toContain(PASSWORD);
  });

  it.each<[string, JsonObject, string]>([
    ['a header of the exchange', { Headers: { Host: 'example.com' } }, "header 'Host'"],
    ['a header of AWS', { Headers: { 'X-Amz-Date': 'now' } }, "header 'X-Amz-Date'"],
    ['credentials of its own', { Headers: { Authorization: 'Basic x' } }, "header 'Authorization'"],
    ['a second line in a header', { Headers: { A: 'b\r\nHost: c' } }, 'cannot be sent'],
    ['an unknown method', { Method: 'CONNECT' }, 'Method'],
    ['no address', { ApiEndpoint: 'ftp://example.com' }, 'ApiEndpoint'],
    ['credentials in its address', { ApiEndpoint: 'https://a:b@example.com' }, 'ApiEndpoint'],
    ['an unknown encoding', { Transform: { RequestBodyEncoding: 'XML' } }, 'RequestBodyEncoding'],
    ['a field that is not known', { Body: {} }, "'Body'"],
  ])('that it is refused for %s', async (_, parameters, words) => {
    const arn = await connect('county');
    const ended = await run({ ...by(arn), ...parameters }, caught);
    // States.Runtime is caught by nothing.
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(ended.cause).toContain(words);
    expect(seen).toEqual([]);
  });

  it('that a text as body cannot take the body parameters of the connection', async () => {
    const body = { BodyParameters: [{ Key: 'a', Value: 'b' }] };
    const arn = await connect('county', basic({ InvocationHttpParameters: body }));
    const ended = await run({ ...by(arn), Method: 'POST', RequestBody: 'text' });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
  });
});

describe('a connection', () => {
  const NOT_FOUND = 'Events.ConnectionResource.ResourceNotFound';

  it('of another team is answered like one that is not there', async () => {
    const arn = await connect('county');
    const theirs = await run(by(arn), {}, 'claims');
    expect(theirs).toMatchObject({ status: 'FAILED', error: NOT_FOUND });
    const none = arn.replace('county', 'nobody');
    const nobodys = await run(by(none), {}, 'claims');
    expect(nobodys.cause).toBe(theirs.cause?.replace('county', 'nobody'));
    expect(seen).toEqual([]);
  });

  it('in the ARN of an account of AWS is the one of the team with its name', async () => {
    await connect('county');
    const arn = 'arn:aws:events:us-east-2:123456789012:connection/county/81210c42';
    expect(await run(by(arn))).toMatchObject({ status: 'SUCCEEDED' });
  });

  it('that was deleted and made anew is not the one that its old ARN names', async () => {
    const arn = await connect('county');
    await test.engine.connections.delete(PARCELS, 'county');
    await connect('county');
    expect(await run(by(arn))).toMatchObject({ error: NOT_FOUND });
  });

  it('that was deauthorized lets nobody in', async () => {
    const arn = await connect('county');
    await test.engine.connections.deauthorize(PARCELS, 'county');
    const error = 'Events.ConnectionResource.InvalidConnectionState';
    expect(await run(by(arn))).toMatchObject({ error });
    expect(await run({})).toMatchObject({ error: 'States.Runtime' });
  });

  it('leads to no private address that the operator has not allowed', async () => {
    const arn = await connect('county');
    const ended = await run({ ...by(arn), ApiEndpoint: 'http://169.254.169.254/latest/meta-data' });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Http.AddressNotAllowed' });
  });
});

describe('an HTTP Task that is under way', () => {
  it('is cut off when its execution is stopped', async () => {
    const arn = await connect('county');
    const gone = new Promise<void>((resolve) => {
      answer = (_, response) => void response.on('close', resolve);
    });
    const running = run(by(arn));
    await until(
      () => seen.length,
      (count) => count === 1,
    );
    const [one] = (await test.engine.executions.list(EVERYTHING, { limit: 1 })).items;
    await test.engine.executions.stop(EVERYTHING, one?.id ?? '', {});
    await gone;
    expect(await running).toMatchObject({ status: 'ABORTED' });
  });

  it('is not sent again after a crash, unless its Retry says so', async () => {
    const arn = await connect('county');
    answer = () => {};
    void run(by(arn)).catch(() => {});
    await until(
      () => seen.length,
      (count) => count === 1,
    );
    // What the disk holds is taken now; the engine of before ends in peace when its request does.
    const crashed = test.crash();
    server.closeAllConnections();
    await crashed;
    const ended = await until(
      async () => (await test.details('calls'))[0],
      (one) => one?.status !== 'RUNNING',
    );
    expect(ended).toMatchObject({ status: 'FAILED', error: 'Millrace.WorkerLost' });
    expect(seen).toHaveLength(1);
  });
});

describe('an API destination', () => {
  it('is delivered to through a connection of OAuth, with one token for many events, and a new one when that is refused', async () => {
    let tokens = 0;
    const OAuthParameters = {
      ...{ AuthorizationEndpoint: `${base}/token`, HttpMethod: 'POST' },
      ClientParameters: { ClientID: 'mill', ClientSecret: 'client-secret-4711' },
    };
    const connection = await connect('oauth', { OAuthParameters }, 'OAUTH_CLIENT_CREDENTIALS');
    let isRefused = false;
    answer = (one, response) => {
      if (one.url === '/token') {
        tokens += 1;
        json(response, { access_token: `opaque-token-${tokens}`, expires_in: 3_600 });
        return;
      }
      const isOld = one.headers.authorization === 'Bearer opaque-token-1';
      json(response, {}, isRefused && isOld ? 401 : 200);
    };
    const { apiDestinations, rules, events } = test.engine;
    const made = { name: 'county', connection, endpoint: `${base}/hook`, method: 'POST' } as const;
    const { arn } = await apiDestinations.create(PARCELS, made);
    const eventPattern = '{"source":["shop"]}';
    await rules.put(PARCELS, undefined, { name: 'hook', tags: {}, eventPattern });
    const target = { Id: 'county', Arn: arn, InputPath: '$.detail' };
    await rules.putTargets(PARCELS, { bus: undefined, name: 'hook' }, [target]);
    const put = (number: number) =>
      events.put(PARCELS, [{ source: 'shop', detailType: 'placed', detail: { number } }]);
    const arrived = (count: number) =>
      until(
        () => seen.filter(({ url }) => url === '/hook'),
        (all) => all.length >= count,
      );
    await put(1);
    await arrived(1);
    // A destination is called so many times a second at most, by the engine's clock.
    await put(2);
    await test.pass(1_000);
    expect((await arrived(2)).map(({ headers, body }) => [headers.authorization, body])).toEqual([
      ['Bearer opaque-token-1', '{"number":1}'],
      ['Bearer opaque-token-1', '{"number":2}'],
    ]);
    expect(tokens).toBe(1);
    isRefused = true;
    await put(3);
    await test.pass(1_000);
    await arrived(3);
    // What was refused is tried again after a pause, as anything that could not be delivered.
    await test.settled();
    await test.pass(300_000);
    const last = (await arrived(4)).at(-1);
    expect([last?.headers.authorization, last?.body]).toEqual([
      'Bearer opaque-token-2',
      '{"number":3}',
    ]);
    expect(tokens).toBe(2);
    expect(await test.engine.deadLetters.list(PARCELS, { limit: 10 })).toEqual([]);
  });
});
