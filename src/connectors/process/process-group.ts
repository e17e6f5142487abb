/**
 * Starting a program as the leader of its own process group, and ending the whole group.
 *
 * A task may start further processes, put them in the background or ignore SIGTERM. They all stay in the group of the
 * process that we started (unless they leave it on purpose: `orphans.ts`), so ending a task means ending a group:
 *
 *     running ──endGroup──▶ SIGTERM ──grace over, members left──▶ SIGKILL ──▶ gone
 *
 * Programs start from an argv array; no shell ever sees a command.
 * @module
 */
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import type { Duplex, Readable, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import { TaskFailure, taskErrors } from '../errors.js';
import type { TaskUser } from './confinement.js';

/** How long SIGTERM may take before SIGKILL follows, in milliseconds. */
export const TERMINATION_GRACE = 5_000;

/** After SIGKILL only the kernel is slow; longer than this we do not wait for it. */
const KILL_WAIT = 1_000;

export interface ProcessExit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

export interface GroupLeader {
  stdin: Writable;
  stdout: Readable;
  stderr: Readable;
  /** File descriptor 3 of the process, both ways, when it was asked for. */
  channel: Duplex | undefined;
  /** Process id, also the id of the group. */
  pid: number;
  /** Identifies the process together with the pid, which the system uses again: see `processStartTime`. */
  startTime: string;
  /** Settles when the leader has ended; members of its group may live on. */
  exited: Promise<ProcessExit>;
}

export interface StartOptions {
  argv: [string, ...string[]];
  cwd: string;
  env: { [name: string]: string };
  /** Who it runs as, without further groups. Defaults to the server's own user. */
  user?: TaskUser | undefined;
  /** Gives the process a descriptor 3 to talk with us. */
  channel: boolean;
}

/**
 * Starts a program in a group of its own.
 * Throws TaskFailure `Connector.StartFailed` when the program is missing or cannot be executed.
 */
export async function startGroup(options: StartOptions): Promise<GroupLeader> {
  const [program, ...args] = options.argv;
  if (!isFolder(options.cwd)) {
    throw new TaskFailure(
      taskErrors.startFailed,
      `The working folder ${options.cwd} does not exist.`,
    );
  }
  let child: ChildProcess;
  try {
    child = spawn(program, args, {
      cwd: options.cwd,
      env: options.env,
      ...(options.user === undefined ? {} : { uid: options.user.uid, gid: options.user.gid }),
      stdio: options.channel ? ['pipe', 'pipe', 'pipe', 'pipe'] : 'pipe',
      detached: process.platform !== 'win32',
      windowsHide: true,
      shell: false,
    });
  } catch (error) {
    throw startFailure(program, error);
  }
  const exited = new Promise<ProcessExit>((resolve) => {
    child.once('exit', (code, signal) => resolve({ code, signal }));
  });
  await new Promise<void>((resolve, reject) => {
    child.once('spawn', resolve);
    child.once('error', (error) => reject(startFailure(program, error)));
  });
  // A later 'error' (a signal that could not be sent) changes nothing: the exit decides.
  child.on('error', () => undefined);
  const pid = child.pid as number;
  const { stdin, stdout, stderr } = child;
  if (!stdin || !stdout || !stderr) throw new Error(`The process ${pid} has no pipes.`);
  // Whoever writes to a process that has ended learns it from its exit.
  stdin.on('error', () => undefined);
  const channel = child.stdio[3] as Duplex | undefined;
  channel?.on('error', () => undefined);
  return { stdin, stdout, stderr, channel, pid, startTime: processStartTime(pid) ?? '', exited };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

function startFailure(program: string, error: unknown): TaskFailure {
  const code = (error as NodeJS.ErrnoException).code;
  const reason =
    code === 'ENOENT'
      ? `"${program}" was not found. Install it, or give the full path of the program.`
      : code === 'EACCES'
        ? `"${program}" may not be executed. Make it executable (chmod +x), or name its interpreter.`
        : `"${program}" could not be started: ${(error as Error).message}`;
  return new TaskFailure(taskErrors.startFailed, reason);
}

/**
 * Ends every process of a group: SIGTERM, after `graceMilliseconds` SIGKILL. Returns when all are gone.
 * With grace 0 SIGKILL comes first.
 */
export async function endGroup(group: number, graceMilliseconds: number): Promise<void> {
  if (process.platform === 'win32') return endWindowsTree(group);
  if (graceMilliseconds > 0) {
    if (!signalGroup(group, 'SIGTERM')) return;
    if (await groupIsGone(group, graceMilliseconds)) return;
  }
  if (!signalGroup(group, 'SIGKILL')) return;
  await groupIsGone(group, KILL_WAIT);
}

function endWindowsTree(pid: number): Promise<void> {
  return new Promise((resolve) => {
    execFile('taskkill', ['/pid', String(pid), '/T', '/F'], () => resolve());
  });
}

/** False when the group has no process any more. */
function signalGroup(group: number, signal: NodeJS.Signals | 0): boolean {
  try {
    process.kill(-group, signal);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function groupIsGone(group: number, milliseconds: number): Promise<boolean> {
  const end = performance.now() + milliseconds;
  for (let pause = 2; ; pause = Math.min(pause * 2, 100)) {
    if (!isGroupAlive(group)) return true;
    if (performance.now() >= end) return false;
    await delay(pause);
  }
}

/** True while a process of the group runs. Zombies that nobody collects do not count (Linux). */
export function isGroupAlive(group: number): boolean {
  if (!signalGroup(group, 0)) return false;
  if (process.platform !== 'linux') return true;
  return runningProcesses().some((entry) => entry.group === group);
}

interface RunningProcess {
  pid: number;
  group: number;
}

function runningProcesses(): RunningProcess[] {
  const running: RunningProcess[] = [];
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    const fields = statFields(pid);
    if (fields && fields[0] !== 'Z' && fields[0] !== 'X') {
      running.push({ pid, group: Number(fields[2]) });
    }
  }
  return running;
}

/** Fields of /proc/PID/stat from the third (state) on: the second, the name, may hold blanks and parentheses. */
export function statFields(pid: number): string[] | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return text.slice(text.lastIndexOf(')') + 2).split(' ');
  } catch {
    return undefined; // ended in the meantime
  }
}

/**
 * What tells a process from a later one with the same pid: boot id and start tick. Undefined where the process does not
 * exist, or the system does not say (then only the pid and the attempt mark identify it).
 */
export function processStartTime(pid: number): string | undefined {
  if (process.platform !== 'linux') return undefined;
  const tick = statFields(pid)?.[19];
  return tick === undefined ? undefined : `${bootId()}:${tick}`;
}

let knownBootId: string | undefined;

function bootId(): string {
  knownBootId ??= readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim();
  return knownBootId;
}
