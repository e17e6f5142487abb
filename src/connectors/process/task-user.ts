/**
 * Running tasks as a user of their own (`millrace up --task-user`): finding the user, and trying out at the start whether a
 * process of it can do what tasks do and cannot do what they must not.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { chmod, lchown, mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { text } from 'node:stream/consumers';
import { childEnvironment } from './child-environment.js';
import { compiledEntry } from './compiled-entry.js';
import type { TaskUser } from './confinement.js';
import { endGroup, startGroup } from './process-group.js';

/** Tasks cannot run as that user here; `fix` says what would help. */
export class TaskUserError extends Error {
  override readonly name = 'TaskUserError';
  readonly fix: string;

  constructor(message: string, fix: string) {
    super(message);
    this.fix = fix;
  }
}

const RIGHTS =
  'Start the server as root, or without --task-user. (Of root it needs CAP_SETUID, CAP_SETGID, CAP_CHOWN, CAP_KILL, CAP_FOWNER and CAP_DAC_OVERRIDE.)';

/**
 * Finds a user of this machine.
 * @param given a name, or `UID[:GID]`
 * @throws TaskUserError
 * @example findTaskUser('nobody').uid // 65534
 */
export function findTaskUser(given: string): TaskUser {
  if (process.platform !== 'linux') {
    throw new TaskUserError(
      'Tasks can run as another user on Linux only.',
      'Leave --task-user out, and run the server as a user that may do only what its tasks need.',
    );
  }
  const numbers = /^(\d+)(?::(\d+))?$/.exec(given);
  const entry = accountOf(numbers?.[1] ?? given);
  if (entry === undefined && !numbers) {
    throw new TaskUserError(
      `There is no user '${given}' on this machine.`,
      `Make it (useradd --system --no-create-home ${/^[a-z_][a-z0-9_-]*$/.test(given) ? given : 'millrace-tasks'}), or give UID:GID.`,
    );
  }
  const uid = Number(numbers?.[1] ?? entry?.[2]);
  const gid = Number(numbers?.[2] ?? entry?.[3] ?? uid);
  if (uid === 0 || gid === 0) {
    throw new TaskUserError(
      'The user of tasks cannot be root, nor in its group.',
      'Name a user that may do only what tasks need, for example nobody.',
    );
  }
  if (uid === process.getuid?.()) {
    throw new TaskUserError(
      `'${given}' is the user that the server itself runs as.`,
      'Name another user, or leave --task-user out.',
    );
  }
  return { name: entry?.[0] ?? given, uid, gid, home: entry?.[5] || '/' };
}

/** Name, password, uid, gid, comment, home, shell. @param name or uid */
function accountOf(name: string): string[] | undefined {
  const found = (line: string): string[] | undefined => {
    const fields = line.split(':');
    return fields[0] === name || fields[2] === name ? fields : undefined;
  };
  for (const line of readFileSync('/etc/passwd', 'utf8').split('\n')) {
    const fields = found(line);
    if (fields !== undefined) return fields;
  }
  // Users of a directory service are in no file.
  const { stdout } = spawnSync('getent', ['passwd', '--', name], {
    encoding: 'utf8',
    env: { PATH: process.env.PATH ?? '' },
    timeout: 10_000,
  });
  return found((stdout ?? '').trim());
}

/** What the probe tells of itself. */
interface Report {
  ids: number[];
  capabilities: string[];
  /** Paths that it could use or read, each with the reason why not. */
  unusable: { [path: string]: string };
  readable: string[];
}

/** Runs as the task user and tells on its standard output what it is and may do; then it waits for its end. */
const PROBE = `
const fs = require('node:fs');
const { use, closed, own } = JSON.parse(process.argv[1]);
const attempt = (act) => { try { act(); return undefined; } catch (error) { return error.code ?? String(error); } };
const status = fs.readFileSync('/proc/self/status', 'latin1');
const field = (name) => (new RegExp('^' + name + ':[ \\\\t]*(.*)$', 'm').exec(status)?.[1] ?? '').split(/\\s+/).filter(Boolean);
const unusable = {};
const failed = attempt(() => fs.writeFileSync(own + '/probe', 'x'));
if (failed) unusable[own] = failed;
for (const path of use) {
  const failure = attempt(() => fs.statSync(path).isDirectory() ? fs.readdirSync(path) : fs.readFileSync(path));
  if (failure) unusable[path] = failure;
}
const readable = closed.filter((path) => attempt(() => fs.closeSync(fs.openSync(path, 'r'))) === undefined);
const ids = [...field('Uid'), ...field('Gid'), ...field('Groups')].map(Number);
process.stdout.write(JSON.stringify({ ids, capabilities: [...field('CapPrm'), ...field('CapEff'), ...field('CapInh'), ...field('CapAmb')], unusable, readable }) + '\\n');
process.stdout.end?.();
setInterval(() => undefined, 1000);
`;

