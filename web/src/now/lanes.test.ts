import { expect, test } from 'vitest';
import type { CheckResult, Overview, StandingExpectation } from '../api/types.js';
import { AFTER_MS, BEFORE_MS, lanesOf } from './lanes.js';

const HOUR = 3_600_000;
const NOW = 1_800_000_000_000;

function subject(name: string): CheckResult['subject'] {
  return { provider: 'millrace', account: '0', region: 'local', kind: 'pipeline', name };
}

function result(name: string, hoursAgo: number, rest: Partial<CheckResult> = {}): CheckResult {
  const at = NOW - hoursAgo * HOUR;
  return {
    number: at,
    team: 'parcels',
    subject: subject(`parcels/${name}`),
    tags: { County: name },
    status: 'OK',
    at,
    startedAt: at - HOUR,
    cause: '',
    pipeline: name,
    execution: `e-${name}`,
    ...rest,
  };
}

const nothing: Pick<Overview, 'now' | 'running' | 'late' | 'next'> = {
  now: NOW,
  running: [],
  late: [],
  next: [],
};

test('draws each thing as a lane, in groups by the value of a tag whatever its case, the others last', () => {
  const groups = lanesOf({
    results: [result('inyo', 2), result('alpine', 3), result('none', 1, { tags: {} })],
    overview: nothing,
    by: 'county',
  });
  expect(groups.map(({ value, lanes }) => [value, lanes.map(({ name }) => name)])).toEqual([
    ['alpine', ['alpine']],
    ['inyo', ['inyo']],
    ['', ['none']],
  ]);
});

test('puts a bar where it began and as long as it took, and cuts what began before', () => {
  const [group] = lanesOf({
    results: [result('a', 0), result('a', 23.5), result('a', 25)],
    overview: nothing,
    by: 'team',
  });
  const bars = group?.lanes[0]?.bars.map(({ left, width }) => [left, width]);
  const hour = 100 / 25;
  expect(bars).toEqual([
    [23 * hour, hour],
    [0, expect.closeTo(hour / 2, 6)],
  ]);
});

test('puts what runs, what was missed and what is due into the lane of its pipeline', () => {
  const late: StandingExpectation = {
    team: 'parcels',
    subject: subject('parcels/a'),
    sentence: 'runs within 1 day',
    state: 'MISSING',
    since: NOW - HOUR,
    due: NOW - HOUR,
    zone: 'UTC',
    tags: {},
    pipeline: 'a',
  };
  const [group, ...others] = lanesOf({
    results: [result('a', 5)],
    overview: {
      now: NOW,
      running: [{ id: 'r', name: 'r', pipeline: 'a', team: 'parcels', startedAt: NOW - HOUR / 2 }],
      late: [late, { ...late, due: NOW - BEFORE_MS - 1 }],
      next: [
        { at: NOW + AFTER_MS, pipeline: 'a', team: 'parcels', what: 'start', words: '0 3 * * ? *' },
      ],
    },
    by: 'team',
  });
  expect(others).toEqual([]);
  expect(group?.lanes).toHaveLength(1);
  expect(group?.lanes[0]?.bars.map(({ status }) => status)).toEqual(['OK', 'RUNNING']);
  expect(group?.lanes[0]?.marks.map(({ kind, left }) => [kind, left])).toEqual([
    ['missed', expect.closeTo((23 / 25) * 100, 6)],
    ['start', 100],
  ]);
});
