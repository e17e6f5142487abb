/**
 * Nobody takes everything: live streams, logins and requests are limited, each refusal is an answer, and what has been
 * taken away is gone at once.
 * @module
 */

import {
  type ClientRequest,
  createServer,
  request as httpRequest,
  type IncomingMessage,
} from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import Fastify from 'fastify';
import { afterAll, afterEach, beforeAll, describe, expect, it, test } from 'vitest';
import type { Engine, FeedChange } from '../../src/engine/engine.js';
import { EVERYTHING, type Scope } from '../../src/engine/kernel/scope.js';
import { hashOf } from '../../src/http/auth.js';
import { createEventStream } from '../../src/http/event-stream.js';
import { limitLoad } from '../../src/http/load-limit.js';
import { problemOf } from '../../src/http/problem.js';
import { openTestServer, type TestServer, waitingPipeline } from '../http/test-server.js';

let server: TestServer;
let open: ClientRequest[] = [];

beforeAll(async () => {
  server = await openTestServer({ acceptAnyAccessKey: true });
});
afterEach(async () => {
  for (const request of open) request.destroy();
  open = [];
});
afterAll(() => server.close());

interface Stream {
  status: number;
  body: string;
  headers: IncomingMessage['headers'];
  /** Resolves when the server has ended it. */
  ended: Promise<void>;
}

/** Opens a live stream; answers once it has greeted, or was refused. */
function listen(token: string, path = '/api/v1/events'): Promise<Stream> {
  const { hostname, port } = new URL(server.server.url);
  return new Promise((resolve, reject) => {
    const headers = token.startsWith('millrace_session=')
      ? { cookie: token }
      : { authorization: `Bearer ${token}` };
    const request = httpRequest({ hostname, port, path, agent: false, headers }, (response) => {
      const stream: Stream = {
        status: response.statusCode ?? 0,
        body: '',
        headers: response.headers,
        ended: new Promise((end) => response.once('close', end)),
      };
      response.on('error', () => undefined);
      response.on('data', (chunk: Buffer) => {
        stream.body += chunk.toString();
        if (stream.body.includes('\n\n')) resolve(stream);
      });
      response.on('end', () => resolve(stream));
    });
    open.push(request);
    request.on('error', reject);
    request.end();
  });
}

const viewer = (teams?: readonly string[]): Promise<string> =>
  server.server.authenticator.issue('api', {
    label: 'viewer',
    role: 'viewer',
    ...(teams === undefined ? {} : { teams }),
  });

