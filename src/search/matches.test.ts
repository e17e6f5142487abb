/**
 * What matches a search, and what a store can narrow by it.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matches } from './matches.js';
import { narrowing, splitTerms } from './narrowing.js';
import { parseQuery } from './parse-query.js';
import type { SearchKind, SearchQuery, SearchRecord } from './query.js';

const NOW = 1_795_176_000_000;

function query(text: string, kind: SearchKind = 'logs'): SearchQuery {
  const parsed = parseQuery(text, kind, NOW);
  if (parsed.problems) throw new Error(JSON.stringify(parsed.problems));
  return parsed.query;
}

const line: SearchRecord = {
  tags: { County: 'Monroe', state: 'fl', env: 'prod' },
  values: { level: 'error', pipeline: 'parcels', team: 'land', time: NOW - 1_000, attempt: 2 },
  text: ['Access Denied: s3://bucket/Ключ', undefined],
  members: {
    rows: 12,
    size: '40',
    file: { name: 'A.csv', parts: [{ n: 1 }, { n: 7 }] },
    'a.b': true,
  },
};

describe('a line', () => {
  it.each([
    'tag.county:monroe',
    'COUNTY:MONROE',
    'tag.county:mon*',
    'tag.county:*on*e',
    'tag.county:gulf,monroe',
    '-env:dev',
    '-tag.city:*',
    'level:error',
    'level:>=warn',
    'access',
    '"access denied"',
    'acc*bucket',
    'ключ',
    'since:1h',
    'attempt:>1',
    'pipeline:parcels team:land denied -refused',
    'field.rows:12',
    'field.rows:>10',
    'field.size:<41',
    'field.file.name:a.*',
    'field.file.parts.n:7',
    'field.a.b:true',
  ])('is found by %s', (text) => {
    expect(matches(query(text), line)).toBe(true);
  });

  it.each([
    'tag.county:monro',
    'tag.county:*x*',
    'tag.county:mon*monroe',
    '-tag.county:*',
    'level:warn',
    'level:<error',
    '"access  denied"',
    'bucket*access',
    'until:1h',
    'attempt:3..9',
    'pipeline:parcel',
    'denied -access',
    'field.rows:>12',
    'field.file:*.csv',
    'field.none:*',
    'team:claims',
  ])('is not found by %s', (text) => {
    expect(matches(query(text), line)).toBe(false);
  });

  it('is found whatever the case of its letters, in Greek and Turkish too', () => {
    const of = (text: string): SearchRecord => ({ tags: {}, values: {}, text: [text] });
    expect(matches(query('ΟΔΟΣ'), of('οδος, οδοστρωμα'))).toBe(true);
    expect(matches(query('οδος'), of('ΟΔΟΣΤΡΩΜΑ'))).toBe(true);
    expect(matches(query('İstanbul'), of('İSTANBUL'))).toBe(true);
  });

  it('is looked through in a straight line, however many gaps a pattern has', () => {
    const text = 'a'.repeat(100_000);
    const before = performance.now();
    expect(matches(query('a*a*a*a*a*a*a*b'), { tags: {}, values: {}, text: [text] })).toBe(false);
    expect(performance.now() - before).toBeLessThan(50);
  });

  it('matches a pattern as a regular expression would', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', '*'), minLength: 1, maxLength: 8 });
    const value = fc.string({ unit: fc.constantFrom('a', 'b'), maxLength: 9 });
    fc.assert(
      fc.property(letters, value, (pattern, text) => {
        const expected = new RegExp(`^${pattern.replaceAll('*', '.*')}$`).test(text);
        const found = matches(query(`tag.k:${pattern}`), {
          tags: { k: text },
          values: {},
          text: [],
        });
        expect(found).toBe(expected);
      }),
    );
  });
});

describe('what a store can narrow', () => {
  it('are times, levels, names, tags and pieces of text that every match has', () => {
    const text =
      'level:>=warn tag.County:Monroe team:land,claims since:1h until:30m "Access Denied" a*b';
    expect(narrowing(query(text))).toEqual({
      from: NOW - 3_600_000,
      to: NOW - 1_800_000,
      level: 2,
      names: { team: ['land', 'claims'] },
      tags: [{ key: 'county', values: ['monroe'] }],
      texts: ['access denied', 'a', 'b'],
    });
  });

  it('is nothing where something must not be, or may be anything', () => {
    expect(narrowing(query('-team:land -denied level:error,debug team:l* tag.a:*'))).toEqual({
      level: 0,
      names: {},
      tags: [],
      texts: [],
    });
  });

  it('is what two terms have in common', () => {
    expect(narrowing(query('team:a,b team:b,c since:2h since:1h')).names).toEqual({ team: ['b'] });
    expect(narrowing(query('since:2h since:1h')).from).toBe(NOW - 3_600_000);
  });

  it('keeps apart what many lines share', () => {
    const { shared, own } = splitTerms(query('tag.a:b denied'), ({ is }) => is === 'tag');
    expect(shared.terms).toHaveLength(1);
    expect(own.terms).toMatchObject([{ is: 'text' }]);
  });
});
