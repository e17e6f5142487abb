/**
 * Forty secrets of a team, used by tasks that print, return and repeat them in every form, are nowhere to be read: not in the
 * database and its write-ahead log, the server's log, any answer, the live stream, metrics, the list of processes.
 * @module
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server as HttpServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { echoPipeline, openTestServer, type TestServer } from '../http/test-server.js';
import { canary, commandLines, filesOf, sightings } from './canaries.js';

const TEAM = 'parcels';
/** What a task does with its secret, as code of Node with the value in `v`. */
const DEEDS: { readonly [deed: string]: string } = {
  'prints it': 'console.log(v)',
  'prints it in base64': "console.log(Buffer.from('user:' + v).toString('base64'))",
  'prints it in base64url': "console.log(Buffer.from(v).toString('base64url'))",
  'prints it encoded for an address':
    "console.log('https://x.example/?q=' + encodeURIComponent(v))",
  'prints it in JSON': 'console.log(JSON.stringify({ a: [v] }))',
  'prints it in JSON in JSON': 'console.log(JSON.stringify(JSON.stringify({ a: v })))',
  'prints it in two chunks':
    'process.stdout.write(v.slice(0, 9)); setTimeout(() => process.stdout.write(v.slice(9) + "\\n"), 60)',
  'prints it on standard error': 'console.error(v)',
  'throws it': "throw new Error('refused: ' + v)",
  'returns it':
    "require('fs').writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ plain: v }))",
  'returns it in base64':
    "require('fs').writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify(Buffer.from(v).toString('base64')))",
  'uses it as the name of a member':
    "require('fs').writeFileSync(process.env.MILLRACE_OUTPUT, JSON.stringify({ [v]: 1 }))",
  'writes a log line with it as a field':
    "console.log(JSON.stringify({ level: 'warn', message: 'm', detail: { v } }))",
};
/** What a server does with the secret that it was sent. */
const ANSWERS = ['repeats', 'refuses', 'redirects', 'redirects-far', 'sets-cookie'] as const;
const WAYS = ['header', 'query', 'body', 'url'] as const;

const canaries = new Map<string, string>();
const folder = mkdtempSync(join(tmpdir(), 'millrace-team-secrets-'));
let it: TestServer;
let upstream: HttpServer;
let address: string;
const received: string[] = [];
let stream = '';
const streams = new AbortController();
let viewer: string;

async function openUpstream(): Promise<void> {
  upstream = createServer(async (request, response) => {
    let body = '';
    for await (const chunk of request) body += chunk;
    const seen = `${request.headers.authorization ?? ''} ${request.url} ${body}`;
    received.push(seen);
    const url = request.url ?? '';
    if (url.startsWith('/redirects-far')) {
      response.writeHead(302, { location: `http://127.0.0.1:1/x?q=${encodeURIComponent(seen)}` });
      response.end();
    } else if (url.startsWith('/redirects')) {
      response.writeHead(302, { location: `/end?q=${encodeURIComponent(seen)}` }).end();
    } else if (url.startsWith('/refuses')) response.writeHead(400).end(`no: ${seen}`);
    else if (url.startsWith('/sets-cookie')) {
      response.setHeader('set-cookie', `a=${encodeURIComponent(seen)}`);
      response.end(JSON.stringify({ [seen]: 1 }));
    } else response.end(JSON.stringify({ seen }));
  });
  await new Promise<void>((resolve) => upstream.listen(0, '127.0.0.1', resolve));
  address = `http://127.0.0.1:${(upstream.address() as AddressInfo).port}`;
}

/** Sets a secret and answers how a task refers to it. */
async function keep(place: string, value = canary(place, 'special')): Promise<{ secret: string }> {
  canaries.set(place, value);
  const secret = `kept-${canaries.size}`;
  const path = `/api/v1/secrets/${secret}?team=${TEAM}`;
  const answer = await it.request('PUT', path, { body: { value } });
  expect(answer.status).toBe(200);
  expect(sightings(answer.text, canaries)).toEqual([]);
  return { secret };
}

async function run(Resource: string, Parameters: object, name: string): Promise<void> {
  const { engine } = it.server;
  await engine.pipelines.deploy({
    ...echoPipeline(name, { team: TEAM, folder }),
    definition: {
      StartAt: 'Do',
      States: { Do: { Type: 'Task', Resource, Parameters, End: true } },
    } as MachineDefinition,
  });
  await engine.executions.run(EVERYTHING, { pipeline: name, team: TEAM });
}

