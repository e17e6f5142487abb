/**
 * A control group (cgroup v2) for the server and everything that it starts, where the system lets us make one.
 *
 * A process can leave its process group, clear its environment, close its files and be adopted by init; it cannot leave
 * its control group. So when a server has crashed, what is left in its control group is what it left behind.
 *
 * One for the server and none for each attempt: children are born into it, which costs nothing and leaves no gap, while
 * moving a process takes some ten milliseconds, in which it may have started others.
 *
 * Where it is not possible (no Linux, cgroup v1 alone, a container or a user that may not) `orphans.ts` has other marks to
 * go by. https://docs.kernel.org/admin-guide/cgroup-v2.html
 * @module
 */
import { randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PREFIX = 'millrace-';
/** Where cgroup v2 is mounted: alone, or beside version 1. */
const ROOTS = ['/sys/fs/cgroup', '/sys/fs/cgroup/unified'];
/** After a kill only the kernel is slow. Milliseconds. */
const EMPTY_WAIT = 1_000;
const PAUSE = 5;
const YOUNG = 60_000;

/**
 * Moves this process into a control group of its own, below the one it is in, and notes that in a file.
 * @returns undefined where it is not possible; else what moves it back and forgets the note, for an orderly end
 */
export function enterControlGroup(noteFile: string): (() => void) | undefined {
  const folder = makeFolder();
  if (folder === undefined) return undefined;
  try {
    // Noted first: a crash in between leaves a note of an empty group.
    writeFileSync(noteFile, folder, { mode: 0o600 });
    writeFileSync(join(folder, 'cgroup.procs'), String(process.pid));
  } catch {
    remove(folder);
    return undefined;
  }
  return () => {
    // What tasks have left on purpose goes on, and nobody looks for it any more.
    rmSync(noteFile, { force: true });
    writeFileSync(join(dirname(folder), 'cgroup.procs'), String(process.pid));
    remove(folder);
  };
}

/**
 * Ends everything that a crashed server has left in its control group.
 * @returns how many processes that were
 */
export async function endControlGroup(noteFile: string): Promise<number> {
  const folder = readText(noteFile)?.trim();
  rmSync(noteFile, { force: true });
  if (folder === undefined || !isOurs(folder) || isInside(folder)) return 0;
  const left = members(folder);
  if (isPopulated(folder)) {
    try {
      writeFileSync(join(folder, 'cgroup.kill'), '1');
    } catch {
      // Linux before 5.14: one after the other, until no new one turns up.
      for (let round = 0; round < 20 && killMembers(folder); round += 1) await delay(PAUSE);
    }
    for (let waited = 0; waited < EMPTY_WAIT && isPopulated(folder); waited += PAUSE) {
      await delay(PAUSE);
    }
  }
  remove(folder);
  return left.length;
}

function makeFolder(): string | undefined {
  const own = currentFolder();
  if (own === undefined) return undefined;
  removeEmptied(own);
  // The group of a server that this one was started by (in a task, say) is not left, but gone into deeper.
  const folder = join(own, `${PREFIX}${process.pid}-${randomBytes(6).toString('hex')}`);
  try {
    mkdirSync(folder);
    return folder;
  } catch {
    return undefined;
  }
}

/** What servers have left that are gone without a note. One that was just made may be about to be entered. */
function removeEmptied(own: string): void {
  for (const name of foldersIn(own)) {
    const folder = join(own, name);
    if (
      name.startsWith(PREFIX) &&
      Date.now() - (statSync(folder, { throwIfNoEntry: false })?.ctimeMs ?? 0) > YOUNG
    )
      remove(folder);
  }
}

function foldersIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** The folder of the control group that this process is in. */
function currentFolder(): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const path = /^0::(.*)$/m.exec(readText('/proc/self/cgroup') ?? '')?.[1];
  if (path === undefined) return undefined;
  const root = ROOTS.find((folder) => readText(join(folder, 'cgroup.controllers')) !== undefined);
  return root === undefined ? undefined : join(root, path);
}

function isOurs(folder: string): boolean {
  const inRoot = ROOTS.some((root) => folder.startsWith(`${root}/`));
  return inRoot && join(folder) === folder && basename(folder).startsWith(PREFIX);
}

/** True when this process itself was started from there: by a task of the crashed server. */
function isInside(folder: string): boolean {
  return `${currentFolder()}/`.startsWith(`${folder}/`);
}

/** Also counts control groups below it. */
function isPopulated(folder: string): boolean {
  return /^populated 1$/m.test(readText(join(folder, 'cgroup.events')) ?? '');
}

function killMembers(folder: string): boolean {
  const pids = members(folder);
  for (const pid of pids) {
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // It has ended meanwhile.
    }
  }
  return pids.length > 0;
}

function members(folder: string): number[] {
  const text = readText(join(folder, 'cgroup.procs')) ?? '';
  return text.split('\n').filter(Boolean).map(Number);
}

function remove(folder: string): void {
  try {
    rmdirSync(folder);
  } catch {
    // Something still lives in it, or below it.
  }
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}
