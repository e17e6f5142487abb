/**
 * A server as people start it: the program `millrace up` in a process of its own.
 * @module
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { startMillrace } from '../cli/millrace.js';

export interface UpProcess {
  pid: number;
  /** Runs a pipeline and answers how the execution ended. */
  run(pipeline: string, input?: unknown): Promise<Ended>;
  /** Starts a pipeline and answers the execution's id. */
  start(pipeline: string): Promise<string>;
  call<Answer>(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Answers what it has printed. */
  stop(signal?: NodeJS.Signals): Promise<{ code: number | null; stderr: string }>;
}

export interface Ended {
  id: string;
  status: string;
  output?: unknown;
  error?: string;
  cause?: string;
}

export interface UpOptions {
  folder: string;
  data: string;
  flags?: readonly string[];
  env?: { [name: string]: string };
  /** Runs as this user. */
  uid?: number;
}

/** Starts `millrace up` and waits until it is up. Rejects with what it printed when it ends before. */
export async function up({ folder, data, flags = [], ...options }: UpOptions): Promise<UpProcess> {
  const args = ['up', folder, '--data', data, '--port', '0', ...flags];
  const running = startMillrace(args, { cwd: folder, ...options });
  await running.until('stop with Ctrl-C');

  async function call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const { url, token } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as {
      url: string;
      token: string;
    };
    const response = await fetch(`${url}/api/v1${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }

  return {
    pid: running.process.pid ?? 0,
    call,
    run: (pipeline, input = {}) => call('POST', '/executions?wait=60', { pipeline, input }),
    async start(pipeline) {
      return (await call<{ id: string }>('POST', '/executions', { pipeline, input: {} })).id;
    },
    async stop(signal = 'SIGTERM') {
      running.process.kill(signal);
      return running.ended;
    },
  };
}
