/**
 * Secrets, put in wherever a user can put one, are nowhere to be read: not in the database and its write-ahead log, the
 * server's log, any answer, the live stream, the console's pages, the list of processes. What runs still gets them.
 * @module
 */

import { createHmac } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import {
  CreateConnectionCommand,
  EventBridgeClient,
  PutRuleCommand,
  PutTargetsCommand,
} from '@aws-sdk/client-eventbridge';
import {
  CreateStateMachineCommand,
  DescribeExecutionCommand,
  DescribeStateMachineCommand,
  GetExecutionHistoryCommand,
  SFNClient,
  StartExecutionCommand,
} from '@aws-sdk/client-sfn';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { echoPipeline, openTestServer, type TestServer } from '../http/test-server.js';
import { ROLE } from '../wire/wire-server.js';
import { canary, commandLines, filesOf, sightings } from './canaries.js';

const canaries = new Map<string, string>();
const put = (place: string, kind: 'special' | 'plain' = 'plain'): string => {
  const value = canary(place, kind);
  canaries.set(place, value);
  return value;
};

let upstream: HttpServer;
let address: string;
const received: { url: string; headers: IncomingMessage['headers']; body: string }[] = [];
let server: TestServer;
let viewer: string;
let session: string;
let stream = '';
const streams = new AbortController();
const environment = { AWS_SECRET_ACCESS_KEY: '', ORDERS_DB: '', SMTP_PASSWORD: '' };
const folder = mkdtempSync(join(tmpdir(), 'millrace-canaries-'));

/** Answers what a path asks for; `/echo-error` repeats what it was sent, as servers do. */
async function openUpstream(): Promise<void> {
  const toLocation = put('a redirect to an address with a parameter');
  const toRelative = put('a redirect to a path with a parameter');
  const cookie = put('a cookie in an answer');
  const access = put('a member of an answer', 'special');
  upstream = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const url = request.url ?? '';
    received.push({ url, headers: request.headers, body });
    if (url.startsWith('/redirect')) {
      response.writeHead(302, { location: `${address}/next?secret=${toLocation}` }).end();
    } else if (url.startsWith('/next')) {
      response.writeHead(307, { location: `/end?page=2&token=${toRelative}` }).end();
    } else if (url.startsWith('/echo-error')) {
      const seen = `${request.headers['x-api-key']} ${Buffer.from(body).toString('base64')} ${encodeURIComponent(url)}`;
      response.writeHead(400).end(`bad request: ${seen}`);
    } else {
      response.setHeader('set-cookie', `id=${cookie}; Path=/`);
      response.setHeader('content-type', 'application/json');
      response.end(JSON.stringify({ access_token: access, rows: 3 }));
    }
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
}

const http = (args: object, more: object = { End: true }): object => ({
  Type: 'Task',
  Resource: 'millrace:http',
  Arguments: args,
  ...more,
});

/** A definition of the query language JSONata, because its expressions wrap secrets in quotes. */
const machine = (states: object): never =>
  ({ QueryLanguage: 'JSONata', StartAt: Object.keys(states)[0], States: states }) as never;

function script(name: string, text: string): string {
  writeFileSync(join(folder, name), text);
  return name;
}

const basic = (): string =>
  `Basic ${Buffer.from(`ann:${put('a password inside of Basic', 'special')}`).toString('base64')}`;

