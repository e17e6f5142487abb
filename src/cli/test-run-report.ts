/**
 * Reading the report of a test run, and what of it makes a command fail.
 * @module
 */
import { Flags } from '@oclif/core';
import { PATHS, pathTo } from '../api/paths.js';
import type { TestReport } from '../api/test-runs.js';
import type { Client } from './client.js';
import { EXIT } from './exit-codes.js';

export type FailOn = 'diff' | 'contract';

/** `--fail-on diff --fail-on contract`. */
export const FAIL_ON = Flags.custom<FailOn[]>({
  description:
    'end with 10 when anything differs from what is published, or could not be compared (diff); when a contract is broken (contract)',
  options: ['diff', 'contract'],
  multiple: true,
});

/** @param limit examples of each kind */
export async function readReport(client: Client, id: string, limit = 10): Promise<TestReport> {
  return await client.get<TestReport>(`${pathTo(PATHS.testReport, { id })}?limit=${limit}`);
}

/**
 * The exit code of a report; undefined: nothing that was asked for is wrong.
 * @example failedOn(report, ['diff']) // 10
 */
export function failedOn(
  { differs, contracts }: Pick<TestReport, 'differs' | 'contracts'>,
  asked: readonly FailOn[],
): number | undefined {
  const isDifferent = asked.includes('diff') && differs !== 'no';
  const isBroken = asked.includes('contract') && contracts === 'broken';
  return isDifferent || isBroken ? EXIT.checkFailed : undefined;
}
