/**
 * An HTTP server in the place of a service of AWS that answers as a test says: refuses, breaks, hangs, cuts. It speaks the
 * JSON protocol, and notes what it was asked.
 * @module
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface Asked {
  /** `AWSGlue.ListJobs`, or the path of services without targets. */
  readonly target: string;
  readonly body: { readonly [name: string]: unknown };
  /** Of whom: `AKID` in the signature. */
  readonly keyId: string;
  readonly text: string;
}

export type Answer =
  | {
      readonly status: number;
      readonly json: object;
      readonly headers?: { [name: string]: string };
    }
  /** Never answers. */
  | 'hang'
  /** Ends the connection in the middle of an answer. */
  | 'cut';

export interface StubService {
  readonly url: string;
  readonly asked: Asked[];
  /** Resolves when so many were asked. */
  reached(count: number): Promise<void>;
  close(): Promise<void>;
}

/** @param answer is called for every request */
export async function startStub(
  answer: (asked: Asked, count: number) => Answer | Promise<Answer>,
): Promise<StubService> {
  const asked: Asked[] = [];
  const waiting: { count: number; done: () => void }[] = [];
  const reply = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    let text = '';
    for await (const chunk of request) text += chunk;
    const { authorization = '' } = request.headers;
    const one: Asked = {
      target: String(request.headers['x-amz-target'] ?? request.url),
      body: text.startsWith('{') ? JSON.parse(text) : {},
      keyId: /Credential=([^/]+)/.exec(authorization)?.[1] ?? '',
      text,
    };
    asked.push(one);
    for (const { count, done } of waiting) if (asked.length >= count) done();
    const given = await answer(one, asked.length);
    if (given === 'hang') return;
    if (given === 'cut') {
      response.writeHead(200, {
        'content-type': 'application/x-amz-json-1.1',
        'content-length': 90,
      });
      response.write('{"Half":');
      response.destroy();
      return;
    }
    const { status, json, headers = {} } = given;
    response.writeHead(status, {
      'content-type': 'application/x-amz-json-1.1',
      'x-amzn-requestid': `request-${asked.length}`,
      ...headers,
    });
    response.end('xml' in json ? String(json.xml) : JSON.stringify(json));
  };
  const server = createServer((request, response) => void reply(request, response));
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}`,
    asked,
    reached: (count) =>
      asked.length >= count
        ? Promise.resolve()
        : new Promise((done) => void waiting.push({ count, done })),
    async close() {
      server.closeAllConnections();
      await new Promise((done) => server.close(done));
    },
  };
}
