/**
 * Challengers in words: how a challenge stands, what a comparison says.
 * @module
 */
import type { Challenge, Comparison } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import type { Status } from '../parts/status.js';

type Side = { readonly version: string; readonly rows?: number };

/** What differs of a dataset that either has written: `result.datasets` of a comparison. */
export interface ComparedDataset {
  readonly team: string;
  readonly dataset: string;
  readonly champion?: Side;
  readonly challenger?: Side;
  readonly diff?: {
    readonly rows: {
      readonly from: number;
      readonly to: number;
      readonly added: number;
      readonly removed: number;
      readonly changed: number;
      readonly same: number;
    };
    readonly changed: readonly { readonly name: string; readonly changed: number }[];
    readonly changedColumns: number;
  };
  readonly sameFiles?: boolean;
  readonly problem?: string;
}

/** What came of a rule: `result.rules` of a comparison. */
export interface RuleOutcome {
  readonly rule: string;
  readonly dataset?: string;
  readonly outcome: 'met' | 'broken' | 'undecided';
  readonly words: string;
}

/** What came of a comparison; empty until it is made. */
export function resultOf({ result }: Pick<Comparison, 'result'>): {
  readonly rules: readonly RuleOutcome[];
  readonly datasets: readonly ComparedDataset[];
} {
  const { rules = [], datasets = [] } = (result ?? {}) as {
    rules?: readonly RuleOutcome[];
    datasets?: readonly ComparedDataset[];
  };
  return { rules, datasets };
}

/** How a challenge stands, as a status with its sign. */
export function challengeStatus({ state, verdict }: Challenge): Status {
  if (state === 'running') return 'running';
  if (state === 'promoting') return 'promoting';
  return verdict ?? 'dropped';
}

/** How a comparison stands. */
export function comparisonStatus({ state, verdict }: Comparison): Status {
  return verdict ?? (state === 'made' ? 'undecided' : state);
}

/**
 * What has been decided so far of what must be.
 * @example decidedWords({ won: 2, lost: 0, target: 5 }) // '2 of 5 decided'
 */
export function decidedWords({
  won,
  lost,
  target,
}: Pick<Challenge, 'won' | 'lost' | 'target'>): string {
  return `${formatAmount(won + lost)} of ${formatAmount(target)} decided`;
}

/**
 * How the comparisons came out; empty before the first.
 * @example countWords({ won: 2, lost: 0, undecided: 1 }) // '2 won, 1 undecided'
 */
export function countWords(of: Pick<Challenge, 'won' | 'lost' | 'undecided'>): string {
  return (['won', 'lost', 'undecided'] as const)
    .filter((outcome) => of[outcome] > 0)
    .map((outcome) => `${formatAmount(of[outcome])} ${outcome}`)
    .join(', ');
}

/** Columns that are named of those in which values changed. */
const NAMED = 5;

/**
 * What differs of one dataset.
 * @example datasetWords(one) // '4 → 3 rows: 0 added, 1 removed, 2 changed (area 2), 1 the same'
 */
export function datasetWords({
  champion,
  challenger,
  diff,
  sameFiles,
  problem,
}: ComparedDataset): string {
  if (diff === undefined) {
    if (sameFiles === true) return 'the same files';
    if (sameFiles === false) return 'other files';
    const wrote = (side: Side | undefined): string => side?.version ?? 'not written';
    return `${wrote(champion)} → ${wrote(challenger)}${problem === undefined ? '' : `: ${problem}`}`;
  }
  const { from, to, added, removed, changed, same } = diff.rows;
  const named = diff.changed
    .slice(0, NAMED)
    .map((one) => `${one.name} ${formatAmount(one.changed)}`);
  const left = diff.changedColumns - named.length;
  if (left > 0) named.push(`and ${left} more columns`);
  const columns = named.length === 0 ? '' : ` (${named.join(', ')})`;
  const counts = [
    `${formatAmount(added)} added`,
    `${formatAmount(removed)} removed`,
    `${formatAmount(changed)} changed${columns}`,
    `${formatAmount(same)} the same`,
  ];
  return `${formatAmount(from)} → ${formatAmount(to)} rows: ${counts.join(', ')}`;
}
