import { expect, test } from 'vitest';
import type { Overview, StandingExpectation } from '../api/types.js';
import { headline, lateBesidesFailing } from './headline.js';

const subject = { provider: 'millrace', account: '0', region: 'r', kind: 'pipeline', name: 'p/a' };
const none = { ok: 0, warning: 0, critical: 0, late: 0, missing: 0, running: 0, due: 0 };

function overview(rest: Partial<Overview>, counts: Partial<Overview['counts']> = {}): Overview {
  return {
    now: 0,
    counts: { watched: 20, ...none, ...counts },
    late: [],
    failing: [],
    warning: [],
    running: [],
    foreseen: [],
    next: [],
    ...rest,
  };
}

function expectation(sentence: string, reason: string): StandingExpectation {
  return {
    ...{ team: 'p', subject, sentence, state: 'MISSING', since: 0, reason, zone: 'UTC', tags: {} },
  };
}

test('says a green day in one sentence', () => {
  expect(headline(overview({}, { ok: 20, running: 3, due: 4 }))).toEqual({
    green: true,
    words: 'All is well: 20 watched, nothing late, failing or without new data.',
  });
});

test('says what is wrong by kind, and nothing of what is not', () => {
  expect(headline(overview({}, { critical: 1, late: 2, warning: 3 }))).toEqual({
    green: false,
    words: 'Of 20 watched: 1 failing, 2 late, 3 with a warning.',
  });
});

test('says a failure once: not as missing too because it was expected to succeed', () => {
  const last = {
    ...{ number: 1, team: 'p', subject, tags: {}, status: 'CRITICAL' as const, at: 0, cause: 'x' },
  };
  const late = [
    expectation('succeeded', 'failed'),
    expectation('runs within 1 day', 'never started'),
  ];
  const both = overview(
    { late, failing: [{ team: 'p', subject, tags: {}, last }] },
    { critical: 1, missing: 2 },
  );
  expect(lateBesidesFailing(both).map(({ sentence }) => sentence)).toEqual(['runs within 1 day']);
  expect(headline(both).words).toBe('Of 20 watched: 1 failing, 1 missing.');
  expect(lateBesidesFailing({ ...both, failing: [] })).toEqual(late);
});
