/**
 * `engine.remoteJobs`: jobs that another system performs, as people see them.
 * @module
 */
import { isObject } from '../../../asl/json.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import type { Scope } from '../../kernel/scope.js';
import { type Phase, REMOTE_JOBS, type RemoteJobRow } from './remote-job-table.js';
import type { RemoteTasks } from './remote-tasks.js';

/** A job. Times are milliseconds since the epoch. */
export interface ShownJob {
  attempt: string;
  state: string;
  retry: number;
  resource: string;
  phase: Phase;
  since: number;
  begunAt: number;
  status?: string;
  job?: string;
  account?: string;
  region?: string;
  links: { [name: string]: string };
  trouble?: string;
  nextLookAt?: number;
}

export interface ListJobs {
  /** Only jobs of this state. A page may be short, or empty, and not the last one. */
  state?: string;
  /** 1 to 1000; 100 when absent. */
  limit?: number;
  cursor?: string;
}

export interface RemoteJobCalls {
  /** Those of an execution, the newest first. Throws ExecutionNotFound, InvalidPage. */
  list(scope: Scope, execution: string, query?: ListJobs): Promise<Page<ShownJob>>;
}

/** @param find the number of an execution that the caller sees */
export function remoteJobCalls(
  kernel: Pick<Kernel, 'reads' | 'secrets'>,
  tasks: Pick<RemoteTasks, 'seenAs'>,
  find: (scope: Scope, execution: string) => Promise<number>,
): RemoteJobCalls {
  const { reads, secrets } = kernel;
  return {
    async list(scope, execution, { state, limit, cursor } = {}) {
      const number = await find(scope, execution);
      const most = limitOf(limit);
      const [below] = cursor === undefined ? [] : fromCursor('jobs', cursor, 1);
      const rows = await reads.listRows(REMOTE_JOBS, {
        where: { execution: number },
        ...(below === undefined ? {} : { below: { number: below } }),
        order: { by: ['number'], down: true },
        limit: most,
      });
      const last = rows.at(-1);
      return {
        items: rows
          .filter((row) => state === undefined || row.state === state)
          .map((row) => shown(row, tasks.seenAs(row.attempt), (text) => secrets.text(text))),
        ...(rows.length < most || last === undefined
          ? {}
          : { next: toCursor('jobs', [last.number]) }),
      };
    },
  };
}

function shown(
  row: RemoteJobRow,
  seen: ReturnType<RemoteTasks['seenAs']>,
  masked: (text: string) => string,
): ShownJob {
  const { attempt, state, retry, resource, phase, since, begunAt, job, links, trouble } = row;
  const place = job !== undefined && isObject(job.place ?? null) ? job.place : {};
  const { account, region } = place as { account?: unknown; region?: unknown };
  const status = seen?.status ?? row.status;
  const nextLookAt = seen !== undefined && Number.isFinite(seen.at) ? seen.at : undefined;
  return {
    ...{ attempt, state, retry, resource, phase, since, begunAt },
    ...(status === undefined ? {} : { status }),
    ...(typeof job?.id === 'string' ? { job: job.id } : {}),
    ...(typeof account === 'string' ? { account } : {}),
    ...(typeof region === 'string' ? { region } : {}),
    links: textsOf(links ?? {}, masked),
    ...(trouble === undefined ? {} : { trouble: masked(trouble) }),
    ...(nextLookAt === undefined ? {} : { nextLookAt }),
  };
}

/** Only addresses of the web: what a page links to must lead nowhere else. */
function textsOf(
  links: { [name: string]: unknown },
  masked: (text: string) => string,
): { [name: string]: string } {
  const all = Object.entries(links).flatMap(([name, url]) =>
    typeof url === 'string' && /^https?:\/\//.test(url) ? [[name, masked(url)] as const] : [],
  );
  return Object.fromEntries(all);
}
