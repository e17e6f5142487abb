/**
 * What `millrace doctor` says about the rights of tasks: as whom they run, and whether they can read what the server was
 * started with. A running server is looked at; without one, what would be if it were started now.
 * @module
 */
import { readFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import type { ServerFile } from './client.js';

export interface Check {
  name: string;
  verdict: 'ok' | 'warn' | 'fail';
  found: string;
  fix?: string;
}

/** The checks, one line each. @param server the running one, if any */
export function taskRights(server: ServerFile | undefined): Check[] {
  return [userOfTasks(server), ...(server === undefined ? [] : environmentShown(server.pid))];
}

function userOfTasks(server: ServerFile | undefined): Check {
  const name = 'task user';
  if (server?.taskUser !== undefined) {
    return { name, verdict: 'ok', found: `tasks run as ${server.taskUser}` };
  }
  const uid = server === undefined ? process.getuid?.() : uidOf(server.pid);
  const when = server === undefined ? 'a server started now would run' : 'the server runs';
  if (uid !== 0) {
    const own = server === undefined ? ` (${userInfo().username})` : '';
    return { name, verdict: 'ok', found: `tasks have the rights of the server's user${own}` };
  }
  return {
    name,
    verdict: 'warn',
    found: `${when} as root, and its tasks with it: they may do everything on this machine`,
    fix: 'Start it as another user, or with --task-user NAME.',
  };
}

/** Undefined where the system does not tell. */
function uidOf(pid: number): number | undefined {
  try {
    const uid = /^Uid:\s*(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return uid === undefined ? undefined : Number(uid);
  } catch {
    return undefined;
  }
}

function environmentShown(pid: number): Check[] {
  const name = 'environment';
  const isShown = showsEnvironment(pid);
  if (isShown === undefined) return [];
  if (!isShown) return [{ name, verdict: 'ok', found: 'the server shows nothing of its own' }];
  return [
    {
      name,
      verdict: 'warn',
      found: 'tasks of the same user can see the environment that the server was started with',
      fix: 'Start it with --task-user, or without secrets in its environment; its log tells why.',
    },
  ];
}

/** Undefined when this user may not know. */
function showsEnvironment(pid: number): boolean | undefined {
  if (process.platform !== 'linux') return true;
  try {
    return readFileSync(`/proc/${pid}/environ`).some((byte) => byte !== 0);
  } catch {
    return undefined;
  }
}
