import { readdirSync, readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { gzipSync } from 'node:zlib';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  attempt,
  failureOf,
  messages,
  outputOf,
  temporaryFolders,
} from '../../../test/connectors/attempt.js';
import { createHttpConnector } from './http-connector.js';

const local = createHttpConnector({ allowPrivateAddresses: true });
const guarded = createHttpConnector();

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** A server on loopback; `seen` counts its requests. */
async function server(answer: Answer): Promise<{ url: string; port: number; seen: () => number }> {
  let seen = 0;
  const listening = createServer((request, response) => {
    seen += 1;
    answer(request, response);
  });
  await new Promise<void>((resolve) => listening.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    listening.closeAllConnections();
    listening.close();
  });
  const { port } = listening.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}`, port, seen: () => seen };
}

/** Answers with what it was asked. */
const mirror: Answer = (request, response) => {
  void text(request).then((body) => {
    response.setHeader('content-type', 'application/json');
    response.end(
      JSON.stringify({ method: request.method, url: request.url, headers: request.headers, body }),
    );
  });
};

describe('a request', () => {
  test('sends method, headers, query and body, and parses the answer', async () => {
    const { url, port } = await server(mirror);
    const running = attempt(local, temporaryFolders(), {
      url: `${url}/parcels?state=ca#part`,
      method: 'POST',
      headers: { 'X-County': 'alpine' },
      query: { page: 2, kind: ['a', 'b c'] },
      body: { n: 1 },
    });
    expect(await outputOf(running)).toMatchObject({
      statusCode: 200,
      headers: { 'content-type': 'application/json' },
      body: {
        method: 'POST',
        url: '/parcels?state=ca&page=2&kind=a&kind=b+c',
        headers: {
          host: `127.0.0.1:${port}`,
          'x-county': 'alpine',
          'content-type': 'application/json',
          'content-length': '7',
        },
        body: '{"n":1}',
      },
    });
    expect(messages(running)[0]).toMatch(/^POST http:.*\/parcels\?state=ca.*: 200, \d+ ms$/);
  });

  test('gets text, bytes, compressed bodies and nothing as what they are', async () => {
    const { url } = await server((request, response) => {
      if (request.url === '/text') response.end('Grüße');
      else if (request.url === '/bytes') response.end(Buffer.from([0xff, 0x00]));
      else if (request.url === '/gzip') {
        response.setHeader('content-encoding', 'gzip').end(gzipSync('small'));
      } else response.writeHead(204).end();
    });
    const get = async (path: string) =>
      outputOf(attempt(local, temporaryFolders(), { url: url + path }));
    expect(await get('/text')).toMatchObject({ body: 'Grüße' });
    expect(await get('/bytes')).toMatchObject({ bodyBase64: '/wA=' });
    expect(await get('/gzip')).toMatchObject({ body: 'small' });
    expect(await get('/none')).toMatchObject({ statusCode: 204, body: null });
  });

  test('saves a large body to a file', async () => {
    const { url } = await server((_, response) => response.end('x'.repeat(1_000_000)));
    const folders = temporaryFolders();
    const running = attempt(local, folders, { url, saveTo: 'in/data.txt' });
    const path = join(folders.workFolder, 'in/data.txt');
    expect(await outputOf(running)).toMatchObject({ file: { path, bytes: 1_000_000 } });
    expect(readFileSync(path, 'utf8')).toHaveLength(1_000_000);
    const outside = attempt(local, folders, { url, saveTo: '../data.txt' });
    expect((await failureOf(outside)).error).toBe('Connector.PathOutsideFolder');
  });
});

