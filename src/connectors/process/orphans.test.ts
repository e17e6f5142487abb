import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, onTestFinished, test } from 'vitest';
import { ATTEMPT_VARIABLE } from './child-environment.js';
import { endOrphans } from './orphans.js';
import { isGroupAlive, processStartTime } from './process-group.js';

/** A process as a crashed server would have left it: in its own group, nobody waiting. */
async function leftOver(attemptId: string): Promise<{ pid: number; exited: Promise<unknown> }> {
  const child = spawn('sleep', ['300'], {
    detached: true,
    stdio: 'ignore',
    env: { PATH: process.env.PATH, [ATTEMPT_VARIABLE]: attemptId },
  });
  const exited = once(child, 'exit');
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  await once(child, 'spawn');
  return { pid: child.pid as number, exited };
}

test.runIf(process.platform === 'linux')(
  'ends a process that is known by pid and start time, or by its attempt',
  async () => {
    const byPid = await leftOver('other');
    const byAttempt = await leftOver('attempt-7');
    const ended = await endOrphans([
      { attemptId: 'attempt-6', pid: byPid.pid, startTime: processStartTime(byPid.pid) ?? '' },
      { attemptId: 'attempt-7', pid: 1, startTime: 'long gone' },
    ]);
    expect(ended).toBe(2);
    await Promise.all([byPid.exited, byAttempt.exited]);
  },
);

test('leaves alone a process that only has the same pid', async () => {
  const innocent = await leftOver('another');
  const ended = await endOrphans([
    { attemptId: 'attempt-8', pid: innocent.pid, startTime: 'some other boot:1' },
  ]);
  expect(ended).toBe(0);
  expect(isGroupAlive(innocent.pid)).toBe(true);
});
