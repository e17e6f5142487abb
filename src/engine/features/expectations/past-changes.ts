/**
 * What was late or missing in a window, from the newest to the oldest, read beside the main loop: what a digest tells.
 * @module
 */
import type { Kernel } from '../../kernel/kernel.js';
import { type Scope, teamsIn } from '../../kernel/scope.js';
import { type ChangeRow, EXPECTATION_CHANGES } from './expectation-tables.js';

const AT_A_TIME = 1_000;
const STATES = ['LATE', 'MISSING'] as const;

/**
 * Costs what was judged since `from`, and at most `most` rows.
 * @example const late = await changesBetween(kernel, ofTeam('parcels'), { from, to }, 10_000);
 */
export async function changesBetween(
  { reads }: Pick<Kernel, 'reads'>,
  scope: Scope,
  { from, to }: { from: number; to: number },
  most: number,
): Promise<ChangeRow[]> {
  const teams = teamsIn(scope);
  if (teams?.length === 0) return [];
  const found: ChangeRow[] = [];
  let below: number | undefined;
  for (let looked = 0; looked < most; ) {
    const limit = Math.min(AT_A_TIME, most - looked);
    const rows = await reads.listRows(EXPECTATION_CHANGES, {
      ...(teams === undefined ? {} : { where: { team: teams, state: STATES } }),
      ...(below === undefined ? {} : { below: { number: below } }),
      order: { by: ['number'], down: true },
      limit,
    });
    looked += rows.length;
    // When it was judged counts: what was missed while the server was down is news of the day on which it is told.
    for (const row of rows) if (row.judgedAt >= from && row.judgedAt < to) found.push(row);
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit || last.judgedAt < from) break;
    below = last.number;
  }
  return found;
}
