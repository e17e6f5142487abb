/**
 * The search grammar: what texts mean, and what is said about those that mean nothing.
 */
import { describe, expect, it } from 'vitest';
import { parseQuery, problemText } from './parse-query.js';
import type { SearchKind, SearchQuery } from './query.js';

/** 2026-11-20T12:00:00Z */
const NOW = 1_795_176_000_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
const MIDNIGHT = NOW - 12 * HOUR;

function parsed(text: string, kind: SearchKind = 'executions'): SearchQuery {
  const { query, problems } = { query: undefined, ...parseQuery(text, kind, NOW) };
  expect(problems).toBeUndefined();
  return query as SearchQuery;
}

function problems(text: string, kind: SearchKind = 'executions'): string[] {
  return (parseQuery(text, kind, NOW).problems ?? []).map(problemText);
}

function span(text: string, kind: SearchKind = 'executions'): unknown {
  const [term] = parsed(text, kind).terms;
  return term?.is === 'span' ? term.any[0] : term;
}

const open = { lowIncluded: false, highIncluded: false };

describe('a search', () => {
  it('reads fields, tags, what must not be, lengths of time, quotes and free text', () => {
    const text =
      'status:failed tag.county:Monroe -env:dev started:>24h error:"Access Denied" free text';
    expect(parsed(text).terms).toEqual([
      { not: false, is: 'name', field: 'status', any: [['failed']] },
      { not: false, is: 'tag', key: 'county', any: [['monroe']] },
      { not: true, is: 'tag', key: 'env', any: [['dev']] },
      {
        ...{ not: false, is: 'span', field: 'started' },
        any: [{ low: NOW - DAY, high: null, lowIncluded: false, highIncluded: false }],
      },
      { not: false, is: 'contains', field: 'error', any: [['access denied']] },
      { not: false, is: 'text', any: [['free']] },
      { not: false, is: 'text', any: [['text']] },
    ]);
  });

  it('is empty when nothing is asked', () => {
    expect(parsed('  \t\n').terms).toEqual([]);
  });

  it('takes * for any text outside of quotes, and for itself inside', () => {
    expect(parsed('pipeline:parcels-*-load').terms).toMatchObject([
      { any: [['parcels-', '-load']] },
    ]);
    expect(parsed('pipeline:"a*b"').terms).toMatchObject([{ any: [['a*b']] }]);
  });

  it('takes commas for alternatives, quoted ones too', () => {
    expect(parsed('status:failed,Timeout,stopped').terms).toMatchObject([
      { any: [['failed'], ['timed_out'], ['aborted']] },
    ]);
    expect(parsed('tag.city:"Key West, FL",naples').terms).toMatchObject([
      { any: [['key west, fl'], ['naples']] },
    ]);
  });

  it('keeps quotation marks and backslashes that are escaped', () => {
    expect(parsed(String.raw`"say \"no\" \\ now"`).terms).toMatchObject([
      { is: 'text', any: [[String.raw`say "no" \ now`]] },
    ]);
  });

  it('takes times of day and numbers with a minus for text', () => {
    expect(parsed('12:30:05 -5').terms).toEqual([
      { not: false, is: 'text', any: [['12:30:05']] },
      { not: true, is: 'text', any: [['5']] },
    ]);
  });

  it.each([
    ['started:>24h', { ...open, low: NOW - DAY, high: null }],
    ['started:>=1h30m', { ...open, low: NOW - 1.5 * HOUR, high: null, lowIncluded: true }],
    ['started:<2d', { ...open, low: null, high: NOW - 2 * DAY }],
    ['since:24h', { ...open, low: NOW - DAY, high: null, lowIncluded: true }],
    ['until:2026-11-20', { ...open, low: null, high: MIDNIGHT }],
    [
      'started:2026-11-20',
      { low: MIDNIGHT, high: MIDNIGHT + DAY, lowIncluded: true, highIncluded: false },
    ],
    ['started:>2026-11-20', { ...open, low: MIDNIGHT + DAY, high: null, lowIncluded: true }],
    ['started:<=2026-11-20', { ...open, low: null, high: MIDNIGHT + DAY }],
    [
      'started:2026-11-20T14:00+02:00..2026-11-20T12:30Z',
      { low: NOW, high: NOW + 31 * 60_000, lowIncluded: true, highIncluded: false },
    ],
    ['duration:>2h', { ...open, low: 2 * HOUR, high: null }],
    ['version:3', { low: 3, high: 3, lowIncluded: true, highIncluded: true }],
    ['version:3..5', { low: 3, high: 5, lowIncluded: true, highIncluded: true }],
    ['version:..5', { low: null, high: 5, lowIncluded: false, highIncluded: true }],
  ])('reads %s as a span', (text, expected) => {
    expect(span(text)).toEqual(expected);
  });

  it('orders levels: warn and above', () => {
    expect(span('level:>=warn', 'logs')).toMatchObject({ low: 2, high: null, lowIncluded: true });
    expect(span('level:fatal', 'logs')).toMatchObject({ low: 3, high: 3 });
  });

  it('asks members of JSON for texts and numbers', () => {
    expect(parsed('field.rows:>10', 'logs').terms[0]).toMatchObject({
      is: 'member',
      path: ['rows'],
      any: [{ span: { low: 10 } }],
    });
    expect(parsed('detail.object.key:in/*.csv', 'events').terms).toMatchObject([
      { is: 'member', path: ['object', 'key'], any: [{ pattern: ['in/', '.csv'] }] },
    ]);
  });

  it('takes an unknown name for a tag, unless it is nearly a field', () => {
    expect(parsed('county:monroe').terms).toMatchObject([{ is: 'tag', key: 'county' }]);
    expect(problems('statsu:failed')).toEqual([
      'column 1: an execution has no field statsu: did you mean status:? A tag of this name is written tag.statsu:',
    ]);
  });

  it.each([
    [
      'status:flaied',
      'column 8: “flaied” is none of its values: did you mean failed? it is one of',
    ],
    ['level:loud', 'column 7: “loud” is no level: it is one of debug, info, warn, error'],
    ['x "abc', 'column 3: a quotation mark is opened and never closed: close it with "'],
    [
      'pipeline: orders',
      'column 1: there is no value after the colon: write pipeline:VALUE without',
    ],
    ['started:24h', 'column 9: “24h” is a length of time, and not an instant: >24h is later than'],
    ['started:2026-02-30', 'column 9: “2026-02-30” is no instant that there is'],
    ['started:>soon', 'column 9: “soon” is no instant that there is'],
    ['version:9..2', 'column 9: the range ends before it begins: exchange its ends'],
    ['pipeline:>a', 'column 10: pipeline cannot be compared with >: write pipeline:a'],
    ['since:>1h', 'column 7: since is a bound already: write since:1h'],
    [
      'https://a.example',
      'column 1: an address is read as a name and a value: write "https://a.example"',
    ],
    ['a OR b', 'column 3: OR is no part of the grammar: alternatives stand in one term'],
    ['tag.:x', 'column 1: the tag has no key: write tag.KEY:VALUE'],
    ['tag:x', 'column 1: tag needs the name of one: write tag.NAME:VALUE'],
    ['pipeline:""', 'column 10: the value is empty: write * for any value'],
    ['a:*b*c*d*e*f*g*h*i*j', 'column 3: it has more than 8 *'],
  ])('says what is wrong with %s', (text, expected) => {
    const kind = text.startsWith('level') ? 'logs' : 'executions';
    expect(problems(text, kind)[0]).toContain(expected);
  });

  it('tells all problems at once', () => {
    expect(problems('status:no version:x started:>y')).toHaveLength(3);
  });

  it('is bounded', () => {
    expect(problems('x'.repeat(5_000))[0]).toContain('may have 4096');
    expect(problems('x '.repeat(65))[0]).toContain('more than 64 terms');
    expect(problems(`a:${'x,'.repeat(65)}`)[0]).toContain('more than 64 values');
  });

  it('reads any text in little time, and throws for none', () => {
    for (const piece of ['"', '-', ':', ',', '*', '\\"', 'a:', '>', '..', '\u0000', '\ud800']) {
      const text = piece.repeat(Math.floor(4_000 / piece.length));
      const before = performance.now();
      expect(parseQuery(text, 'logs', NOW)).toBeDefined();
      expect(performance.now() - before).toBeLessThan(100);
    }
  });
});