export interface TaskUserTrial {
  /** Absolute; the folder of the work folders. */
  workRoot: string;
  /** What tasks read: folders of pipelines. */
  use: readonly string[];
  /** What no task may read. */
  closed: readonly string[];
}

/**
 * Starts a process as the user and looks whether it is confined as it should be, can work, and can be ended.
 * @throws TaskUserError
 */
export async function tryTaskUser(user: TaskUser, trial: TaskUserTrial): Promise<void> {
  const own = join(trial.workRoot, `.trial-${randomUUID()}`);
  await mkdir(own, { mode: 0o700 });
  try {
    await chmod(own, 0o700);
    await lchown(own, user.uid, user.gid);
    const runtime = compiledEntry('../sql/runtime/sql-runtime.js', import.meta.url);
    judge(user, await reportOf(user, own, { ...trial, use: [runtime, ...trial.use] }), own);
  } catch (error) {
    if (error instanceof TaskUserError) throw error;
    throw new TaskUserError(
      `No process can be started as the user '${user.name}': ${(error as Error).message}`,
      RIGHTS,
    );
  } finally {
    await rm(own, { recursive: true, force: true });
  }
}

async function reportOf(user: TaskUser, own: string, trial: TaskUserTrial): Promise<Report> {
  const given = JSON.stringify({ use: trial.use, closed: trial.closed, own });
  const leader = await startGroup({
    argv: [process.execPath, '-e', PROBE, given],
    cwd: own,
    env: childEnvironment({}, user),
    user,
    channel: false,
  });
  leader.stdin.end();
  const errors = text(leader.stderr);
  let told = '';
  for await (const chunk of leader.stdout) {
    told += String(chunk);
    if (told.endsWith('\n')) break;
  }
  await endGroup(leader.pid, 0);
  const { signal } = await Promise.race([leader.exited, never()]);
  if (told === '') throw new Error((await errors).trim().slice(0, 1_000) || 'it ended at once');
  if (signal !== 'SIGKILL') throw new Error('it could not be ended');
  return JSON.parse(told) as Report;
}

/** A process that cannot be ended would be waited for without end. */
function never(): Promise<{ signal: null }> {
  return new Promise((resolve) => setTimeout(() => resolve({ signal: null }), 5_000).unref());
}

function judge(user: TaskUser, report: Report, own: string): void {
  const foreign = report.ids.filter((id, at) => id !== (at < 4 ? user.uid : user.gid));
  if (foreign.length > 0) {
    throw new TaskUserError(
      `A process of the user '${user.name}' kept the ids ${foreign.join(', ')}, which are not its own.`,
      RIGHTS,
    );
  }
  if (report.capabilities.some((mask) => !/^0+$/.test(mask))) {
    throw new TaskUserError(
      `A process of the user '${user.name}' keeps rights of the server (${report.capabilities.join(' ')}).`,
      'Start the server as root, or without inheritable and ambient capabilities and without any on the program node.',
    );
  }
  const [path, code] = Object.entries(report.unusable)[0] ?? [];
  if (path !== undefined) {
    const what = path === own ? dirname(own) : path;
    throw new TaskUserError(
      `The user '${user.name}' cannot use ${what} (${code}).`,
      'Give it the right to enter every folder above (chmod o+x) and to read what tasks read (chmod -R o+rX), or move it, for example to /srv.',
    );
  }
  if (report.readable.length > 0) {
    throw new TaskUserError(
      `The user '${user.name}' can read ${report.readable.join(', ')}.`,
      'Take that right from it (chmod o-r), and look whether it is in a group that it should not be in.',
    );
  }
}