/** What is run, by the name of its pipeline: definition and input. */
function work(): { [name: string]: { definition: never; input?: object } } {
  const host = address.replace('http://', '');
  const known = put('an input member named password', 'special');
  return {
    headers: {
      definition: machine({
        Call: http(
          {
            url: `${address}/a?sig=${put('a parameter in an address')}`,
            method: 'POST',
            headers: {
              Authorization: `Bearer ${put('a bearer token')}`,
              'x-api-key': put('an API key in a header'),
              Cookie: `session=${put('a cookie in a request')}`,
            },
            query: { api_key: put('a parameter of a query', 'special'), page: 2 },
            body: {
              password: put('a member of a body', 'special'),
              Authentication: { clientSecret: put('a nested member of a body') },
              fields: [{ name: 'apiKey', value: put('a pair in a body') }],
            },
          },
          { Next: 'Again' },
        ),
        Again: http({ url: `${address}/b`, headers: { authorization: basic() } }, { Next: 'User' }),
        User: http({ url: `http://ann:${put('a password in an address')}@${host}/c` }),
      }),
    },
    neutral: {
      // Nothing says that it is a secret until it is used as one; before that nothing is written.
      input: { partner: put('a harmless name that is used in a header', 'special') },
      definition: {
        StartAt: 'Note',
        States: {
          Note: { Type: 'Pass', Next: 'Call' },
          Call: {
            Type: 'Task',
            Resource: 'millrace:http',
            Parameters: {
              url: `${address}/d`,
              headers: { 'X-Api-Key.$': '$.partner' },
            },
            End: true,
          },
        },
      } as never,
    },
    redirect: { definition: machine({ Call: http({ url: `${address}/redirect` }) }) },
    'echoed-error': {
      definition: machine({
        Call: http(
          {
            url: `${address}/echo-error?code=${put('a code in an address')}1`,
            method: 'POST',
            headers: { 'x-api-key': put('an API key that is echoed') },
            body: { secret: put('a body that is echoed in base64') },
          },
          { End: true },
        ),
      }),
    },
    input: {
      input: {
        password: known,
        credentials: { user: 'ann', value: put('a member of credentials') },
        headers: [{ Key: 'Authorization', Value: put('a pair in an input') }],
        text: JSON.stringify({ inner: { token: put('JSON in a text', 'special') } }),
        source: `postgres://ann:${put('a password of a database')}@db/orders`,
        key: 'orders/2026',
        next_token: 'page-two-of-it',
      },
      definition: machine({
        // What was secret under its name is secret wherever it goes.
        Move: {
          Type: 'Pass',
          Output: {
            plain: '{% $states.input.password %}',
            wrapped: "{% $base64encode('x' & $states.input.password) %}",
            url: "{% 'a=' & $encodeUrlComponent($states.input.password) %}",
          },
          Assign: { apiKey: put('a variable') },
          Next: 'Keep',
        },
        Keep: {
          Type: 'Pass',
          Output: '{% $merge([$states.input, {"as": $string($states.input)}]) %}',
          Next: 'Say',
        },
        Say: {
          Type: 'Task',
          Resource: 'millrace:shell',
          Arguments: {
            script: script(
              'say.sh',
              `#!/bin/sh
cat > /dev/null
echo "password=$ORDERS_PASSWORD"
echo "{\\"level\\":\\"info\\",\\"message\\":\\"at work\\",\\"token\\":\\"$ORDERS_PASSWORD\\"}"
printf '%s' "$ORDERS_PASSWORD" | base64
echo "connecting to mysql://ann:${put('a password in a log')}@db/x"
echo "Authorization: Bearer ${put('a header in a log')}"
echo "{\\"secret\\": \\"${put('a result of a task')}\\", \\"rows\\": 2}" > "$MILLRACE_OUTPUT"
`,
            ),
            env: { ORDERS_PASSWORD: put('a variable of a process', 'special') },
            input: { value: '{% $states.input.plain %}' },
          },
          Next: 'Loop',
        },
        Loop: {
          Type: 'Map',
          Items: [{ password: put('an item of a Map') }],
          ItemProcessor: {
            ProcessorConfig: { Mode: 'DISTRIBUTED', ExecutionType: 'STANDARD' },
            StartAt: 'One',
            States: { One: { Type: 'Pass', End: true } },
          },
          End: true,
        },
      }),
    },
    failing: {
      definition: machine({
        Fall: {
          Type: 'Task',
          Resource: 'millrace:shell',
          Arguments: {
            script: script(
              'fall.sh',
              `#!/bin/sh\necho "no connection to amqp://ann:${put('a password in a cause')}@mq" >&2\nexit 3\n`,
            ),
          },
          Catch: [
            { ErrorEquals: ['States.ALL'], Output: '{% $states.errorOutput %}', Next: 'End' },
          ],
          End: true,
        },
        End: {
          Type: 'Fail',
          Error: 'Broken',
          Cause: `{% 'told: ' & $states.input.Cause & ' https://x?access_token=${put('a parameter in a cause')}' %}`,
        },
      }),
    },
    parent: {
      input: { child: { secret: put('an input of a child') } },
      definition: machine({
        Start: {
          Type: 'Task',
          Resource: 'arn:aws:states:::states:startExecution.sync:2',
          Arguments: {
            StateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:child',
            Input: '{% $states.input.child.secret %}',
          },
          End: true,
        },
      }),
    },
  };
}

