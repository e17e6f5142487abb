/**
 * Processes that outlived their attempt: the server crashed, or the process left its group on purpose (setsid, daemon).
 *
 * Two marks find them: pid with start time, as reported through `TaskContext.started`, and on Linux the attempt id in the
 * environment, which every descendant carries unless it clears its environment.
 * @module
 */
import { readdirSync, readFileSync } from 'node:fs';
import { ATTEMPT_VARIABLE } from './child-environment.js';
import { endGroup, processStartTime } from './process-group.js';

/** What the engine remembered about a started attempt. */
export interface StartedProcess {
  attemptId: string;
  pid: number;
  startTime: string;
}

/**
 * Ends what is left of attempts whose server died, group by group. Processes that merely got the same pid later are left
 * alone. Call it once after a restart, before new attempts start.
 * @returns how many process groups were ended
 */
export async function endOrphans(started: StartedProcess[]): Promise<number> {
  const groups = new Set<number>();
  for (const { pid, startTime } of started) {
    if (startTime !== '' && processStartTime(pid) === startTime) groups.add(pid);
  }
  for (const group of groupsOfAttempts(new Set(started.map((entry) => entry.attemptId)))) {
    groups.add(group);
  }
  await Promise.all([...groups].map((group) => endGroup(group, 1_000)));
  return groups.size;
}

/** Ends processes of an attempt that are in no group we know. */
export async function endEscaped(attemptId: string): Promise<void> {
  await Promise.all(groupsOfAttempts(new Set([attemptId])).map((group) => endGroup(group, 0)));
}

/** Process groups with a member that carries one of the attempt ids (Linux; elsewhere none). */
function groupsOfAttempts(attemptIds: Set<string>): number[] {
  if (process.platform !== 'linux' || attemptIds.size === 0) return [];
  const groups = new Set<number>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const attemptId = attemptOf(pid);
    if (attemptId === undefined || !attemptIds.has(attemptId)) continue;
    const group = groupOf(pid);
    // Never the server's own group, whatever environment it was started with.
    if (group !== undefined && group !== groupOf(process.pid)) groups.add(group);
  }
  return [...groups];
}

function attemptOf(pid: number): string | undefined {
  try {
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
    const prefix = `${ATTEMPT_VARIABLE}=`;
    return environment.find((entry) => entry.startsWith(prefix))?.slice(prefix.length);
  } catch {
    return undefined; // ended, or another user's
  }
}

function groupOf(pid: number): number | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return Number(text.slice(text.lastIndexOf(')') + 2).split(' ')[2]);
  } catch {
    return undefined;
  }
}