beforeAll(async () => {
  await openUpstream();
  it = await openTestServer({ allowPrivateAddresses: true });
  viewer = await it.server.authenticator.issue('api', { label: 'v', role: 'viewer' });
  void it.listen(
    '/api/v1/events',
    (events) => {
      stream = JSON.stringify(events);
      return streams.signal.aborted;
    },
    {},
  );
  writeFileSync(join(folder, 'print.sql'), 'SELECT $v AS v');
  let count = 0;
  for (const [deed, code] of Object.entries(DEEDS)) {
    for (const as of ['value', 'file'] as const) {
      const reference = await keep(`a task that ${deed}, by ${as}`);
      const v =
        as === 'value' ? 'process.env.V' : "require('fs').readFileSync(process.env.V, 'utf8')";
      const env = { V: as === 'value' ? reference : { ...reference, as } };
      count += 1;
      const command = ['node', '-e', `const v = ${v}; ${code}`];
      await run('millrace:shell', { command, env }, `deed-${count}`);
    }
  }
  for (const answer of ANSWERS) {
    for (const way of WAYS) {
      const place = `a server that ${answer} it from the ${way}`;
      const value = canary(place, 'plain');
      const of = `${address}/${answer}`;
      // A secret address of a hook holds a part that only its owner knows.
      const reference = await keep(place, way === 'url' ? `${of}/${value}` : value);
      if (way === 'url') canaries.set(`${place}, its part`, value);
      count += 1;
      const given = {
        header: { url: of, headers: { Authorization: { ...reference, format: 'Bearer {}' } } },
        query: { url: of, query: { q: reference } },
        body: { url: of, method: 'POST', body: { a: reference } },
        url: { url: reference },
      }[way];
      await run('millrace:http', given, `call-${count}`);
    }
  }
  const key = ['-----BEGIN KEY-----', canary('a line of a key'), '-----END KEY-----'].join('\n');
  canaries.set('a line of a key', canary('a line of a key'));
  const lines = await keep('a key of several lines', key);
  const command = ['node', '-e', 'console.log(process.env.V); console.error(process.env.V)'];
  await run('millrace:shell', { command, env: { V: lines } }, 'key');
  const password = canary('a member of a secret in JSON');
  canaries.set('a member of a secret in JSON', password);
  const json = await keep('a secret in JSON', JSON.stringify({ host: 'db.example', password }));
  const takes = ['node', '-e', 'console.log(JSON.parse(process.env.V).password)'];
  await run('millrace:shell', { command: takes, env: { V: json } }, 'json');
  const bound = await keep('a parameter of SQL');
  await run('millrace:sql', { file: 'print.sql', parameters: { v: bound } }, 'sql');
  const missing = { command: ['true'], env: { V: { secret: 'not-there' } } };
  await run('millrace:shell', missing, 'missing');
}, 120_000);

afterAll(async () => {
  streams.abort();
  await it.close();
  await new Promise((resolve) => upstream.close(resolve));
  rmSync(folder, { recursive: true, force: true });
});

test('are more than forty, and reach who they are for', async () => {
  expect(canaries.size).toBeGreaterThan(45);
  const all = received.map((seen) => decodeURIComponent(seen.replaceAll('%', '%25'))).join('\n');
  for (const way of WAYS) {
    expect(all).toContain(canary(`a server that repeats it from the ${way}`, 'plain'));
  }
  const { items } = await it.server.engine.executions.list(EVERYTHING, { limit: 1000 });
  const broken = items.filter(({ status }) => status === 'FAILED').map(({ pipeline }) => pipeline);
  // Those that throw, refuse, redirect to nowhere, or have none.
  expect(broken.filter((name) => name.startsWith('deed-'))).toHaveLength(2);
  expect(broken.filter((name) => name.startsWith('call-'))).toHaveLength(8);
  expect(broken).toContain('missing');
});

test('are in no file of the data folder', () => {
  const text = filesOf(it.data, ['seal.key', 'server.json']);
  expect(text).toContain('TaskStateEntered'.slice(4));
  expect(sightings(text, canaries)).toEqual([]);
});

test('are in no answer, to whoever sees everything and to whoever may only read', async () => {
  const { items } = await it.server.engine.executions.list(EVERYTHING, { limit: 1000 });
  const paths = items.flatMap(({ id, pipeline }) => [
    ...['', '/states', '/history', '/logs', '/redrive-plan'].map((of) => `executions/${id}${of}`),
    `pipelines/${pipeline}?team=${TEAM}`,
  ]);
  paths.push('secrets', 'executions?limit=1000', 'overview', 'checks', 'logs?limit=500', 'alerts');
  let answered = 0;
  for (const token of [it.operator, viewer]) {
    for (const path of paths.map((of) => `/api/v1/${of}`).concat('/metrics')) {
      const answer = await it.request('GET', path, { token });
      answered += Number(answer.status === 200);
      expect([path, sightings(answer.text, canaries)]).toEqual([path, []]);
    }
  }
  expect(answered).toBeGreaterThan(400);
});

test('are not in the live stream, and in no command line', () => {
  expect(stream).toContain('"type":"log"');
  expect(sightings(stream, canaries)).toEqual([]);
  expect(sightings(commandLines(), canaries)).toEqual([]);
});

test('are not in a refusal either, also of a value that is refused', async () => {
  const value = `${canary('refused')}\0`;
  const path = `/api/v1/secrets/a?team=${TEAM}`;
  for (const body of [{ value }, { value: [value] }, { valu: value }]) {
    const answer = await it.request('PUT', path, { body });
    expect(answer.status).toBe(400);
    expect(answer.text).not.toContain(canary('refused'));
  }
});
