/**
 * Reads events by OpenLineage's own classes.
 * @module
 */
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const SCRIPT = fileURLToPath(new URL('./read-events.py', import.meta.url));

/** How many there were. Throws with what is wrong with one. */
export function readByDefinition(events: readonly unknown[]): number {
  const { status, stdout, stderr } = spawnSync('python3', [SCRIPT], {
    input: events.map((event) => JSON.stringify(event)).join('\n'),
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr.trim().split('\n').at(-1) ?? 'python3 failed');
  return Number(stdout);
}
