/**
 * Makes a worker of what a command says: its connectors, its folder, its line to the server.
 * @module
 */
import { randomBytes } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { endOrphans } from '../connectors/process/orphans.js';
import { createConnectors } from '../connectors/registry.js';
import { openPlaces } from './attempt-places.js';
import { type LineFetch, openLine } from './server-line.js';
import { Worker, type WorkerConfig, type WorkerEnd } from './worker.js';

export interface WorkerOptions
  extends Pick<WorkerConfig, 'name' | 'version' | 'kinds' | 'tags' | 'slots' | 'say' | 'attempts'> {
  /** Address of the server. */
  readonly url: string;
  readonly token: string;
  /** What sends requests to the server. Default: Node's own. */
  readonly fetch?: LineFetch;
  /** Folder for files of attempts; made when it is not there. */
  readonly data: string;
  /** Bytes of files that are kept for later attempts. */
  readonly cacheBytes: number;
  /** Whether http tasks may reach loopback and private addresses. */
  readonly allowPrivateAddresses: boolean;
}

export interface OpenedWorker {
  /** Resolves when it has ended, and nothing of it runs any more. */
  run(): Promise<WorkerEnd>;
  drain(graceMs: number): Promise<void>;
}

/** @example const worker = await openWorker(options); await worker.run(); */
export async function openWorker(options: WorkerOptions): Promise<OpenedWorker> {
  const { url, token, allowPrivateAddresses, cacheBytes } = options;
  const data = resolve(options.data);
  const own = join(data, `run-${process.pid}-${randomBytes(4).toString('hex')}`);
  mkdirSync(own, { recursive: true, mode: 0o700 });
  await endLeftovers(data);
  const line = openLine(url, token, randomBytes(32).toString('base64url'), options.fetch);
  const connectors = createConnectors({ http: { allowPrivateAddresses } });
  const places = openPlaces({ line, own, cache: join(data, 'files'), cacheBytes });
  const worker = new Worker({ ...options, line, connectors, places });
  return {
    async run() {
      try {
        return await worker.run();
      } finally {
        await Promise.all([...connectors.values()].map((connector) => connector.close?.()));
        rmSync(own, { recursive: true, force: true });
      }
    },
    drain: (graceMs) => worker.drain(graceMs),
  };
}

/** Ends what tasks of workers have left that were killed, and removes their files. */
async function endLeftovers(data: string): Promise<void> {
  for (const name of readdirSync(data)) {
    const pid = Number(/^run-(\d+)-[0-9a-f]+$/.exec(name)?.[1]);
    if (Number.isNaN(pid) || isAlive(pid)) continue;
    const folder = join(data, name);
    const attempts = readdirSync(folder);
    await endOrphans(
      attempts.map((attemptId) => ({ attemptId, pid: 0, startTime: '' })),
      folder,
    );
    rmSync(folder, { recursive: true, force: true });
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
