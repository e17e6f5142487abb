import { describe, expect, it } from 'vitest';
import { arrivalBoard } from './arrival-board.js';
import { type ArrivalPattern, matchArrival, parseArrivalPattern } from './arrival-pattern.js';
import { checkPartners, parsePartners } from './partner-list.js';

function patternOf(written: string): ArrivalPattern {
  const parsed = parseArrivalPattern(written);
  if ('reason' in parsed) throw new Error(parsed.reason);
  return parsed.pattern;
}

describe('a path of arrivals', () => {
  it.each([
    ['{interval}/{partner}.csv', '2026-11-20/a.csv', '2026-11-20', 'a'],
    ['{interval}/{partner}.csv', '2026-11-20T05/a.b.csv', '2026-11-20T05', 'a.b'],
    ['in/{partner}-{interval}.csv', 'in/partner-1-2026-11-20.csv', '2026-11-20', 'partner-1'],
    ['{partner}/{interval}', 'a/2026-11-20', '2026-11-20', 'a'],
    ['{interval}T{partner}', '2026-11-20T05T7', '2026-11-20T05', '7'],
  ])('%s finds in %s the interval %s and the partner %s', (written, path, interval, partner) => {
    expect(matchArrival(patternOf(written), path, 'UTC')).toEqual({ interval, partner });
  });

  it.each([
    '2026-11-20/a.txt',
    '2026-11-20/deep/a.csv',
    '2026-13-20/a.csv',
    '2026-11-20/.csv',
    'x/2026-11-20/a.csv',
    '/a.csv',
    '.csv',
  ])('finds nothing in %s', (path) => {
    expect(matchArrival(patternOf('{interval}/{partner}.csv'), path, 'UTC')).toBe(undefined);
  });

  it.each([
    ['{partner}.csv', 'name {interval} and {partner}'],
    ['{interval}.csv', 'name {interval} and {partner}'],
    ['{interval}/{partner}/{partner}', 'name {interval} and {partner}'],
    ['{interval}/{partner}/{day}', 'name {interval} and {partner}'],
    ['{interval}{partner}', 'put something between'],
    ['{interval}/{{partner}}', 'a brace is left over'],
    ['../{interval}/{partner}', 'under the folder'],
    ['/{interval}/{partner}', 'under the folder'],
  ])('%s is refused', (written, reason) => {
    expect(parseArrivalPattern(written)).toMatchObject({ reason: expect.stringContaining(reason) });
  });
});

describe('a list of partners', () => {
  it('has one name a line, comments and empty lines', () => {
    const text = '\uFEFF# ours\r\npartner-001\r\n\r\n  partner 002  \n';
    expect(parsePartners(text)).toEqual({ partners: ['partner-001', 'partner 002'] });
  });

  it.each([
    ['', 'it names no partner'],
    ['# none\n', 'it names no partner'],
    ['a\nb\na\n', 'line 3 names a again'],
    ['a/b', 'line 1 is no name'],
    ['a\0b', 'line 1 is no name'],
    ['x'.repeat(101), 'line 1 is longer'],
    [Array.from({ length: 1_001 }, (_, i) => `p${i}`).join('\n'), 'more than 1000'],
  ])('%j is refused', (text, reason) => {
    expect(parsePartners(text)).toMatchObject({ reason: expect.stringContaining(reason) });
  });

  it('may be written inline', () => {
    expect(checkPartners(['a', 'b'])).toEqual({ partners: ['a', 'b'] });
    expect(checkPartners(['a', ' '])).toEqual({ reason: 'entry 2 is no name of a partner: " "' });
  });
});

describe('the board', () => {
  const at = (text: string): number => Date.parse(text);
  const rules = {
    pattern: patternOf('{interval}/{partner}'),
    timezone: 'Europe/Berlin',
    by: '09:00',
    whenMissing: 'start',
  } as const;
  const files = (...paths: string[]): [string, number][] => paths.map((path, i) => [path, i]);
  const dues = (given: Partial<typeof rules>, paths: string[], served: string, now: string) =>
    arrivalBoard({ ...rules, ...given }, ['a', 'b'], files(...paths), at(served), at(now))
      .filter(({ due }) => due !== undefined)
      .map(({ interval, due, missing }) => [interval.id, due, missing.join()]);

  it('is due when everybody has delivered, whenever that is', () => {
    const paths = ['2026-11-19/a', '2026-11-19/b', '2026-11-20/a', '2026-11-20/x'];
    expect(dues({}, paths, '2026-11-20T00:00Z', '2026-11-20T07:00Z')).toEqual([
      ['2026-11-19', 'complete', ''],
    ]);
  });

  it('is due at the deadline of its zone without those who are missing, also without anybody', () => {
    const before = ['2026-11-20T00:00Z', '2026-11-20T07:59Z'] as const;
    expect(dues({}, ['2026-11-20/a'], ...before)).toEqual([]);
    const after = ['2026-11-20T00:00Z', '2026-11-20T08:00Z'] as const;
    expect(dues({}, ['2026-11-20/a'], ...after)).toEqual([['2026-11-20', 'deadline', 'b']]);
    expect(dues({}, [], ...after)).toEqual([['2026-11-20', 'deadline', 'a,b']]);
    expect(dues({ whenMissing: 'wait' as never }, ['2026-11-20/a'], ...after)).toEqual([]);
  });

  it('makes up for days while nobody looked, and not for those that were served', () => {
    expect(dues({}, [], '2026-11-18T12:00Z', '2026-11-20T12:00Z')).toEqual([
      ['2026-11-20', 'deadline', 'a,b'],
      ['2026-11-19', 'deadline', 'a,b'],
    ]);
    expect(dues({}, ['2026-10-01/a'], '2026-11-20T09:00Z', '2026-11-20T12:00Z')).toEqual([]);
  });
});
