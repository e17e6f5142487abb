/**
 * From a started process to its end: by itself, or because the attempt is aborted.
 * @module
 */
import type { OutputCapture } from './output-capture.js';
import { endGroup, type GroupLeader, type ProcessExit } from './process-group.js';

/** Once the leader has ended, a process that escaped its group may hold the pipes open for this long, in milliseconds. */
const PIPE_WAIT = 1_000;

/**
 * Waits for the end of the leader, ends what it left running in its group, and reads its output to the end.
 * @param grace milliseconds between SIGTERM and SIGKILL
 * @returns undefined when the signal came first; the whole group has ended then, too
 */
export async function supervise(
  leader: GroupLeader,
  captures: OutputCapture[],
  signal: AbortSignal,
  grace: number,
): Promise<ProcessExit | undefined> {
  const exit = await exitOrAbort(leader.exited, signal);
  await endGroup(leader.pid, grace);
  await Promise.race([Promise.all(captures.map((capture) => capture.ended)), pipeWait()]);
  for (const capture of captures) capture.stop();
  return exit;
}

async function exitOrAbort(
  exited: Promise<ProcessExit>,
  signal: AbortSignal,
): Promise<ProcessExit | undefined> {
  let stop: () => void = () => undefined;
  const aborted = new Promise<undefined>((resolve) => {
    stop = () => resolve(undefined);
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([exited, aborted]);
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

function pipeWait(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, PIPE_WAIT).unref();
  });
}
