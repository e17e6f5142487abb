/**
 * A closed loop of clients over HTTP: each sends its next request when the last one was answered.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface Figures {
  commits: number;
  transitions: number;
  loaded: number;
  rss: number;
  /** Longest stall of the main loop since the last time, milliseconds. */
  stall: number;
  /** Milliseconds of a processor that the server's own process has used. */
  cpu: number;
}

export interface BenchServer {
  url: string;
  attacks: number;
  /** An access key of the wire API. */
  key: { accessKeyId: string; secretAccessKey: string };
  data: string;
  process: ChildProcess;
  figures(): Promise<Figures>;
  /** Removes what is kept no longer; answers how many executions went. */
  sweep(): Promise<{ removed: number }>;
  post<T>(path: string, body: unknown): Promise<T>;
  get<T>(path: string): Promise<T>;
  /** What Prometheus reads. */
  scrape(): Promise<string>;
  /** Ends the server; the data stays unless `remove`. */
  close(options?: { remove?: boolean; kill?: boolean }): Promise<void>;
}

const agent = new http.Agent({ keepAlive: true, maxSockets: 200 });

export function newDataFolder(): string {
  return mkdtempSync(join(tmpdir(), 'millrace-bench-'));
}

export interface BenchServerOptions {
  /** Where traces go. */
  traces?: string;
  /** Address of a database of PostgreSQL. */
  place?: string;
  /** File of the sealing key of servers of which one stands by. */
  standby?: string;
  /** Told while it waits for its turn. */
  onWaiting?: () => void;
}

/** Starts the real server in a process of its own; one that stands by has taken over when this resolves. */
export async function startBenchServer(
  data: string = newDataFolder(),
  { traces = '', place = '', standby = '', onWaiting = () => {} }: BenchServerOptions = {},
): Promise<BenchServer> {
  const child = fork(join(import.meta.dirname, 'server.mjs'), [data, traces, place, standby], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  // A benchmark that fails leaves no server behind, for which others would wait.
  const end = (): void => void child.kill('SIGKILL');
  process.once('exit', end);
  child.once('exit', () => process.removeListener('exit', end));
  const { url, token, attacks, key } = await new Promise<{
    url: string;
    token: string;
    attacks: number;
    key: BenchServer['key'];
  }>((resolve, reject) => {
    child.on('message', function hear(message) {
      if (message === 'standing by') return onWaiting();
      child.off('message', hear);
      resolve(message as never);
    });
    child.once('exit', (code) => reject(new Error(`The server ended with ${code}`)));
  });
  const { hostname, port } = new URL(url);
  const call = <T>(method: string, path: string, body?: unknown): Promise<T> =>
    new Promise((resolve, reject) => {
      const text = body === undefined ? undefined : JSON.stringify(body);
      const request = http.request(
        {
          hostname,
          port,
          method,
          path: `/api/v1${path}`,
          agent,
          headers: {
            authorization: `Bearer ${token}`,
            ...(text === undefined
              ? {}
              : { 'content-type': 'application/json', 'content-length': Buffer.byteLength(text) }),
          },
        },
        (response) => {
          let answer = '';
          response.on('data', (chunk) => {
            answer += chunk;
          });
          response.on('end', () => {
            if ((response.statusCode ?? 500) >= 300)
              reject(new Error(`${response.statusCode} ${answer}`));
            else resolve(JSON.parse(answer) as T);
          });
        },
      );
      request.on('error', reject);
      request.end(text);
    });
  return {
    url,
    attacks,
    key,
    data,
    process: child,
    figures: () =>
      new Promise((resolve) => {
        child.once('message', resolve as (value: unknown) => void);
        child.send('figures');
      }),
    sweep: () =>
      new Promise((resolve) => {
        child.once('message', resolve as (value: unknown) => void);
        child.send('sweep');
      }),
    post: (path, body) => call('POST', path, body),
    get: (path) => call('GET', path),
    async scrape() {
      const headers = { authorization: `Bearer ${token}` };
      return (await fetch(`${url}/metrics`, { headers })).text();
    },
    async close({ remove = true, kill = false } = {}) {
      const gone = new Promise((resolve) => child.once('exit', resolve));
      if (kill) child.kill('SIGKILL');
      else child.send('close');
      await gone;
      if (remove) rmSync(data, { recursive: true, force: true });
    },
  };
}

export interface LoopResult {
  per_s: number;
  p50_ms: number;
  p99_ms: number;
}

/** Runs `one` `count` times, `clients` at a time. */
export async function closedLoop(
  count: number,
  clients: number,
  one: (n: number) => Promise<void>,
): Promise<LoopResult> {
  const latencies: number[] = [];
  let next = 0;
  const started = performance.now();
  await Promise.all(
    Array.from({ length: clients }, async () => {
      while (next < count) {
        const n = next++;
        const at = performance.now();
        await one(n);
        latencies.push(performance.now() - at);
      }
    }),
  );
  const seconds = (performance.now() - started) / 1000;
  latencies.sort((a, b) => a - b);
  const at = (share: number): number =>
    latencies[Math.min(latencies.length - 1, Math.floor(latencies.length * share))] ?? 0;
  return { per_s: count / seconds, p50_ms: at(0.5), p99_ms: at(0.99) };
}

/** Starts executions of a pipeline and waits for each of them to succeed. */
export function executions(server: BenchServer, pipeline: string): (n: number) => Promise<void> {
  return async () => {
    const ended = await server.post<{ status: string; cause?: string }>('/executions?wait=120', {
      pipeline,
      input: { v: 1 },
    });
    if (ended.status !== 'SUCCEEDED') throw new Error(`${ended.status}: ${ended.cause}`);
  };
}

export const median = (values: readonly number[]): number =>
  [...values].sort((a, b) => a - b)[values.length >> 1] ?? 0;

export const round = (value: number, digits = 2): number => Number(value.toFixed(digits));

/** One line of result. */
export function report(line: { [key: string]: unknown }): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}