async function waitUntilEnded(name: string): Promise<void> {
  const { items } = await server.server.engine.executions.list(EVERYTHING, { pipeline: name });
  for (const { id } of items) await server.server.engine.executions.wait(EVERYTHING, id);
}

beforeAll(async () => {
  await openUpstream();
  environment.AWS_SECRET_ACCESS_KEY = put('the environment of the server');
  environment.SMTP_PASSWORD = put('another variable of the environment');
  environment.ORDERS_DB = `postgres://ann:${put('an address in the environment')}@db/x`;
  Object.assign(process.env, environment);
  server = await openTestServer({ allowPrivateAddresses: true });
  const { engine, authenticator } = server.server;
  canaries.set('a token of an operator', server.operator);
  viewer = await authenticator.issue('api', { label: 'viewer', role: 'viewer' });
  canaries.set('a token of a viewer', viewer);
  const login = await authenticator.issue('login', { label: 'login' });
  canaries.set('a login link', login);
  const loggedIn = await server.request('GET', `/login?token=${login}`, { token: null });
  session = /millrace_session=([^;]+)/.exec(String(loggedIn.headers['set-cookie']))?.[1] ?? '';
  canaries.set('a session', session);

  const response = await fetch(`${server.server.url}/api/v1/events`, {
    headers: { authorization: `Bearer ${viewer}` },
    signal: streams.signal,
  });
  void (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of response.body ?? []) stream += decoder.decode(chunk as Uint8Array);
  })().catch(() => undefined);

  await engine.pipelines.deploy(echoPipeline('child'));
  await engine.pipelines.deploy(
    echoPipeline('outcomes', {
      sections: {
        trigger: {
          events: [{ pattern: { source: ['aws.states'], detail: { status: ['FAILED'] } } }],
        },
      },
    }),
  );
  for (const [name, { definition, input }] of Object.entries(work())) {
    await engine.pipelines.deploy(echoPipeline(name, { definition, folder }));
    await engine.executions.run(EVERYTHING, {
      pipeline: name,
      ...(input ? { input: input as never } : {}),
    });
  }
  await engine.pipelines.deploy(
    echoPipeline('listening', {
      sections: { trigger: { events: [{ pattern: { source: ['shop'] } }] } },
    }),
  );
  const body = {
    events: [{ source: 'shop', detailType: 'd', detail: { password: put('an event', 'special') } }],
  };
  expect((await server.request('POST', '/api/v1/events', { body })).status).toBe(200);
  await webhook();
  await eventBridge();
  await waitUntilEnded('listening');
  await waitUntilEnded('outcomes');
}, 180_000);

afterAll(async () => {
  streams.abort();
  await server.close();
  upstream.close();
  rmSync(folder, { recursive: true, force: true });
  for (const name of Object.keys(environment)) delete process.env[name];
});

