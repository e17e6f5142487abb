/**
 * Workers on loopback: how long an idle one takes to its claim, and attempts a second of several.
 * @module
 */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { report } from './load.js';

interface Figures {
  workers: number;
  attempts: number;
  seconds: number;
  attemptsASecond: number;
  claimMs: { p50: number; p99: number };
}

/** @param count worker processes @param attempts of a trivial kind, over all of them */
export async function workers(count: number, attempts: number): Promise<void> {
  const script = join(import.meta.dirname, 'workers.mjs');
  const args = [script, String(count), String(attempts)];
  const { stdout } = await promisify(execFile)(process.execPath, args, { timeout: 600_000 });
  const figures = JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Figures;
  report({
    bench: 'workers on loopback',
    workers: figures.workers,
    attempts: figures.attempts,
    attempts_per_s: figures.attemptsASecond,
    goal_per_s: '>= 1000',
    claim_idle_p50_ms: figures.claimMs.p50,
    claim_idle_p99_ms: figures.claimMs.p99,
    goal_claim_p50_ms: '< 15',
  });
}
