/**
 * Test runs: executions that read what is real, write what nobody else reads, and of which nobody else hears.
 *
 *     start with testRun ──▶ creation.testRun: { root } ──inherited──▶ children of its map runs, executions that it starts
 *
 * That an execution is a test run is a column of its row, written when it is created and never changed: whatever goes on with
 * it later (a restart, a redrive, with whichever definition) goes on with a test run. Everybody who must know asks
 * `isTestRun`. Facts of test runs reach only the features that ask for them (`Feature.hearsOfTestRuns`), so one that does not
 * know of test runs does nothing because of them.
 * @module
 */
import { createHash } from 'node:crypto';
import type { ExecutionCreation } from '../../store/store.js';
import type { Fact } from './facts.js';
import type { Feature } from './feature.js';
import type { Turn } from './turn.js';

/** What names that people give to test runs begin with: so they take no name that a trigger will give. */
export const TEST_RUN_PREFIX = 'test-';

/** Characters of a name, and of those that are kept of one that is too long. */
const LONGEST = 80;
const KEPT = 30;

/** Whether the execution is a test run, or belongs to one. */
export function isTestRun({ testRun }: Pick<ExecutionCreation, 'testRun'>): boolean {
  return testRun !== undefined;
}

/** Whether what the fact tells is of a test run. */
export function isOfTestRun(fact: Fact): boolean {
  return 'execution' in fact && fact.execution !== undefined && isTestRun(fact.execution.creation);
}

/** Has a feature hear of facts: of those of test runs only when it asks for them. */
export function listenerOf(
  feature: Pick<Feature, 'hearsOfTestRuns'> & { heard(turn: Turn, fact: Fact): void },
): (turn: Turn, fact: Fact) => void {
  if (feature.hearsOfTestRuns === true) return (turn, fact) => feature.heard(turn, fact);
  return (turn, fact) => {
    if (!isOfTestRun(fact)) feature.heard(turn, fact);
  };
}

/**
 * The name of an execution that a test run starts by a name: the same in this test run whenever it is asked for.
 * @example testRunName(42, 'orders-2026-11-20') // 'test-42-orders-2026-11-20'
 */
export function testRunName(root: number, name: string): string {
  const whole = `${TEST_RUN_PREFIX}${root}-${name}`;
  if (whole.length <= LONGEST) return whole;
  const digest = createHash('sha256').update(name).digest('hex').slice(0, 24);
  // By letters: half of one is no name.
  const beginning = [...name].slice(0, KEPT / 2).join('');
  return `${TEST_RUN_PREFIX}${root}-${beginning}-${digest}`;
}
