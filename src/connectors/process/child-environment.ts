/**
 * The environment of a task's process: clean, not inherited.
 *
 * A task sees only what it needs to find programs and to format text. Nothing else of the server's environment (tokens,
 * cloud credentials, database addresses) reaches it; what a task needs beyond this is named in its arguments.
 * @module
 */

import type { TaskUser } from './confinement.js';

/** Names that pass from the server's environment to every task. */
const PASSED = ['PATH', 'HOME', 'LANG', 'TZ'] as const;

/** Windows cannot start most programs without these. */
const PASSED_ON_WINDOWS = [
  'SystemRoot',
  'SystemDrive',
  'TEMP',
  'USERPROFILE',
  'PATHEXT',
  'ComSpec',
] as const;

/** Marks every process of an attempt, so that it can be found when it left its process group: see `orphans.ts`. */
export const ATTEMPT_VARIABLE = 'MILLRACE_ATTEMPT_ID';

/**
 * The clean environment plus `own`, which wins. `LANG` is `C.UTF-8` where the server has none.
 * @param user whose home it names; default: the server's own user
 * @example childEnvironment({ MILLRACE_STATE: 'extract' })
 */
export function childEnvironment(
  own: { [name: string]: string },
  user?: TaskUser,
): { [name: string]: string } {
  const environment: { [name: string]: string } = { LANG: 'C.UTF-8' };
  const names = process.platform === 'win32' ? [...PASSED, ...PASSED_ON_WINDOWS] : PASSED;
  for (const name of names) {
    const value = process.env[name];
    if (value !== undefined) environment[name] = value;
  }
  if (user !== undefined) environment.HOME = user.home;
  return { ...environment, ...own };
}