/** Waits until the server has noticed that streams are gone: one more fits again. */
async function untilFree(token: string): Promise<Stream> {
  for (;;) {
    const stream = await listen(token);
    if (stream.status === 200) return stream;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('live streams', () => {
  it('are 50 of a token: the next is refused with an answer, and others are not', async () => {
    const token = await viewer();
    const streams = await Promise.all(Array.from({ length: 50 }, () => listen(token)));
    expect(streams.map(({ status }) => status)).toEqual(Array(50).fill(200));
    const refused = await listen(token);
    expect([refused.status, JSON.parse(refused.body).code]).toEqual([429, 'MILL4009']);
    expect(refused.headers['retry-after']).toBe('60');
    expect((await listen(await viewer())).status).toBe(200);
    open.shift()?.destroy();
    expect((await untilFree(token)).status).toBe(200);
  });

  it('are 200 of those who see a team, and 500 of all', async () => {
    const fill = async (count: number, teams: readonly string[]): Promise<void> => {
      for (let left = count; left > 0; left -= 50) {
        const token = await viewer(teams);
        const streams = await Promise.all(
          Array.from({ length: Math.min(50, left) }, () => listen(token)),
        );
        expect(streams.every(({ status }) => status === 200)).toBe(true);
      }
    };
    await fill(150, ['a']);
    await fill(50, ['a', 'b']);
    const ofA = await listen(await viewer(['a']));
    expect([ofA.status, JSON.parse(ofA.body).title]).toEqual([
      429,
      'Too many live connections of this team.',
    ]);
    await fill(150, ['b']);
    expect((await listen(await viewer(['b']))).status).toBe(429);
    await fill(150, ['c']);
    const last = await listen(await viewer(['d']));
    expect([last.status, JSON.parse(last.body).title]).toEqual([429, 'Too many live connections.']);
  }, 180_000);

  it('end with the logout of their session, at once, and with nobody else’s', async () => {
    const login = await server.server.authenticator.issue('login', { label: 'browser' });
    const answer = await server.request('GET', `/login?token=${login}`, { token: null });
    const cookie = String(answer.headers['set-cookie']).split(';')[0] ?? '';
    const [own, other] = await Promise.all([listen(cookie), listen(await viewer())]);
    await server.request('POST', '/api/v1/logout', { token: null, headers: { cookie } });
    await own.ended;
    expect(other.status).toBe(200);
    expect((await listen(cookie)).status).toBe(401);
    let isOver = false;
    void other.ended.then(() => {
      isOver = true;
    });
    await new Promise((resolve) => setImmediate(resolve));
    expect(isOver).toBe(false);
  });

  it('end when their token is revoked, which no memory of it delays', async () => {
    const token = await viewer();
    const stream = await listen(token);
    expect((await server.request('GET', '/api/v1/session', { token })).status).toBe(200);
    expect(await server.server.authenticator.revokeHash(hashOf(token))).toBe(true);
    await stream.ended;
    expect((await server.request('GET', '/api/v1/session', { token })).status).toBe(401);
  });
});

it('ends a live stream whose token has expired with the next event, which it does not tell', async () => {
  let now = 1_000;
  let tell: (change: FeedChange) => void = () => undefined;
  const engine = {
    executions: {
      subscribe: (_scope: Scope, listener: typeof tell) => {
        tell = listener;
        return () => undefined;
      },
    },
  } as unknown as Engine;
  const stream = createEventStream(engine, { epoch: 'x', now: () => now });
  const principal = {
    label: '',
    role: 'viewer',
    scope: EVERYTHING,
    grants: {},
    isPartly: false,
    token: 't',
  } as const;
  const http = createServer((_request, response) =>
    stream.serve(response, { ...principal, expiresAt: 2_000 }, {}, undefined),
  );
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  const { port } = http.address() as AddressInfo;
  const response = await fetch(`http://127.0.0.1:${port}/`);
  const change = { type: 'pipeline', team: 'a', version: 1 } as const;
  tell({ ...change, pipeline: 'before' });
  now = 2_000;
  tell({ ...change, pipeline: 'after' });
  const text = await response.text();
  expect(text).toContain('before');
  expect(text).not.toContain('after');
  stream.close();
  http.close();
});

describe('logins', () => {
  it('that are guessed lock nobody out who has a valid link, not even at the same address', async () => {
    const link = await server.server.authenticator.issue('login', { label: 'late' });
    const statuses: number[] = [];
    for (let tries = 0; tries < 40; tries += 1) {
      const answer = await server.request('GET', `/login?token=guess-${tries}`, { token: null });
      statuses.push(answer.status);
    }
    expect(statuses.slice(0, 30)).toEqual(Array(30).fill(401));
    expect(statuses.slice(30)).toEqual(Array(10).fill(429));
    expect((await server.request('GET', `/login?token=${link}`, { token: null })).status).toBe(303);
    expect((await server.request('GET', `/login?token=${link}`, { token: null })).status).toBe(429);
  });

  it('are counted by address', async () => {
    const { authenticator } = server.server;
    for (let tries = 0; tries < 35; tries += 1) {
      await authenticator.redeem('wrong', '10.0.0.1').catch(() => undefined);
    }
    await expect(authenticator.redeem('wrong', '10.0.0.1')).rejects.toMatchObject({ status: 429 });
    await expect(authenticator.redeem('wrong', '10.0.0.2')).rejects.toMatchObject({ status: 401 });
  });
});

describe('a server that is asked more than it can do', () => {
  const SIGNED = {
    authorization: `AWS4-HMAC-SHA256 Credential=ANY/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
  };

  test('answers the 1,001st that waits with 429, and all others as ever', async () => {
    await server.server.engine.pipelines.deploy(waitingPipeline('waits'));
    const { id } = await server.server.engine.executions.start(EVERYTHING, { pipeline: 'waits' });
    const path = `/api/v1/executions/${id}?wait=200`;
    const { hostname, port } = new URL(server.server.url);
    const headers = { authorization: `Bearer ${server.operator}` };
    const answers: Promise<number>[] = [];
    for (let count = 0; count < 1_100; count += 1) {
      answers.push(
        new Promise((resolve) => {
          const request = httpRequest({ hostname, port, path, agent: false, headers });
          open.push(request);
          request.on('response', (response) => {
            response.resume();
            if (response.headers['retry-after'] === '1') resolve(response.statusCode ?? 0);
          });
          request.on('error', () => resolve(0));
          request.end();
        }),
      );
    }
    // A hundred are refused; the others wait.
    let refused = 0;
    await new Promise<void>((resolve) => {
      for (const answer of answers) {
        void answer.then((status) => {
          if (status === 429) refused += 1;
          if (refused === 100) resolve();
        });
      }
    });
    const poll = await server.request('POST', '/', {
      token: null,
      body: { activityArn: 'arn:aws:states:us-east-1:000000000000:activity:a' },
      headers: { ...SIGNED, 'x-amz-target': 'AWSStepFunctions.GetActivityTask' },
    });
    expect([poll.status, poll.json().__type]).toEqual([
      400,
      expect.stringMatching(/ThrottlingException$/),
    ]);
    const login = await server.server.authenticator.issue('login', { label: 'x' });
    for (const [wanted, address] of [
      [200, '/api/v1/health'],
      [200, '/api/v1/executions'],
      [303, `/login?token=${login}`],
    ] as const) {
      expect((await server.request('GET', address)).status).toBe(wanted);
    }
  }, 180_000);

  test('refuses what comes on top of 500 that are worked on, and takes more when they are done', async () => {
    const app = Fastify();
    limitLoad(app);
    app.setErrorHandler((error, _request, reply) => reply.code(problemOf(error).status).send());
    let release: () => void = () => undefined;
    const released = new Promise<void>((resolve) => {
      release = resolve;
    });
    let working = 0;
    let full: () => void = () => undefined;
    const isFull = new Promise<void>((resolve) => {
      full = resolve;
    });
    app.get('/work', async () => {
      working += 1;
      if (working === 500) full();
      await released;
      return {};
    });
    app.get('/api/v1/health', async () => ({}));
    const address = await app.listen({ port: 0, host: '127.0.0.1' });
    const ask = async (path: string): Promise<number> => (await fetch(`${address}${path}`)).status;
    const first = Array.from({ length: 500 }, () => ask('/work'));
    await isFull;
    expect(await ask('/work')).toBe(429);
    expect(await ask('/api/v1/health')).toBe(200);
    release();
    expect(new Set(await Promise.all(first))).toEqual(new Set([200]));
    expect(await ask('/work')).toBe(200);
    await app.close();
  });

  test('gives no room to those who send half a request', async () => {
    const { hostname, port } = new URL(server.server.url);
    const sockets = await Promise.all(
      Array.from(
        { length: 600 },
        () =>
          new Promise<ReturnType<typeof connect>>((resolve, reject) => {
            const socket = connect(Number(port), hostname, () => {
              socket.write(
                `POST /api/v1/executions HTTP/1.1\r\nhost: ${hostname}:${port}\r\nauthorization: Bearer ${server.operator}\r\ncontent-type: application/json\r\ncontent-length: 100\r\n\r\n{`,
              );
              resolve(socket);
            });
            socket.on('error', reject);
          }),
      ),
    );
    expect((await server.request('GET', '/api/v1/executions')).status).toBe(200);
    for (const socket of sockets) socket.destroy();
  });
});
