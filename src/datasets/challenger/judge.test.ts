/**
 * Rules of challengers: every kind, at its limit and beyond it, and where there is nothing to compare.
 */
import { describe, expect, test } from 'vitest';
import {
  type ComparedDataset,
  type ContractStatus,
  judgeChallenge,
  judgeComparison,
  type RunOutcome,
} from './judge.js';
import { type ChallengeRule, numberAt, readRule } from './rules.js';

const RUN: RunOutcome = { status: 'SUCCEEDED', durationMs: 1_000, numbers: {} };

function rule(text: string): ChallengeRule {
  const read = readRule(text);
  if ('problem' in read) throw new Error(read.problem);
  return read;
}

interface Rows {
  readonly from?: number;
  readonly to?: number;
  readonly added?: number;
  readonly removed?: number;
  readonly changed?: number;
}

function compared(
  { from = 1_000, to = from, added = 0, removed = 0, changed = 0 }: Rows,
  schema: Partial<NonNullable<ComparedDataset['diff']>['schema']> = {},
): ComparedDataset {
  const { added: more = [], removed: gone = [], retyped = [] } = schema;
  const counts = { added: more.length, removed: gone.length, retyped: retyped.length };
  return {
    ...{ team: 'own', dataset: 'parcels' },
    champion: { version: 'a', rows: from },
    challenger: { version: 'b', rows: to },
    diff: {
      schema: { added: more, removed: gone, retyped, counts, reordered: schema.reordered ?? false },
      rows: { from, to, added, removed, changed, same: from - removed - changed },
      ...{ changed: [], changedColumns: 0 },
    },
  };
}

function verdict(
  text: string,
  one: ComparedDataset | undefined,
  runs: { champion?: Partial<RunOutcome>; challenger?: Partial<RunOutcome> } = {},
): string {
  const champion = { ...RUN, ...runs.champion };
  const challenger = { ...RUN, ...runs.challenger };
  const datasets = one === undefined ? [] : [one];
  return judgeComparison([rule(text)], champion, challenger, datasets).verdict;
}

const column = (name: string, type = 'BIGINT') => ({ name, type });

describe('a rule about data', () => {
  test.each<[string, ComparedDataset, string]>([
    ['rows within 1 %', compared({ to: 1_010 }), 'won'],
    ['rows within 1 %', compared({ to: 1_011 }), 'lost'],
    ['rows within 1 %', compared({ to: 990 }), 'won'],
    ['rows within ±0.7%', compared({ to: 1_007 }), 'won'],
    ['rows within 1 %', compared({ from: 0, to: 0 }), 'won'],
    ['rows within 1 %', compared({ from: 0, to: 1 }), 'lost'],
    ['rows same', compared({ to: 1_001 }), 'lost'],
    ['values same', compared({}), 'won'],
    ['values same', compared({ changed: 1 }), 'lost'],
    ['values differ at most 0.7 %', compared({ changed: 7 }), 'won'],
    ['values differ at most 0.7 %', compared({ changed: 8 }), 'lost'],
    // Without a key a changed row is one that is gone and one that is new.
    ['values differ at most 0.7 %', compared({ added: 7, removed: 7 }), 'won'],
    ['values differ at most 0.7 %', compared({ added: 7, removed: 7, changed: 1 }), 'lost'],
    ['schema same', compared({}, { added: [column('b')] }), 'lost'],
    ['schema same', compared({}, { reordered: true }), 'lost'],
    ['schema compatible', compared({}, { added: [column('b')] }), 'won'],
    ['schema compatible', compared({}, { removed: [column('b')] }), 'lost'],
    [
      'schema compatible',
      compared({}, { retyped: [{ name: 'a', from: 'INTEGER', to: 'BIGINT' }] }),
      'won',
    ],
    [
      'schema compatible',
      compared({}, { retyped: [{ name: 'a', from: 'BIGINT', to: 'INTEGER' }] }),
      'lost',
    ],
    ['values same of parcels', compared({ changed: 1 }), 'lost'],
    ['values same of other', compared({ changed: 1 }), 'undecided'],
  ])('%s', (text, one, expected) => {
    expect(verdict(text, one)).toBe(expected);
  });

  test.each<[ContractStatus | undefined, ContractStatus | undefined, string]>([
    ['OK', 'OK', 'won'],
    ['OK', 'WARNING', 'lost'],
    ['WARNING', 'WARNING', 'won'],
    ['WARNING', 'CRITICAL', 'lost'],
    ['CRITICAL', 'OK', 'won'],
    [undefined, 'CRITICAL', 'lost'],
    ['OK', undefined, 'won'],
  ])('contract %s → %s is %s', (before, now, expected) => {
    const one: ComparedDataset = {
      ...{ team: 'own', dataset: 'parcels' },
      champion: { version: 'a', ...(before === undefined ? {} : { contract: before }) },
      challenger: { version: 'b', ...(now === undefined ? {} : { contract: now }) },
    };
    expect(verdict('contract not worse', one)).toBe(expected);
  });

  test('is lost where the challenger wrote nothing, and open where the champion did not, or nobody could compare', () => {
    const { champion, challenger, ...rest } = compared({});
    const { diff: _, ...without } = rest;
    expect(verdict('rows same', { ...rest, ...(champion && { champion }) })).toBe('lost');
    expect(verdict('rows same', { ...rest, ...(challenger && { challenger }) })).toBe('undecided');
    const both = { ...without, champion: { version: 'a' }, challenger: { version: 'b' } };
    expect(verdict('rows same', { ...both, problem: 'too large' })).toBe('undecided');
    expect(verdict('values same', { ...both, sameFiles: false })).toBe('lost');
    expect(verdict('rows same', { ...both, sameFiles: true })).toBe('undecided');
  });
});