describe('failures', () => {
  test('name the status and show the beginning of the body', async () => {
    const { url } = await server((_, response) => response.writeHead(404).end('no such county'));
    expect(await failureOf(attempt(local, temporaryFolders(), { url }))).toEqual({
      error: 'Http.StatusCode.404',
      cause: 'The server answered 404 Not Found. It said:\nno such county',
    });
    const expected = attempt(local, temporaryFolders(), { url, expect: { status: [404] } });
    expect(await outputOf(expected)).toMatchObject({ statusCode: 404, body: 'no such county' });
  });

  test('say that nobody answers', async () => {
    const { url } = await server((_, response) => response.destroy());
    const broken = await failureOf(attempt(local, temporaryFolders(), { url }));
    expect(broken).toEqual({
      error: 'Http.ConnectionFailed',
      cause: 'The server could not be reached: socket hang up',
    });
    const name = attempt(local, temporaryFolders(), { url: 'http://no-such-host.invalid' });
    expect((await failureOf(name)).error).toBe('Http.ConnectionFailed');
  });

  test('bound what is read: in size, and in time from the first to the last byte', async () => {
    const { url } = await server((request, response) => {
      if (request.url === '/large') response.end('x'.repeat(300_000));
      else if (request.url === '/bomb') {
        response.setHeader('content-encoding', 'gzip').end(gzipSync(Buffer.alloc(5_000_000)));
      } else response.write('beginning, but no end');
    });
    const run = (path: string, more = {}) =>
      failureOf(attempt(local, temporaryFolders(), { url: url + path, ...more }));
    expect((await run('/large')).error).toBe('Http.ResponseTooLarge');
    expect((await run('/bomb')).error).toBe('Http.ResponseTooLarge');
    expect((await run('/slow', { timeoutSeconds: 0.2 })).error).toBe('Http.Timeout');
    const small = createHttpConnector({ allowPrivateAddresses: true, downloadLimit: 1_000 });
    const folders = temporaryFolders();
    const saved = attempt(small, folders, { url: `${url}/large`, saveTo: 'a' });
    expect((await failureOf(saved)).error).toBe('Http.ResponseTooLarge');
    expect(readdirSync(folders.workFolder)).toEqual([]);
  });

  test('of an aborted attempt say so', async () => {
    let arrived: () => void = () => undefined;
    const arrival = new Promise<void>((resolve) => {
      arrived = resolve;
    });
    const { url } = await server(() => arrived());
    const running = attempt(local, temporaryFolders(), { url });
    await arrival;
    running.abort();
    expect((await failureOf(running)).error).toBe('Connector.Aborted');
  });

  test('report every problem of the arguments', () => {
    const problems = local.validate({
      url: 'file:///etc/passwd',
      method: 'TRACE',
      headers: { 'a b': 'x', Host: 'evil', ok: 'a\r\nInjected: 1' },
    });
    expect(problems).toHaveLength(5);
    expect(problems[0]).toBe('url: Give an address that begins with https:// or http://.');
  });
});

describe('addresses', () => {
  test.each([
    'http://127.0.0.1:PORT',
    'http://localhost:PORT',
    'http://2130706433:PORT',
    'http://0x7f000001:PORT',
    'http://0177.0.0.1:PORT',
    'http://127.1:PORT',
    'http://0.0.0.0:PORT',
    'http://[::1]:PORT',
    'http://[::ffff:127.0.0.1]:PORT',
    'http://169.254.169.254/latest/meta-data',
    'http://0xA9FEA9FE/',
    'http://2852039166/',
    'http://0251.0376.0251.0376/',
    'http://[::ffff:169.254.169.254]/',
    'http://[fd00:ec2::254]/',
  ])('of this machine or its network are not dialled: %s', async (address) => {
    const { port, seen } = await server(mirror);
    const url = address.replace('PORT', String(port));
    const { error } = await failureOf(attempt(guarded, temporaryFolders(), { url }));
    expect(error).toBe('Http.AddressNotAllowed');
    expect(seen()).toBe(0);
  });

  test('are judged by the answer that is dialled, whatever an earlier one was', async () => {
    const { port, seen } = await server(mirror);
    const connector = createHttpConnector({
      resolve: (_name, _options, callback) =>
        callback(null, [
          { address: '93.184.215.14', family: 4 },
          { address: '127.0.0.1', family: 4 },
        ]),
    });
    const url = `http://rebinding.example:${port}`;
    const { error, cause } = await failureOf(attempt(connector, temporaryFolders(), { url }));
    expect(error).toBe('Http.AddressNotAllowed');
    expect(cause).toContain('rebinding.example (127.0.0.1)');
    expect(seen()).toBe(0);
  });

  test('come from our lookup also when they are allowed', async () => {
    const { port } = await server(mirror);
    const connector = createHttpConnector({
      allowPrivateAddresses: true,
      resolve: (_name, _options, callback) => callback(null, [{ address: '127.0.0.1', family: 4 }]),
    });
    const running = attempt(connector, temporaryFolders(), {
      url: `http://parcels.example:${port}`,
    });
    expect(await outputOf(running)).toMatchObject({ statusCode: 200 });
  });
});

