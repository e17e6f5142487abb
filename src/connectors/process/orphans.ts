/**
 * Processes that outlived their attempt: the server crashed, or the process left its group on purpose (setsid, daemon).
 *
 * Three marks find them: pid with start time, as reported through `TaskContext.started`; on Linux the attempt id in the
 * environment, which every descendant carries unless it clears its environment; and, for one that has shed both and was
 * adopted by init, a working folder, program or open file among the files of executions. `control-group.ts` needs no mark
 * where the system allows it.
 * @module
 */
import { existsSync, readdirSync, readFileSync, readlinkSync, realpathSync } from 'node:fs';
import { sep } from 'node:path';
import { ATTEMPT_VARIABLE } from './child-environment.js';
import { endGroup, processStartTime, statFields } from './process-group.js';

/** What the engine remembered about a started attempt. */
export interface StartedProcess {
  attemptId: string;
  pid: number;
  startTime: string;
}

/**
 * Ends what is left of attempts whose server died, group by group. Processes that merely got the same pid later are left
 * alone. Call it once after a restart, before new attempts start.
 * @param workFolder where the files of executions lie: processes without a parent that use them are ended, too
 * @returns how many process groups were ended
 */
export async function endOrphans(started: StartedProcess[], workFolder?: string): Promise<number> {
  const groups = new Set<number>();
  for (const { pid, startTime } of started) {
    if (startTime !== '' && processStartTime(pid) === startTime) groups.add(pid);
  }
  for (const group of groupsOfAttempts(new Set(started.map((entry) => entry.attemptId)))) {
    groups.add(group);
  }
  if (workFolder !== undefined && existsSync(workFolder)) {
    for (const group of groupsUsing(realpathSync(workFolder), started)) groups.add(group);
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

/**
 * Groups with a process that uses files of executions, was adopted by init, has no terminal and is younger than the first
 * of the attempts, and the groups of what descends from it. Somebody who looks into such a folder has a terminal or a
 * parent.
 */
function groupsUsing(workFolder: string, started: readonly StartedProcess[]): number[] {
  if (process.platform !== 'linux' || started.length === 0) return [];
  const ticks = started.map(({ startTime }) => Number(startTime.split(':').at(-1) || 0));
  const earliest = Math.min(...ticks.filter((tick) => tick > 0));
  const processes = everyProcess();
  const chosen = new Set<number>();
  for (const { pid, parent, terminal, startTick } of processes) {
    const isAdopted = parent === 1 || nameOf(parent) === 'systemd';
    if (!isAdopted || terminal !== 0 || !(startTick >= earliest)) continue;
    if (usesFilesIn(workFolder, pid)) chosen.add(pid);
  }
  // Children come later than their parents in no particular order, so until nothing is added.
  for (let before = -1; before !== chosen.size; ) {
    before = chosen.size;
    for (const { pid, parent } of processes) if (chosen.has(parent)) chosen.add(pid);
  }
  const own = groupOf(process.pid);
  const groups = processes.filter(({ pid }) => chosen.has(pid)).map(({ group }) => group);
  return [...new Set(groups)].filter((group) => group > 1 && group !== own);
}

/** A working folder, root, program or open file under the folder. */
function usesFilesIn(folder: string, pid: number): boolean {
  const links = ['cwd', 'root', 'exe'].map((name) => `/proc/${pid}/${name}`);
  try {
    links.push(...readdirSync(`/proc/${pid}/fd`).map((name) => `/proc/${pid}/fd/${name}`));
  } catch {
    // Ended, or another user's.
  }
  return links.some((link) => {
    try {
      return `${readlinkSync(link)}${sep}`.startsWith(`${folder}${sep}`);
    } catch {
      return false;
    }
  });
}

interface ListedProcess {
  pid: number;
  parent: number;
  group: number;
  /** 0: none. */
  terminal: number;
  startTick: number;
}

function everyProcess(): ListedProcess[] {
  const listed: ListedProcess[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid) || pid === process.pid) continue;
    const fields = statFields(pid);
    if (fields === undefined) continue;
    const [, parent, group, , terminal] = fields;
    listed.push({
      pid,
      parent: Number(parent),
      group: Number(group),
      terminal: Number(terminal),
      startTick: Number(fields[19]),
    });
  }
  return listed;
}

function nameOf(pid: number): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/comm`, 'latin1').trim();
  } catch {
    return undefined;
  }
}

function groupOf(pid: number): number | undefined {
  const fields = statFields(pid);
  return fields && Number(fields[2]);
}
