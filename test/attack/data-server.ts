/**
 * A server as a process of its own on a data folder that is attacked: `millrace up`, asked over HTTP.
 * @module
 */
import { type ChildProcess, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Ended, millrace, type Running, startMillrace } from '../cli/millrace.js';

export interface Answer {
  /** 0: there was none, because the server had ended. */
  status: number;
  body: { [field: string]: unknown };
}

export interface DataServer {
  url: string;
  pid: number;
  process: ChildProcess;
  ended: Promise<Ended>;
  until: Running['until'];
  request(method: string, path: string, body?: unknown): Promise<Answer>;
  /** Starts an execution: `2xx` means that it was acknowledged. */
  start(pipeline: string, input?: unknown): Promise<Answer>;
  health(): Promise<Answer>;
  kill(signal: NodeJS.Signals): Promise<Ended>;
}

/** A folder with pipeline files in it, and data folders beside them. */
export interface Project {
  folder: string;
  /** Path in it. */
  path(...parts: string[]): string;
  up(options?: { data?: string; through?: readonly string[] }): Promise<DataServer>;
  /** A start that is expected to end. */
  tryUp(options?: { data?: string; through?: readonly string[] }): Promise<Ended>;
  doctor(data?: string): Promise<{ code: number | null; verdicts: { [check: string]: string } }>;
  remove(): void;
}

export function makeProject(pipelines: { [name: string]: string }): Project {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'millrace-attack-')));
  mkdirSync(join(folder, 'pipelines'));
  for (const [name, text] of Object.entries(pipelines)) {
    writeFileSync(join(folder, 'pipelines', `${name}.yaml`), `pipeline: ${name}\n${text}`);
  }
  const started = new Set<ChildProcess>();

  function launch({
    data = '.millrace',
    through,
  }: {
    data?: string;
    through?: readonly string[];
  }): Running {
    const running = startMillrace(['up', '--port', '0', '--data', data], {
      cwd: folder,
      ...(through === undefined ? {} : { through }),
    });
    started.add(running.process);
    return running;
  }

  return {
    folder,
    path: (...parts) => join(folder, ...parts),
    async up(options = {}) {
      const running = launch(options);
      await running.until('stop with Ctrl-C');
      return connect(running, join(folder, options.data ?? '.millrace'));
    },
    tryUp: (options = {}) => launch(options).ended,
    async doctor(data = '.millrace') {
      const { code, stdout } = await millrace(['doctor', '--json', '--data', data], {
        cwd: folder,
      });
      const { checks } = JSON.parse(stdout) as { checks: { name: string; verdict: string }[] };
      const verdicts = Object.fromEntries(checks.map(({ name, verdict }) => [name, verdict]));
      return { code, verdicts };
    },
    remove() {
      for (const child of started) child.kill('SIGKILL');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

function connect(running: Running, data: string): DataServer {
  const { url, token, pid } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8')) as {
    url: string;
    token: string;
    pid: number;
  };
  const request: DataServer['request'] = async (method, path, body) => {
    try {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: {
          authorization: `Bearer ${token}`,
          ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      return { status: response.status, body: (await response.json()) as Answer['body'] };
    } catch {
      return { status: 0, body: {} };
    }
  };
  return {
    url,
    pid,
    process: running.process,
    ended: running.ended,
    until: running.until,
    request,
    start: (pipeline, input = {}) => request('POST', '/api/v1/executions', { pipeline, input }),
    health: () => request('GET', '/api/v1/health'),
    async kill(signal) {
      running.process.kill(signal);
      return running.ended;
    },
  };
}

export const acknowledged = ({ status }: Answer): boolean => status >= 200 && status < 300;

/** Runs a program to its end and answers what it printed. */
export function run(program: string, ...args: string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ended with ${status}: ${stderr}`);
  return stdout;
}