async function webhook(): Promise<void> {
  const made = await server.request('POST', '/api/v1/webhooks', {
    body: { name: 'hook', team: 'default', source: 'shop' },
  });
  const { secret } = made.json<{ secret: string }>();
  canaries.set('the secret of a webhook', secret);
  const raw = JSON.stringify({ order: 1, api_token: put('a webhook') });
  const timestamp = String(Math.floor(Date.now() / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${raw}`).digest('hex');
  const answer = await server.request('POST', '/api/v1/webhooks/hook', {
    token: null,
    raw,
    headers: { 'millrace-timestamp': timestamp, 'millrace-signature': `v1=${signature}` },
  });
  expect(answer.status).toBe(200);
}

/** Clients that AWS made, with a key of the server. */
let operatorKey: { accessKeyId: string; secretAccessKey: string };
const region = 'us-east-1';

async function eventBridge(): Promise<void> {
  const { accessKeys, url } = server.server;
  operatorKey = await accessKeys.issue({ team: 'default', role: 'editor', label: 'test' });
  canaries.set('the secret of an access key', operatorKey.secretAccessKey);
  const client = new EventBridgeClient({ endpoint: url, region, credentials: operatorKey });
  await client.send(
    new CreateConnectionCommand({
      Name: 'partner',
      AuthorizationType: 'BASIC',
      AuthParameters: {
        BasicAuthParameters: { Username: 'ann', Password: put('a connection', 'special') },
        InvocationHttpParameters: {
          HeaderParameters: [
            { Key: 'x-tenant', Value: put('a header of a connection'), IsValueSecret: true },
          ],
        },
      },
    }),
  );
  await client.send(
    new PutRuleCommand({ Name: 'rule', EventPattern: JSON.stringify({ source: ['nobody'] }) }),
  );
  await client.send(
    new PutTargetsCommand({
      Rule: 'rule',
      Targets: [
        {
          Id: 'one',
          Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:listening',
          RoleArn: ROLE,
          Input: JSON.stringify({ password: put('an input of a target') }),
        },
      ],
    }),
  );
  client.destroy();
}

/** Every address that answers a GET, of everything that there is. */
async function addresses(): Promise<string[]> {
  const { engine } = server.server;
  const executions = (await engine.executions.list(EVERYTHING, { limit: 1000 })).items;
  const mapRuns = (
    await Promise.all(
      executions.map(({ arn }) => engine.mapRuns.list(EVERYTHING, arn).catch(() => [])),
    )
  ).flat();
  const children = (
    await Promise.all(
      mapRuns.map(
        async ({ arn }) => (await engine.executions.list(EVERYTHING, { mapRun: arn })).items,
      ),
    )
  ).flat();
  expect(children.length).toBe(1);
  const pipelines = await engine.pipelines.list(EVERYTHING);
  return [
    '/',
    '/openapi.json',
    ...['executions', 'pipelines', 'stored-events', 'dead-letters', 'webhooks', 'access-keys'].map(
      (name) => `/api/v1/${name}`,
    ),
    ...['schedules', 'pools', 'backfills', 'problems', 'session', 'health', 'openapi.json'].map(
      (name) => `/api/v1/${name}`,
    ),
    ...[...executions, ...children].flatMap(({ id }) =>
      ['', '/states', '/history', '/logs', '/redrive-plan', '/repair-plan'].map(
        (part) => `/api/v1/executions/${id}${part}`,
      ),
    ),
    ...pipelines.flatMap(({ name }) =>
      ['', '/graph', '/trigger'].map((part) => `/api/v1/pipelines/${name}${part}`),
    ),
  ];
}

describe('a secret', () => {
  test('is used by what runs', () => {
    const first = received.find(({ url }) => url.startsWith('/a'));
    expect(first?.headers.authorization).toBe(`Bearer ${canary('a bearer token')}`);
    expect(JSON.parse(first?.body ?? '{}')).toMatchObject({
      password: canary('a member of a body', 'special'),
    });
    expect(received.find(({ url }) => url.startsWith('/end'))?.url).toContain(
      canary('a redirect to a path with a parameter'),
    );
  });

  test('is put in at more than 40 places', () => {
    expect(canaries.size).toBeGreaterThanOrEqual(40);
    expect(new Set(canaries.values()).size).toBe(canaries.size);
  });

  test('is in no file of the data folder but where it is needed', async () => {
    // Whoever may read server.json is this machine's user; the work folder is the task's own.
    const text = filesOf(server.data, ['seal.key', 'server.json', 'work']);
    expect(text).toContain('StateEntered');
    expect(sightings(text, canaries)).toEqual([]);
  });

  test.each(['viewer', 'operator', 'session'])('is in no answer to a GET of a %s', async (who) => {
    const headers: { [name: string]: string } =
      who === 'session' ? { cookie: `millrace_session=${session}` } : {};
    const token = who === 'session' ? null : who === 'viewer' ? viewer : server.operator;
    let answered = 0;
    for (const path of await addresses()) {
      const answer = await server.request('GET', path, { token, headers });
      answered += Number(answer.status === 200);
      expect([path, sightings(answer.text, canaries)]).toEqual([path, []]);
      expect([path, sightings(JSON.stringify(answer.headers), canaries)]).toEqual([path, []]);
    }
    expect(answered).toBeGreaterThan(40);
  });

  test('is not in the live stream', () => {
    expect(stream).toContain('StateEntered');
    expect(stream).toContain('"type":"log"');
    expect(sightings(stream, canaries)).toEqual([]);
  });

  test('is in no command line', () => {
    expect(sightings(commandLines(), canaries)).toEqual([]);
  });

  test('is not in what an execution answers to whoever waited for it', async () => {
    const answer = await server.request('POST', '/api/v1/executions?wait=20', {
      body: {
        pipeline: 'child',
        input: { password: canary('an input member named password', 'special') },
      },
    });
    expect(answer.json()).toMatchObject({ status: 'SUCCEEDED', output: { password: '***' } });
  });

  test('leaves everything else as it is', async () => {
    const answer = await server.request('GET', '/api/v1/executions/input@latest');
    expect(answer.json()).toMatchObject({
      input: {
        password: '***',
        credentials: { user: 'ann', value: '***' },
        headers: [{ Key: 'Authorization', Value: '***' }],
        source: 'postgres://***@db/orders',
        key: 'orders/2026',
        next_token: 'page-two-of-it',
      },
    });
  });
});

describe('AWS’s own clients', () => {
  const definition = (secret: string): string =>
    JSON.stringify({
      StartAt: 'A',
      States: { A: { Type: 'Pass', Result: { password: secret }, End: true } },
    });

  async function client(role: 'viewer' | 'editor'): Promise<SFNClient> {
    const credentials = await server.server.accessKeys.issue({
      team: 'default',
      role,
      label: role,
    });
    return new SFNClient({
      endpoint: server.server.url,
      region,
      credentials,
      disableHostPrefix: true,
      maxAttempts: 1,
    });
  }

  it('get back the definition that they sent, and what they compute with; who may only look gets neither', async () => {
    const operator = await client('editor');
    const looker = await client('viewer');
    const secret = canary('a definition over the wire');
    const only = new Map([['a definition over the wire', secret]]);
    const made = await operator.send(
      new CreateStateMachineCommand({
        name: 'wired',
        roleArn: ROLE,
        definition: definition(secret),
      }),
    );
    const { stateMachineArn } = made;
    const started = await operator.send(new StartExecutionCommand({ stateMachineArn }));
    await waitUntilEnded('wired');
    const { executionArn } = started;
    const described = await operator.send(new DescribeStateMachineCommand({ stateMachineArn }));
    expect(described.definition).toBe(definition(secret));
    const ended = await operator.send(new DescribeExecutionCommand({ executionArn }));
    expect(ended.output).toBe(JSON.stringify({ password: secret }));
    for (const answer of [
      await operator.send(new GetExecutionHistoryCommand({ executionArn })),
      await looker.send(new GetExecutionHistoryCommand({ executionArn })),
      await looker.send(new DescribeStateMachineCommand({ stateMachineArn })),
      await looker.send(new DescribeExecutionCommand({ executionArn })),
    ]) {
      expect(sightings(JSON.stringify(answer), only)).toEqual([]);
    }
    const text = filesOf(server.data, ['seal.key', 'server.json', 'work']);
    expect(sightings(text, only)).toEqual([]);
    operator.destroy();
    looker.destroy();
  });
});
