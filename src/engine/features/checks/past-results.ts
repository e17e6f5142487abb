/**
 * Results of a window, from the newest to the oldest, read beside the main loop: what a digest counts.
 * @module
 */
import type { CheckResult } from '../../../monitoring/check-result.js';
import type { Kernel } from '../../kernel/kernel.js';
import { type Scope, teamsIn } from '../../kernel/scope.js';
import { CHECK_RESULTS } from './check-tables.js';
import type { Checks } from './checks.js';

const AT_A_TIME = 2_000;
const STATUSES = ['OK', 'WARNING', 'CRITICAL', 'UNKNOWN'] as const;
/** Milliseconds by which a result may be older than one that was written before it. */
const DISORDER = 60_000;

/**
 * Costs what happened since `from`, and at most `most` rows.
 * @param most results that are read
 * @example for await (const result of resultsBetween(kernel, checks, EVERYTHING, window, 1_000)) tally.result(result);
 */
export async function* resultsBetween(
  { reads }: Pick<Kernel, 'reads'>,
  checks: Checks,
  scope: Scope,
  { from, to }: { from: number; to: number },
  most: number,
): AsyncGenerator<CheckResult> {
  const teams = teamsIn(scope);
  if (teams?.length === 0) return;
  let below: number | undefined;
  for (let looked = 0; looked < most; ) {
    const limit = Math.min(AT_A_TIME, most - looked);
    const rows = await reads.listRows(CHECK_RESULTS, {
      ...(teams === undefined ? {} : { where: { team: teams, status: STATUSES } }),
      ...(below === undefined ? {} : { below: { number: below } }),
      order: { by: ['number'], down: true },
      limit,
    });
    looked += rows.length;
    for (const row of rows) {
      if (row.at >= from && row.at < to) yield checks.resultOf(row);
    }
    const last = rows.at(-1);
    // One that was heard of late says nothing about those around it.
    const isBefore = rows.every(({ at }) => at < from - DISORDER);
    if (last === undefined || rows.length < limit || isBefore) return;
    below = last.number;
  }
}
