/**
 * A folder of many pipeline files: how soon `up` answers, and how soon a saved file is deployed.
 * @module
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { report } from './load.js';

const bin = join(import.meta.dirname, '../bin/millrace.js');
const POLL_MS = 5;

/** Starts `up` on new folders, then saves one file after the other. */
export async function pipelineFolder(files: number, changes: number): Promise<void> {
  const root = mkdtempSync(join(tmpdir(), 'millrace-bench-folder-'));
  const folder = join(root, 'pipelines');
  mkdirSync(folder);
  for (let n = 0; n < files; n++) save(folder, n, 'first');
  try {
    const ups: number[] = [];
    for (let i = 0; i < 3; i++) {
      const { took, stop } = await up(folder, join(root, `data-${i}`));
      ups.push(took);
      await stop();
    }
    const again = await up(folder, join(root, 'data-0'));
    await again.stop();
    const server = await up(folder, join(root, 'data-1'));
    const deployed: number[] = [];
    for (let n = 0; n < changes; n++) {
      const at = performance.now();
      save(folder, n, `change ${n}`);
      await server.until(`/api/v1/pipelines/p${n}?team=team${n % 20}`, (answer) =>
        answer.includes(`change ${n}`),
      );
      deployed.push(performance.now() - at);
    }
    await server.stop();
    report({
      bench: `a folder of ${files} pipeline files`,
      up_to_first_answer_ms: middle(ups),
      up_again_ms: Math.round(again.took),
      change_deployed_p50_ms: middle(deployed),
      goal: 'up <= 2000, change <= 300',
    });
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

function save(folder: string, n: number, word: string): void {
  const text = `pipeline: p${n}
team: team${n % 20}
description: ${word}
trigger:
  schedule:
    cron: "0 ${n % 24} * * ? *"
steps:
  - extract:
      run: echo extract
      retry: 3
  - transform:
      set: { n: ${n} }
  - load:
      run: echo load
      timeout: 5m
`;
  writeFileSync(join(folder, `p${n}.yaml`), text);
}

interface Up {
  /** Milliseconds from the start of the process to its first answer. */
  took: number;
  until(path: string, holds: (answer: string) => boolean): Promise<void>;
  stop(): Promise<void>;
}

async function up(folder: string, data: string): Promise<Up> {
  const port = await freePort();
  const at = performance.now();
  const child = spawn(
    process.execPath,
    [bin, 'up', folder, '--data', data, '--port', String(port)],
    { stdio: 'ignore' },
  );
  const until: Up['until'] = async (path, holds) => {
    const end = performance.now() + 60_000;
    while (performance.now() < end) {
      if (child.exitCode !== null) throw new Error(`up ended with ${child.exitCode}`);
      const url = `http://127.0.0.1:${port}${path}`;
      const answer = await fetch(url, { headers: headersOf(data) }).catch(() => undefined);
      if (answer?.ok && holds(await answer.text())) return;
      await new Promise((done) => setTimeout(done, POLL_MS));
    }
    throw new Error(`${path} did not come`);
  };
  await until('/api/v1/health', () => true);
  return { took: performance.now() - at, until, stop: () => ended(child) };
}

/** With the token that the server leaves for the command line of its machine; none before it has. */
function headersOf(data: string): Record<string, string> {
  try {
    const { token } = JSON.parse(readFileSync(join(data, 'server.json'), 'utf8'));
    return { authorization: `Bearer ${token}` };
  } catch {
    return {};
  }
}

async function ended(child: ChildProcess): Promise<void> {
  const exit = new Promise((done) => child.once('exit', done));
  child.kill('SIGTERM');
  await exit;
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => resolve(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

function middle(values: number[]): number {
  return Math.round([...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0);
}
