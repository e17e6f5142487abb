import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
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

/** True while it runs; a zombie does not. */
function runs(pid: number): boolean {
  const file = `/proc/${pid}/stat`;
  return existsSync(file) && !/\) [ZX] /.test(readFileSync(file, 'latin1'));
}

test.runIf(process.platform === 'linux')(
  'ends one that has shed every mark, by the work folder that it uses, but nobody who has a parent',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'millrace-work-'));
    onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
    // Adopted by init: the shell that starts it ends at once.
    const script = "setsid env -i sh -c 'echo $$ > pid.draft; mv pid.draft pid; exec sleep 300'";
    const shell = spawn('sh', ['-c', `${script} < /dev/null > /dev/null 2>&1 &`], { cwd: folder });
    await once(shell, 'exit');
    while (!existsSync(join(folder, 'pid'))) await new Promise((done) => setImmediate(done));
    const pid = Number(readFileSync(join(folder, 'pid'), 'utf8'));
    const guest = spawn('sleep', ['300'], { cwd: folder, detached: true, stdio: 'ignore' });
    onTestFinished(() => {
      guest.kill('SIGKILL');
    });
    await once(guest, 'spawn');

    // As old as this process, so both are younger.
    const startTime = processStartTime(process.pid) ?? '';
    const started = [{ attemptId: 'attempt-9', pid: 4_194_305, startTime }];
    expect(await endOrphans(started, join(folder, 'elsewhere'))).toBe(0);
    expect(runs(pid)).toBe(true);
    expect(await endOrphans(started, folder)).toBe(1);
    expect(runs(pid)).toBe(false);
    expect(runs(guest.pid as number)).toBe(true);
  },
);
