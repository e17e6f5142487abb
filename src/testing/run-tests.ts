/**
 * Runs tests one after another and tells each result as it comes. They share the processes that evaluate expressions and
 * whatever performs tasks that really run; everything else is new for each test.
 * @module
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createConnectors } from '../connectors/registry.js';
import { createConnectorRunner } from '../engine/adapters/connector-runner.js';
import { createEvaluationPool } from '../engine/adapters/evaluation/pool.js';
import { runTest, type TestMeans, type TestResult } from './run-test.js';
import { type PlannedSimulation, runSimulation } from './simulation/run-simulation.js';
import type { PlannedTest } from './test-plan.js';

export interface RunOptions {
  /** Real milliseconds that one test may take. Default: 60,000. */
  timeoutMs?: number;
  /** Run no more tests after one that failed. Default: false. */
  bail?: boolean;
  /** Write golden outputs anew where they differ. Default: false. */
  update?: boolean;
  /** Hears each result. */
  onResult?: (result: TestResult) => void;
}

export interface Summary {
  results: TestResult[];
  passed: number;
  failed: number;
  /** Not run because an earlier one failed. */
  skipped: number;
  /** Milliseconds that it all really took. */
  realMs: number;
  /** Virtual milliseconds of all executions together. */
  virtualMs: number;
  /** Golden outputs that were written, in words. */
  updated: string[];
}

/**
 * Runs tests in their order.
 * @example const { failed } = await runTests(tests, { onResult: ({ name, status }) => console.log(status, name) });
 */
export async function runTests(
  tests: readonly (PlannedTest | PlannedSimulation)[],
  options: RunOptions = {},
): Promise<Summary> {
  const began = performance.now();
  const folder = mkdtempSync(join(tmpdir(), 'millrace-test-'));
  const evaluator = createEvaluationPool();
  const runner = createConnectorRunner(createConnectors());
  const means: TestMeans = {
    evaluator,
    runner,
    workFolder: folder,
    timeoutMs: options.timeoutMs ?? 60_000,
    monotonic: () => performance.now(),
    deadline: (ms) => AbortSignal.timeout(ms),
    ...(options.update ? { updates: { written: new Set<string>() } } : {}),
  };
  const results: TestResult[] = [];
  try {
    for (const test of tests) {
      const result = await ('pipelines' in test
        ? runSimulation(test, means)
        : runTest(test, means));
      results.push(result);
      options.onResult?.(result);
      if (result.status === 'failed' && options.bail) break;
    }
  } finally {
    await runner.close();
    await evaluator.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const passed = results.filter(({ status }) => status === 'passed').length;
  return {
    results,
    passed,
    failed: results.length - passed,
    skipped: tests.length - results.length,
    realMs: performance.now() - began,
    virtualMs: results.reduce((sum, { virtualMs }) => sum + virtualMs, 0),
    updated: results.flatMap(({ updated }) => updated),
  };
}
