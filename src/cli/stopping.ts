/**
 * How `up` ends: by a signal, or because the server was drained.
 *
 *     signal ──(--drain-timeout)──▶ draining ──▶ close
 *       └─────────────────────────────────────────▲
 *     `millrace drain` ──▶ draining ───────────────┘        a second signal ends the process at once
 *
 * @module
 */
import type { Server } from '../server.js';
import { EXIT } from './exit-codes.js';

/** Listens for Ctrl-C and SIGTERM from the call on, and resolves at the first; a second one ends the process at once. */
export function stopAsked(say: (text: string) => void): Promise<void> {
  return new Promise<void>((asked) => {
    let isAsked = false;
    const stop = (): void => {
      if (isAsked) process.exit(EXIT.interrupted);
      isAsked = true;
      say('stopping: running tasks may end (Ctrl-C again to kill them) …');
      asked();
    };
    process.on('SIGINT', stop);
    process.on('SIGTERM', stop);
  });
}

/**
 * Resolves when the server is to be closed.
 * @param drainSeconds how long attempts may go on after a signal; undefined: closing gives them what it gives
 */
export async function whenToClose(
  drain: Server['drain'],
  stop: Promise<void>,
  drainSeconds: number | undefined,
  say: (text: string) => void,
): Promise<void> {
  const drained = drain.over.then(({ left }) =>
    say(
      left === 0 ? 'drained: nothing runs any more' : `time is over: ${left} attempts are killed`,
    ),
  );
  const asked = stop.then(async () => {
    if (drainSeconds === undefined) return;
    try {
      const { running } = drain.begin(drainSeconds, 'a signal');
      say(`draining: ${running} attempts run, no new work begins`);
    } catch {
      // It was restored and waits: nothing runs.
      return;
    }
    await drained;
  });
  await Promise.race([asked, drained]);
}
