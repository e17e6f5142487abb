/**
 * When jobs last succeeded and ended is told by their check results, and by what earlier versions have kept.
 */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { JOB_OUTCOMES } from '../../src/engine/features/metrics/job-outcomes.js';
import type { Kernel } from '../../src/engine/kernel/kernel.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { TimedEngine } from '../support/timed-engine.js';

let test: TimedEngine;
let kernel: Kernel | undefined;

beforeEach(async () => {
  test = new TimedEngine({
    additions: [
      (given) => {
        kernel = given;
        return { name: 'looks' };
      },
    ],
  });
  await test.open();
});
afterEach(() => test.close());

/** Seconds since the epoch of a job. */
async function told(family: string, job: string): Promise<number | undefined> {
  const families = await test.engine.metrics.families(EVERYTHING);
  const samples = [...(families.find(({ name }) => name === family)?.samples() ?? [])];
  return samples.find(({ labels }) => labels.job === job)?.value;
}

it('what succeeded before there were check results is known until a result says more', async () => {
  await test.deploy('old');
  const row = { team: 'default', pipeline: 'old', succeededAt: 1_000, endedAt: 2_000 };
  await kernel?.write((turn) => turn.put(JOB_OUTCOMES, row));
  await test.restart();
  expect(await told('job_last_success_unixtime', 'old')).toBe(1);
  expect(await told('job_last_end_unixtime', 'old')).toBe(2);
  await test.engine.executions.start(EVERYTHING, { pipeline: 'old' });
  await test.settled();
  const now = Date.parse('2026-11-20T00:00:00Z') / 1_000;
  expect(await told('job_last_success_unixtime', 'old')).toBe(now);
  await test.crash();
  expect(await told('job_last_end_unixtime', 'old')).toBe(now);
});

it('a job that fails has ended and not succeeded', async () => {
  const definition = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Broken' } } };
  await test.deploy('broken', {}, { definition });
  await test.engine.executions.start(EVERYTHING, { pipeline: 'broken' });
  await test.settled();
  expect(await told('job_last_success_unixtime', 'broken')).toBeUndefined();
  expect(await told('job_last_end_unixtime', 'broken')).toBeDefined();
});
