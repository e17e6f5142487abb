/**
 * What a comparison of a challenger with the champion says, and what all of them together do.
 *
 *     rule        met │ broken │ undecided: there was nothing to compare
 *     comparison  won: all met │ lost: one broken │ undecided
 *     challenge   lost: one comparison lost │ won: as many won as were asked for │ undecided
 *
 * Where the champion failed nothing is decided: that is not the challenger's matter.
 * @module
 */
import { fits, foundType } from '../column-type.js';
import type { TableDiff } from '../diff/version-diff.js';
import type { ChallengeRule, DataRule, RunRule } from './rules.js';

/** How an execution ended. */
export interface RunOutcome {
  readonly status: string;
  readonly error?: string;
  readonly durationMs: number;
  /** Millionths of the currency; absent: nothing was priced. */
  readonly cost?: number;
  /** Numbers out of its output, by their paths. */
  readonly numbers: { readonly [path: string]: number };
}

export type ContractStatus = 'OK' | 'WARNING' | 'CRITICAL';

/** A version of one side. */
export interface WrittenVersion {
  readonly version: string;
  readonly rows?: number;
  /** What came of its contract; absent: there is none. */
  readonly contract?: ContractStatus;
}

/** A dataset that either has written. */
export interface ComparedDataset {
  readonly team: string;
  readonly dataset: string;
  readonly champion?: WrittenVersion;
  readonly challenger?: WrittenVersion;
  /** From the champion's to the challenger's. */
  readonly diff?: Pick<TableDiff, 'schema' | 'rows'> & {
    readonly changed: readonly { readonly name: string; readonly changed: number }[];
    readonly changedColumns: number;
  };
  /** Raw files: whether they are the same. */
  readonly sameFiles?: boolean;
  /** Why they were not compared. */
  readonly problem?: string;
}

export interface RuleOutcome {
  readonly rule: string;
  readonly dataset?: string;
  readonly outcome: 'met' | 'broken' | 'undecided';
  readonly words: string;
}

export type Verdict = 'won' | 'lost' | 'undecided';

/** Rules that are told of one comparison. */
const MOST_TOLD = 200;

/**
 * Judges one comparison.
 * @example judgeComparison(rules, champion, challenger, datasets).verdict
 */
export function judgeComparison(
  rules: readonly ChallengeRule[],
  champion: RunOutcome,
  challenger: RunOutcome,
  datasets: readonly ComparedDataset[],
): { readonly verdict: Verdict; readonly rules: readonly RuleOutcome[] } {
  const success = judgeSuccess(champion, challenger);
  if (success.outcome !== 'met') {
    return { verdict: success.outcome === 'broken' ? 'lost' : 'undecided', rules: [success] };
  }
  const outcomes = rules.flatMap((rule): RuleOutcome[] => {
    if (rule.kind === 'duration' || rule.kind === 'cost' || rule.kind === 'output') {
      return [{ rule: rule.text, ...judgeRun(rule, champion, challenger) }];
    }
    const { dataset } = rule;
    const meant = datasets.filter((one) => dataset === undefined || one.dataset === dataset);
    if (meant.length === 0 && dataset !== undefined) {
      return [{ rule: rule.text, dataset, outcome: 'undecided', words: 'neither wrote it' }];
    }
    return meant.map((one) => ({ rule: rule.text, dataset: one.dataset, ...judgeData(rule, one) }));
  });
  const all = [success, ...outcomes];
  const broken = all.some(({ outcome }) => outcome === 'broken');
  const open = all.some(({ outcome }) => outcome === 'undecided');
  const order = { broken: 0, undecided: 1, met: 2 };
  const told = all.toSorted((a, b) => order[a.outcome] - order[b.outcome]).slice(0, MOST_TOLD);
  return { verdict: broken ? 'lost' : open ? 'undecided' : 'won', rules: told };
}

type Judged = Pick<RuleOutcome, 'outcome' | 'words'>;

function judgeSuccess(champion: RunOutcome, challenger: RunOutcome): RuleOutcome {
  const rule = 'succeeds';
  const said = ({ status, error }: RunOutcome): string =>
    error === undefined ? status : `${status} (${error})`;
  if (champion.status !== 'SUCCEEDED') {
    const words = `the champion ended ${said(champion)}, the challenger ${said(challenger)}`;
    return { rule, outcome: 'undecided', words };
  }
  const isMet = challenger.status === 'SUCCEEDED';
  const words = isMet ? 'both succeeded' : `the challenger ended ${said(challenger)}`;
  return { rule, outcome: isMet ? 'met' : 'broken', words };
}

function judgeRun(rule: RunRule, champion: RunOutcome, challenger: RunOutcome): Judged {
  switch (rule.kind) {
    case 'duration':
      return judgeTimes(champion.durationMs, challenger.durationMs, rule.most, 'ms');
    case 'cost': {
      const { cost: before } = champion;
      const { cost: now } = challenger;
      if (before === undefined || now === undefined) return undecided('nothing was priced');
      return judgeTimes(before, now, rule.most, 'millionths');
    }
    case 'output':
      return judgeNumber(rule, champion.numbers[rule.path], challenger.numbers[rule.path]);
  }
}

