/**
 * Looks after an open store while the server runs:
 *
 * - once a second whether it is still ours and still there, so that an idle server notices, too;
 * - again and again for damage, in a process beside the server (check-process.ts). A pass begins a second after the start;
 *   then each follows the one before after twenty times as long as that one took, half a minute at least. So small
 *   databases are read twice a minute, and large ones cost a twentieth of a processor.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { CheckMessage } from './check-process.js';
import { StoreError } from './errors.js';
import type { SqliteStore } from './sqlite-store.js';

export interface StoreWatchOptions {
  /** The store is another server's or its files are gone. Must end the process. */
  onLost(error: StoreError): void;
  /** The check for damage could not be carried through. */
  onProblem(problem: string): void;
}

const LOOK = 1_000;
const FIRST_CHECK = 1_000;
const SHORTEST_PAUSE = 30_000;
const PAUSE_FACTOR = 20;

/** Begins to look after a store on a file. `close` before the store is closed. */
export function watchStore(
  store: SqliteStore,
  options: StoreWatchOptions,
): { close(): Promise<void> } {
  let checking: ChildProcess | undefined;
  let next: NodeJS.Timeout | undefined;

  const looking = setInterval(() => {
    try {
      store.expectOurs();
    } catch (error) {
      if (error instanceof StoreError && (error.code === 'gone' || error.code === 'fenced')) {
        options.onLost(error);
      }
      // Damage is noted by the store itself; whatever else is wrong the next commit meets, too.
    }
  }, LOOK);
  looking.unref();

  function checkAfter(pause: number): void {
    next = setTimeout(check, pause);
    next.unref();
  }

  function check(): void {
    const { location, driver, damage } = store.information();
    if (damage !== undefined) return;
    const begun = performance.now();
    const child = fork(compiled('check-process.js'), [location, driver], {
      env: {},
      execArgv: [],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    checking = child;
    child.unref();
    child.channel?.unref();
    child.on('message', ({ damage: found }: CheckMessage) => store.noteDamage(found));
    const ended = (problem: string | undefined): void => {
      if (checking !== child) return;
      checking = undefined;
      if (problem !== undefined) options.onProblem(problem);
      checkAfter(Math.max(SHORTEST_PAUSE, PAUSE_FACTOR * (performance.now() - begun)));
    };
    child.once('error', (error) => ended(error.message));
    child.once('exit', (code, signal) => {
      ended(code === 0 ? undefined : `the check ended with ${signal ?? code}`);
    });
  }

  checkAfter(FIRST_CHECK);
  return {
    async close() {
      clearInterval(looking);
      clearTimeout(next);
      const child = checking;
      checking = undefined;
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) return;
      const gone = new Promise((resolve) => child.once('exit', resolve));
      child.ref();
      child.kill('SIGKILL');
      await gone;
    },
  };
}

/** Child processes run plain Node: when the sources run directly, the compiled file lies in `dist` at the same place. */
function compiled(name: string): string {
  const beside = fileURLToPath(new URL(name, import.meta.url));
  return import.meta.url.endsWith('.ts')
    ? beside.replace(/([\\/])src([\\/]store[\\/])/, '$1dist$2')
    : beside;
}