describe('redirects', () => {
  test('are followed; a POST becomes a GET after 302 and stays one after 307', async () => {
    const { url } = await server((request, response) => {
      if (request.url === '/302') response.writeHead(302, { location: '/end' }).end();
      else if (request.url === '/307') response.writeHead(307, { location: '/end' }).end();
      else mirror(request, response);
    });
    const post = (path: string) =>
      outputOf(attempt(local, temporaryFolders(), { url: url + path, method: 'POST', body: 'x' }));
    expect(await post('/302')).toMatchObject({ body: { method: 'GET', url: '/end', body: '' } });
    expect(await post('/307')).toMatchObject({ body: { method: 'POST', url: '/end', body: 'x' } });
  });

  test('lose the credentials when they lead to another origin', async () => {
    const other = await server(mirror);
    const { url } = await server((_, response) =>
      response.writeHead(302, { location: `${other.url}/end` }).end(),
    );
    const running = attempt(local, temporaryFolders(), {
      url,
      headers: { Authorization: 'Bearer canary', 'X-Api-Key': 'canary', 'X-County': 'alpine' },
    });
    const output = await outputOf(running);
    expect(output).toMatchObject({ body: { headers: { 'x-county': 'alpine' } } });
    expect(JSON.stringify(output)).not.toContain('canary');
  });

  test.each(['http://[::1]:1/', 'http://169.254.169.254/', 'file:///etc/passwd', 'gopher://a/'])(
    'to %s are refused',
    async (location) => {
      const { url, seen } = await server((_, response) =>
        response.writeHead(302, { location }).end(),
      );
      const connector = createHttpConnector({ allowPrivateAddresses: ['127.0.0.1'] });
      const { error } = await failureOf(attempt(connector, temporaryFolders(), { url }));
      expect(error).toBe('Http.AddressNotAllowed');
      expect(seen()).toBe(1);
    },
  );

  test('end after five', async () => {
    const { url, seen } = await server((_, response) =>
      response.writeHead(302, { location: '/again' }).end(),
    );
    const { error } = await failureOf(attempt(local, temporaryFolders(), { url }));
    expect(error).toBe('Http.TooManyRedirects');
    expect(seen()).toBe(6);
  });
});

test('credentials stay out of logs and causes, however the server repeats them', async () => {
  const secret = 'cän"ary/123';
  const bearer = 'Y2FuYXJ5LXRva2Vu';
  const { url } = await server((request, response) => {
    const authorization = String(request.headers.authorization);
    response
      .writeHead(401)
      .end(
        `${authorization} ${request.url} ${JSON.stringify(secret)} ${secret} ${Buffer.from(bearer).toString('base64')}`,
      );
  });
  const running = attempt(local, temporaryFolders(), {
    url: `${url}/a?county=alpine`,
    headers: { Authorization: `Bearer ${bearer}` },
    query: { api_key: secret },
  });
  const { error, cause } = await failureOf(running);
  expect(error).toBe('Http.StatusCode.401');
  expect(cause).toContain('county=alpine');
  const everything = `${cause}\n${messages(running).join('\n')}`;
  const forms = [
    secret,
    encodeURIComponent(secret),
    bearer,
    Buffer.from(bearer).toString('base64'),
  ];
  for (const form of forms) expect(everything).not.toContain(form);
});