function judgeTimes(before: number, now: number, most: number, unit: string): Judged {
  const words = `${before} ${unit} → ${now} ${unit}`;
  return { outcome: isAtMost(now, before * most) ? 'met' : 'broken', words };
}

function judgeNumber(
  { compare, than, path }: Extract<RunRule, { kind: 'output' }>,
  before: number | undefined,
  now: number | undefined,
): Judged {
  if (now === undefined)
    return { outcome: 'broken', words: `the challenger says no number at ${path}` };
  const words = before === undefined ? `${now}` : `${before} → ${now}`;
  if (compare === 'within') {
    if (before === undefined) return undecided(`the champion says no number at ${path}`);
    return { outcome: isWithin(before, now, Number(than)) ? 'met' : 'broken', words };
  }
  const limit = than === 'champion' ? before : than;
  if (limit === undefined) return undecided(`the champion says no number at ${path}`);
  const isMet = compare === 'at least' ? now >= limit : now <= limit;
  return { outcome: isMet ? 'met' : 'broken', words };
}

const RANK: { readonly [status in ContractStatus]: number } = { OK: 0, WARNING: 1, CRITICAL: 2 };

function judgeData(rule: DataRule, one: ComparedDataset): Judged {
  const { champion, challenger, diff, problem, sameFiles } = one;
  if (challenger === undefined)
    return { outcome: 'broken', words: 'the challenger did not write it' };
  if (champion === undefined) return undecided('the champion did not write it');
  if (rule.kind === 'contract') {
    const before = champion.contract ?? 'OK';
    const now = challenger.contract ?? 'OK';
    const isMet = RANK[now] <= RANK[before];
    return { outcome: isMet ? 'met' : 'broken', words: `${before} → ${now}` };
  }
  if (sameFiles !== undefined) {
    if (rule.kind !== 'values') return undecided('files have neither rows nor columns');
    return sameFiles
      ? { outcome: 'met', words: 'the same files' }
      : { outcome: 'broken', words: 'other files' };
  }
  if (diff === undefined) return undecided(problem ?? 'they were not compared');
  switch (rule.kind) {
    case 'rows': {
      const { from, to } = diff.rows;
      const isMet = isWithin(from, to, rule.within);
      return { outcome: isMet ? 'met' : 'broken', words: `${from} → ${to}` };
    }
    case 'schema':
      return judgeSchema(rule.as, diff.schema);
    case 'values': {
      const { added, removed, changed, from } = diff.rows;
      // Without a key a changed row is one removed and one added.
      const differing = changed + Math.max(added, removed);
      const words = `${changed} changed, ${added} added, ${removed} removed of ${from} rows`;
      return { outcome: isAtMost(differing, from * rule.most) ? 'met' : 'broken', words };
    }
  }
}

function judgeSchema(as: 'same' | 'compatible', schema: TableDiff['schema']): Judged {
  const { added, removed, retyped } = schema.counts;
  const words = `${added} new, ${removed} gone, ${retyped} of another type`;
  if (as === 'same') {
    const isMet = added + removed + retyped === 0 && !schema.reordered;
    return { outcome: isMet ? 'met' : 'broken', words };
  }
  const isLossless = schema.retyped.every(({ from, to }) => fits(foundType(from), foundType(to)));
  // Of a hundred types that changed the others are not told: who cannot see does not say that all is well.
  const isKnown = schema.retyped.length === retyped;
  const isMet = removed === 0 && isLossless && isKnown;
  return { outcome: isMet ? 'met' : 'broken', words };
}

function isWithin(before: number, now: number, share: number): boolean {
  return isAtMost(Math.abs(now - before), Math.abs(before) * share);
}

/** Shares are written in decimals and computed in binary: 7 rows of 1,000 are 0.7 %, though 1,000 × 0.007 is a little less than 7. */
function isAtMost(value: number, limit: number): boolean {
  return value <= limit * (1 + 1e-12);
}

function undecided(words: string): Judged {
  return { outcome: 'undecided', words };
}

/** How comparisons came out. */
export interface Tally {
  readonly won: number;
  readonly lost: number;
  readonly undecided: number;
}

/**
 * What all comparisons of a challenge say; undefined: more are to come.
 * @param target how many must be decided
 * @param most how many may begin
 * @example judgeChallenge({ won: 5, lost: 0, undecided: 1 }, 5, 10) // 'won'
 */
export function judgeChallenge(tally: Tally, target: number, most: number): Verdict | undefined {
  const { won, lost, undecided: open } = tally;
  if (won + lost >= target) return lost > 0 ? 'lost' : 'won';
  if (won + lost + open < most) return undefined;
  return lost > 0 ? 'lost' : 'undecided';
}
