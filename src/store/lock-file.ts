/**
 * Keeps a second process away from a database file.
 *
 * Below SQLite 3.51.3 two connections that write or checkpoint at one instant can corrupt a WAL file, so exactly one
 * process may open it. The lock is a file beside the database that names its owner: process id and when that process
 * began, because ids are used again. A lock whose owner is gone is stale and taken over.
 *
 * Taking over renames the stale file away first and looks at what it caught, so that of two processes that find the
 * same stale lock only one gets it.
 * @module
 */
import { execFileSync } from 'node:child_process';
import { linkSync, readFileSync, renameSync, statSync, unlinkSync, writeFileSync } from 'node:fs';
import { StoreError } from './errors.js';

interface Owner {
  pid: number;
  /** Opaque text that no other process of this id has. */
  started: string;
}

export interface Lock {
  release(): void;
}

/**
 * Takes the lock file `path`, or throws a StoreError `locked` that names the process that has it.
 *
 * @example const lock = takeLock('data/millrace.db.lock'); try { … } finally { lock.release(); }
 */
export function takeLock(path: string): Lock {
  const mine: Owner = { pid: process.pid, started: startOf(process.pid) ?? '' };
  const text = `${JSON.stringify(mine)}\n`;
  const draft = `${path}.${process.pid}`;
  writeFileSync(draft, text);
  try {
    for (let turn = 0; turn < 5; turn += 1) {
      if (link(draft, path)) return { release: () => release(path, text) };
      const found = read(path);
      if (found === undefined) continue;
      const owner = parse(found);
      if (owner && isAlive(owner)) throw locked(path, owner.pid);
      takeAway(path, found);
    }
    throw locked(path);
  } finally {
    unlinkSync(draft);
  }
}

function locked(path: string, pid?: number): StoreError {
  const who = pid === undefined ? 'Another process' : `Process ${pid}`;
  return new StoreError(
    'locked',
    `${who} has this data folder open (${path}). Stop it, or use another folder.`,
  );
}

/** Hard-links: the one file operation that fails when the target exists and shows it complete when it succeeds. */
function link(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function takeAway(path: string, stale: string): void {
  const aside = `${path}.stale.${process.pid}`;
  try {
    renameSync(path, aside);
  } catch {
    return;
  }
  // Between reading and renaming somebody else may have taken the lock: then what we hold is theirs, give it back.
  if (read(aside) !== stale) link(aside, path);
  unlinkSync(aside);
}

function release(path: string, text: string): void {
  if (read(path) === text) unlinkSync(path);
}

function read(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return undefined;
  }
}

function parse(text: string): Owner | undefined {
  try {
    const owner = JSON.parse(text) as Owner;
    return typeof owner.pid === 'number' && typeof owner.started === 'string' ? owner : undefined;
  } catch {
    return undefined;
  }
}

function isAlive(owner: Owner): boolean {
  try {
    process.kill(owner.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
  }
  const started = startOf(owner.pid);
  return started === undefined || owner.started === '' || started === owner.started;
}

/** When a process began, as the operating system tells it; undefined where it does not. */
function startOf(pid: number): string | undefined {
  try {
    statSync('/proc/self');
  } catch {
    return startByPs(pid);
  }
  const stat = read(`/proc/${pid}/stat`);
  // The command name in field 2 may hold blanks; what follows its closing parenthesis begins with field 3.
  const start = stat?.slice(stat.lastIndexOf(')') + 2).split(' ')[19];
  const boot = read('/proc/sys/kernel/random/boot_id')?.trim();
  return start === undefined ? undefined : `${boot ?? ''}:${start}`;
}

function startByPs(pid: number): string | undefined {
  try {
    const text = execFileSync('ps', ['-o', 'lstart=', '-p', String(pid)], { encoding: 'utf8' });
    return text.trim() || undefined;
  } catch {
    return undefined;
  }
}
