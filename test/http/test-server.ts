/**
 * A real server on a free port with pipelines of two teams, and requests that go out exactly as written: `fetch` would
 * tidy a path before it is sent.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { request as httpRequest, type IncomingHttpHeaders } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { PipelineDeployment } from '../../src/engine/engine.js';
import { type Server, type ServerConfig, startServer } from '../../src/server.js';

export interface Answer {
  status: number;
  headers: IncomingHttpHeaders;
  text: string;
  /** The body as JSON; throws when it is none. */
  json<T = { [key: string]: unknown }>(): T;
}

export interface RequestOptions {
  /** Default: the operator of all teams. `null`: none. */
  token?: string | null;
  /** Sent as JSON. */
  body?: unknown;
  /** Sent as it is. */
  raw?: string | Buffer;
  headers?: { [name: string]: string };
}

export interface TestServer {
  server: Server;
  data: string;
  /** Sees and may do everything. */
  operator: string;
  request(method: string, path: string, options?: RequestOptions): Promise<Answer>;
  /** Reads live events until `enough` says so. */
  listen(
    path: string,
    enough: (events: LiveEvent[]) => boolean,
    options?: RequestOptions & { onOpen?: () => void },
  ): Promise<LiveEvent[]>;
  close(): Promise<void>;
}

export interface LiveEvent {
  id: string;
  event: string;
  data: { [key: string]: unknown };
}

export async function openTestServer(config: ServerConfig = {}): Promise<TestServer> {
  const data = config.data ?? mkdtempSync(join(tmpdir(), 'millrace-http-'));
  const server = await startServer({ port: 0, ...config, data });
  const operator = await server.authenticator.issue('api', { label: 'tests' });
  const { hostname, port } = new URL(server.url);

  function send(
    method: string,
    path: string,
    options: RequestOptions,
  ): ReturnType<typeof httpRequest> {
    const { token = operator, body, raw, headers } = options;
    const content = raw ?? (body === undefined ? undefined : JSON.stringify(body));
    const outgoing = httpRequest({
      hostname,
      port,
      method,
      path,
      agent: false,
      headers: {
        ...(token === null ? {} : { authorization: `Bearer ${token}` }),
        ...(content === undefined
          ? {}
          : {
              'content-type': 'application/json',
              'content-length': String(Buffer.byteLength(content)),
            }),
        ...headers,
      },
    });
    outgoing.end(content);
    return outgoing;
  }

  return {
    server,
    data,
    operator,
    request(method, path, options = {}) {
      return new Promise((resolve, reject) => {
        const outgoing = send(method, path, options);
        // A server that refuses a large body may close the connection while it is still being sent.
        let answered = false;
        outgoing.on('error', (error) => {
          if (!answered) reject(error);
        });
        outgoing.on('response', (response) => {
          answered = true;
          let text = '';
          response.setEncoding('utf8');
          response.on('data', (chunk: string) => {
            text += chunk;
          });
          response.on('error', reject);
          response.on('end', () =>
            resolve({
              status: response.statusCode ?? 0,
              headers: response.headers,
              text,
              json: <T>() => JSON.parse(text) as T,
            }),
          );
        });
      });
    },
    listen(path, enough, options = {}) {
      return new Promise((resolve, reject) => {
        const outgoing = send('GET', path, options);
        const events: LiveEvent[] = [];
        outgoing.on('error', reject);
        outgoing.on('response', (response) => {
          if (response.statusCode !== 200) {
            reject(new Error(`live events answered ${response.statusCode}`));
            response.resume();
            return;
          }
          let text = '';
          response.setEncoding('utf8');
          response.on('error', () => undefined);
          response.on('data', (chunk: string) => {
            text += chunk;
            for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
              const event = parseEvent(text.slice(0, end));
              text = text.slice(end + 2);
              if (event === undefined) continue;
              if (events.length === 0) options.onOpen?.();
              events.push(event);
            }
            if (!enough(events)) return;
            outgoing.destroy();
            resolve(events);
          });
        });
      });
    },
    async close() {
      await server.close();
      rmSync(data, { recursive: true, force: true });
    },
  };
}

function parseEvent(block: string): LiveEvent | undefined {
  const fields = new Map(
    block.split('\n').map((line) => {
      const cut = line.indexOf(': ');
      return [line.slice(0, cut), line.slice(cut + 2)] as const;
    }),
  );
  const data = fields.get('data');
  if (data === undefined) return undefined;
  return {
    id: fields.get('id') ?? '',
    event: fields.get('event') ?? '',
    data: JSON.parse(data) as LiveEvent['data'],
  };
}

/** A pipeline whose tasks answer inside the server, so that nothing but the server is tested. */
export function echoPipeline(
  name: string,
  given: Partial<PipelineDeployment> = {},
): PipelineDeployment {
  const definition: MachineDefinition = {
    StartAt: 'Echo',
    States: { Echo: { Type: 'Task', Resource: 'millrace:echo', End: true } },
  };
  return {
    name,
    team: 'default',
    tags: {},
    definition,
    bindings: {},
    folder: tmpdir(),
    ...given,
  };
}

/** A pipeline that writes a dataset out of `rows.csv` of its folder, and reads what was current before if it is told to. */
export function datasetPipeline(
  name: string,
  given: Partial<PipelineDeployment> & { dataset: string },
): PipelineDeployment {
  const { dataset, ...rest } = given;
  const Parameters = { dataset, from: 'rows.csv' };
  const Publish = { Type: 'Task', Resource: 'millrace:dataset', Parameters, End: true } as const;
  return echoPipeline(name, {
    definition: { StartAt: 'Publish', States: { Publish } },
    sections: { datasets: { [dataset]: {} } },
    ...rest,
  });
}

/** A pipeline that waits until it is stopped. */
export function waitingPipeline(
  name: string,
  given: Partial<PipelineDeployment> = {},
): PipelineDeployment {
  return echoPipeline(name, {
    definition: {
      StartAt: 'Hold',
      States: { Hold: { Type: 'Wait', Seconds: 86_400, End: true } },
    },
    ...given,
  });
}

/** A pipeline with a good first state and a second one that fails with the error `Broken`. */
export function failingPipeline(
  name: string,
  given: Partial<PipelineDeployment> = {},
): PipelineDeployment {
  return echoPipeline(name, {
    definition: {
      StartAt: 'Extract',
      States: {
        Extract: { Type: 'Task', Resource: 'millrace:echo', Next: 'Load' },
        Load: {
          Type: 'Task',
          Resource: 'millrace:echo',
          Parameters: { fail: { error: 'Broken', cause: 'the file has no rows' } },
          End: true,
        },
      },
    },
    ...given,
  });
}
