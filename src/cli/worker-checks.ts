/**
 * What `millrace doctor` says about workers on other machines: who is there, who should be updated, and what waits for a worker
 * that nobody offers.
 * @module
 */
import { PATHS, PREFIX } from '../api/paths.js';
import { type WaitingForWorker, WORKER_PROTOCOL, type Worker } from '../api/workers.js';
import type { ServerFile } from './client.js';
import type { ServerFetch } from './server-trust.js';
import type { Check } from './task-rights.js';

const NAME = 'workers';

/** @param server the running one; nothing is said of a server that does not tell */
export async function workerChecks(
  server: Pick<ServerFile, 'url' | 'token'>,
  fetch: ServerFetch,
): Promise<Check[]> {
  try {
    const response = await fetch(server.url + PREFIX + PATHS.workers, {
      headers: { authorization: `Bearer ${server.token}` },
      signal: AbortSignal.timeout(3000),
    });
    if (!response.ok) return [];
    return checksOf((await response.json()) as Workers);
  } catch {
    // That the server does not answer is said elsewhere.
    return [];
  }
}

interface Workers {
  readonly items: readonly Worker[];
  readonly waiting: readonly WaitingForWorker[];
}

/**
 * The checks, one line each; none where there are no workers and nothing waits for one.
 * @example checksOf({ items: [], waiting: [{ kind: 'shell', tags: ['gpu'], team: 'parcels', attempts: 3, workers: 0 }] })
 *   // [{ name: 'workers', verdict: 'warn', found: '3 of parcels wait for a worker with the tags gpu that performs shell: none is connected', … }]
 */
export function checksOf({ items, waiting }: Workers): Check[] {
  const older = items.filter(({ protocol }) => protocol < WORKER_PROTOCOL);
  const unoffered = waiting.filter(({ workers }) => workers === 0);
  return [
    ...(items.length === 0 ? [] : [present(items)]),
    ...older.map(
      ({ name, version, protocol }): Check => ({
        name: NAME,
        verdict: 'warn',
        found: `${name} has Millrace ${version} and speaks protocol ${protocol}; the server speaks ${WORKER_PROTOCOL}`,
        fix: 'Install the version of the server on its machine: a later server may not know that protocol any more.',
      }),
    ),
    ...unoffered.map(
      (line): Check => ({
        name: NAME,
        verdict: 'warn',
        found: waitingText(line),
        fix: fixOf(line),
      }),
    ),
  ];
}

function present(items: readonly Worker[]): Check {
  const sum = (of: (worker: Worker) => number): number =>
    items.reduce((total, worker) => total + of(worker), 0);
  const slots = `${sum(({ taken }) => taken)} of ${sum((worker) => worker.slots)} slots taken`;
  return { name: NAME, verdict: 'ok', found: `${items.length} connected, ${slots}` };
}

function fixOf({ kind, tags }: WaitingForWorker): string {
  const tagged = tags.length === 0 ? '' : ` --tags ${tags.join(',')}`;
  return `Start one on a machine that can: millrace worker --kinds ${kind}${tagged}`;
}

/** What waits in a line. @example '3 of parcels wait for a worker that performs shell: 2 connected' */
export function waitingText(line: WaitingForWorker): string {
  const { kind, tags, team, attempts, workers, limited } = line;
  const tagged = tags.length === 0 ? '' : ` with the tags ${tags.join(', ')}`;
  const most = limited === undefined ? '' : `, and no more tasks with the tag ${limited} may run`;
  const there = workers === 0 ? 'none is connected' : `${workers} connected${most}`;
  return `${attempts} of ${team} wait for a worker${tagged} that performs ${kind}: ${there}`;
}
