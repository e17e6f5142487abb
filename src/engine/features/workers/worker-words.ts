/**
 * What attempts wait for, in words, and for how many workers that are there.
 * @module
 */
import type { WorkerLine } from '../../kernel/worker-line.js';
import type { TagLimits } from './tag-limits.js';
import type { WorkerLines } from './worker-lines.js';
import { mayTake, type WorkerSessions } from './worker-sessions.js';

/** Workers that are connected and could take what waits in a line. */
export function workersFor(line: WorkerLine, sessions: WorkerSessions): number {
  let count = 0;
  for (const session of sessions.all()) if (mayTake(session, line)) count += 1;
  return count;
}

/**
 * What attempts of an execution wait for; undefined: for no worker.
 * @example 'a worker with the tag gpu that performs shell: none is connected'
 */
export function waitWords(
  {
    lines,
    sessions,
    limits,
  }: {
    readonly lines: WorkerLines;
    readonly sessions: WorkerSessions;
    readonly limits: TagLimits;
  },
  execution: number,
): string | undefined {
  const [line] = lines.linesOf(execution);
  if (line === undefined) return undefined;
  const full = limits.full(line.tags);
  if (full !== undefined) {
    return `${neededWorker(line)}: ${full.limit} of ${full.limit} tasks with the tag ${full.tag} run`;
  }
  return `${neededWorker(line)}: ${thereAre(workersFor(line, sessions))}`;
}

/** @example neededWorker({ kind: 'shell', tags: ['gpu'], team: 'claims' }) // 'a worker with the tag gpu that performs shell' */
export function neededWorker({ kind, tags }: Pick<WorkerLine, 'kind' | 'tags'>): string {
  const tagged =
    tags.length === 0
      ? ''
      : ` with the ${tags.length === 1 ? 'tag' : 'tags'} ${[...tags].join(' and ')}`;
  return `a worker${tagged} that performs ${kind}`;
}

function thereAre(count: number): string {
  if (count === 0) return 'none is connected';
  return count === 1 ? 'the one that is connected is busy' : `${count} are connected, all busy`;
}