describe('a rule about the execution', () => {
  test.each<[string, Partial<RunOutcome>, Partial<RunOutcome>, string]>([
    ['duration at most 1.5 x', {}, { durationMs: 1_500 }, 'won'],
    ['duration at most 1.5 x', {}, { durationMs: 1_501 }, 'lost'],
    ['cost at most 2 x', { cost: 10 }, { cost: 20 }, 'won'],
    ['cost at most 2 x', { cost: 10 }, { cost: 21 }, 'lost'],
    ['cost at most 2 x', {}, { cost: 21 }, 'undecided'],
    ['$.p at least champion', { numbers: { '$.p': 0.9 } }, { numbers: { '$.p': 0.9 } }, 'won'],
    ['$.p at least champion', { numbers: { '$.p': 0.9 } }, { numbers: { '$.p': 0.89 } }, 'lost'],
    ['$.p at least champion', {}, { numbers: { '$.p': 0.89 } }, 'undecided'],
    ['$.p at least champion', { numbers: { '$.p': 0.9 } }, {}, 'lost'],
    ['$.p at most -1.5', {}, { numbers: { '$.p': -1.5 } }, 'won'],
    ['$.p within 5 %', { numbers: { '$.p': -100 } }, { numbers: { '$.p': -105 } }, 'won'],
    ['$.p within 5 %', { numbers: { '$.p': -100 } }, { numbers: { '$.p': -105.1 } }, 'lost'],
  ])('%s of %o and %o is %s', (text, champion, challenger, expected) => {
    expect(verdict(text, undefined, { champion, challenger })).toBe(expected);
  });

  test('comes after success: what fails where the champion does not is lost, the other way round is nothing', () => {
    const failed = { status: 'FAILED', error: 'Boom' };
    expect(verdict('duration at most 9 x', undefined, { challenger: failed })).toBe('lost');
    expect(verdict('duration at most 9 x', undefined, { champion: failed })).toBe('undecided');
    const both = { champion: failed, challenger: failed };
    expect(verdict('duration at most 9 x', undefined, both)).toBe('undecided');
  });
});

test.each([
  '',
  'rows',
  'rows within 1',
  'rows within -1 %',
  'values differ at most 1e3 %',
  'duration at most x',
  'rows same of ../etc',
  '$.__proto__ at least NaN',
  `$${'.a'.repeat(21)} at least 1`,
  'x'.repeat(301),
])('%s is no rule', (text) => {
  expect(readRule(text)).toMatchObject({ problem: expect.any(String) });
});

test('a number is one that stands there, and nothing inherited', () => {
  const output = { a: [1, { b: 2 }], text: '3', none: null };
  expect(numberAt(output, '$.a[1].b')).toBe(2);
  for (const path of ['$.a', '$.text', '$.none.x', '$.a.length', '$.constructor.length', '$[0]'])
    expect(numberAt(output, path)).toBeUndefined();
});

test.each<[[number, number, number], string | undefined]>([
  [[4, 0, 0], undefined],
  [[5, 0, 5], 'won'],
  [[4, 1, 0], 'lost'],
  [[0, 1, 0], undefined],
  [[4, 0, 6], 'undecided'],
  [[0, 1, 9], 'lost'],
])('a challenge of 5, at most 10, that stands at %o is %s', ([won, lost, undecided], expected) => {
  expect(judgeChallenge({ won, lost, undecided }, 5, 10)).toBe(expected);
});
