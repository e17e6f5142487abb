import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json.js';
import { explainMismatch } from './explain-mismatch.js';
import { createMatcher } from './matcher.js';
import type { EventPattern } from './matcher-types.js';
import { parsePattern } from './parse-pattern.js';
import { testEventPattern } from './test-event-pattern.js';

function pattern(written: unknown): EventPattern {
  const parsed = parsePattern(JSON.stringify(written));
  if ('error' in parsed) throw new Error(parsed.error.message);
  return parsed.pattern;
}

function matches(written: unknown, event: JsonObject): boolean {
  const matcher = createMatcher();
  matcher.add('rule', pattern(written));
  return matcher.match(event).length > 0;
}

describe('what a field matches', () => {
  it.each<[unknown, unknown[], unknown[]]>([
    ['x', ['x', ['y', 'x'], [['x']]], ['X', 'xx', null, [], {}]],
    [1, [1, 1.0, [0, 1]], ['1', true, 10]],
    [true, [true], ['true', 1, false]],
    [null, [null, [null]], ['null', [], 0]],
    [{ prefix: 'ab' }, ['ab', 'abc'], ['a', 'Abc', 'xab', 12]],
    [{ prefix: '' }, ['', 'x'], [1, null]],
    [{ prefix: { 'equals-ignore-case': 'aB' } }, ['AbX', 'ab'], ['xab', 'a']],
    [{ suffix: '.csv' }, ['a.csv', '.csv'], ['a.CSV', 'csv', 'a.csv.gz']],
    [{ suffix: { 'equals-ignore-case': '.csv' } }, ['a.CSV'], ['a.csv.gz']],
    [{ 'equals-ignore-case': 'Straße' }, ['STRAßE', 'straße'], ['Strasse', 1]],
    [{ wildcard: 'a*c' }, ['ac', 'abc', 'a*c', 'acbc'], ['a', 'abcd', 'xabc']],
    [{ wildcard: '*b*b*' }, ['bb', 'xbybz'], ['b', 'xbx']],
    [{ wildcard: 'ab*ba' }, ['abba', 'ab-ba'], ['aba', 'abab']],
    [{ wildcard: 'a\\*\\\\*' }, ['a*\\', 'a*\\b'], ['ab\\', 'a*']],
    [{ wildcard: 'plain' }, ['plain'], ['plain!']],
    [{ wildcard: '*' }, ['', 'x'], [1, null]],
    [{ numeric: ['=', 1.5] }, [1.5], ['1.5', 1.50001]],
    [{ numeric: ['>', 0, '<=', 5] }, [5, 0.1], [0, 5.1, '3', null]],
    [{ numeric: ['<', 0] }, [-1, -5e9], [0, -6e9]],
    [{ cidr: '10.1.0.0/16' }, ['10.1.0.0', '10.1.255.9'], ['10.2.0.0', 'ten', '::ffff', 10]],
    [{ cidr: '2001:db8::/32' }, ['2001:DB8:0::7'], ['2001:db9::', '32.1.13.184']],
    ['::1', ['::1', '0:0:0:0:0:0:0:1'], ['::2', '1']],
    [{ exists: true }, ['x', null, '', [1]], [[], {}, { y: 1 }, undefined]],
    [{ exists: false }, [undefined, [], {}, { y: 1 }], ['x', null, '']],
    [{ 'anything-but': 'x' }, ['y', 1, null, ['x', 'y']], ['x', ['x'], undefined, []]],
    [{ 'anything-but': [1, 2] }, [3, '1'], [1, 2]],
    [{ 'anything-but': { prefix: ['a', 'b'] } }, ['c', 7], ['ax', 'b']],
    [{ 'anything-but': { suffix: 'a' } }, ['ab'], ['ba']],
    [{ 'anything-but': { 'equals-ignore-case': ['a'] } }, ['b', null], ['A', 'a']],
    [{ 'anything-but': { wildcard: 'a*b' } }, ['abc'], ['ab', 'axb']],
  ])('%j', (matcher, yes, no) => {
    const event = (value: unknown): JsonObject =>
      (value === undefined ? {} : { f: value }) as JsonObject;
    for (const value of yes)
      expect(matches({ f: [matcher] }, event(value)), String(value)).toBe(true);
    for (const value of no)
      expect(matches({ f: [matcher] }, event(value)), String(value)).toBe(false);
  });

  it('any matcher of a field is enough, and every field is needed', () => {
    const written = { a: [1, { prefix: 'x' }, { exists: false }], b: [2] };
    for (const a of [1, 'xy', undefined]) {
      expect(matches(written, { ...(a === undefined ? {} : { a }), b: 2 })).toBe(true);
    }
    expect(matches(written, { a: 3, b: 2 })).toBe(false);
    expect(matches(written, { a: 1 })).toBe(false);
  });

  it('a dot inside a name is no different from a step', () => {
    for (const written of [{ 'a.b': [1] }, { a: { b: [1] } }]) {
      expect(matches(written, { a: { b: 1 } })).toBe(true);
      expect(matches(written, { 'a.b': 1 })).toBe(true);
      expect(matches(written, { a: 1, b: 1 })).toBe(false);
    }
  });

  it('names that objects inherit are names like others', () => {
    const event = JSON.parse('{"__proto__":{"x":1},"constructor":"c"}') as JsonObject;
    expect(matches({ constructor: ['c'] }, event)).toBe(true);
    expect(matches({ toString: [{ exists: true }] }, event)).toBe(false);
    const proto = parsePattern('{"__proto__":{"x":[1]}}');
    expect(proto).toMatchObject({ pattern: { branches: [{ fields: [{ path: '__proto__.x' }] }] } });
  });
});

describe('arrays of objects', () => {
  const orders = {
    orders: [
      { id: 1, state: 'open' },
      { id: 2, state: 'paid' },
    ],
  };

  it('matches fields only inside of one element', () => {
    expect(matches({ orders: { id: [1], state: ['open'] } }, orders)).toBe(true);
    expect(matches({ orders: { id: [1], state: ['paid'] } }, orders)).toBe(false);
  });

  it('lets values directly in an array go with every element', () => {
    const event = { list: [{ a: 1 }, { a: 2 }, 7, 8] };
    expect(matches({ list: [7] }, event)).toBe(true);
    const both = parsePattern('{"list":[8],"list":{"a":[2]}}');
    if ('error' in both) throw new Error(both.error.message);
    const matcher = createMatcher();
    matcher.add('both', both.pattern);
    expect(matcher.match(event)).toEqual(['both']);
  });

  it('sees elements of different arrays independently', () => {
    const event = { x: [{ a: 1 }, { a: 2 }], y: [{ b: 1 }, { b: 2 }] };
    expect(matches({ x: { a: [1] }, y: { b: [2] } }, event)).toBe(true);
  });

  it('follows arrays inside of arrays', () => {
    const event = { g: [[{ a: 1, b: 1 }], [{ a: 2, b: [{ c: 3 }, { c: 4, d: 4 }] }]] };
    expect(matches({ g: { a: [2], b: { c: [4], d: [4] } } }, event)).toBe(true);
    expect(matches({ g: { a: [2], b: { c: [3], d: [4] } } }, event)).toBe(false);
    expect(matches({ g: { a: [1], b: { c: [3] } } }, event)).toBe(false);
  });

  it('asks whether a field is absent in the element that was taken', () => {
    const event = { people: [{ name: 'a', phone: 1 }, { name: 'b' }] };
    expect(matches({ people: { name: ['b'], phone: [{ exists: false }] } }, event)).toBe(true);
    expect(matches({ people: { name: ['a'], phone: [{ exists: false }] } }, event)).toBe(false);
  });

  it('stays fast when thousands of elements match one field and none matches both', () => {
    const elements = Array.from({ length: 20_000 }, (_, i) =>
      i % 2 ? { a: 1, c: 0 } : { a: 0, c: 1 },
    );
    expect(matches({ l: { a: [1], c: [1] } }, { l: elements })).toBe(false);
  });
});

describe('many rules', () => {
  it('names the rules that match in the order in which they were added', () => {
    const matcher = createMatcher();
    matcher.add('z', pattern({ s: ['x'] }));
    matcher.add('a', pattern({ s: [{ prefix: 'x' }] }));
    matcher.add('m', pattern({ s: ['y'] }));
    matcher.add('b', pattern({ $or: [{ s: ['x'] }, { t: ['x'] }] }));
    expect(matcher.match({ s: 'x', t: 'x' })).toEqual(['z', 'a', 'b']);
  });

  it('replaces a rule that is added again', () => {
    const matcher = createMatcher();
    matcher.add('r', pattern({ s: ['x'] }));
    matcher.add('r', pattern({ s: ['y'] }));
    expect(matcher.match({ s: 'x' })).toEqual([]);
    expect(matcher.match({ s: 'y' })).toEqual(['r']);
    expect(matcher.size().rules).toBe(1);
  });

  it('shares states between rules that begin alike, and forgets them with the last of them', () => {
    const matcher = createMatcher();
    matcher.add('1', pattern({ source: ['shop'], detail: { id: [1] } }));
    const one = matcher.size();
    matcher.add('2', pattern({ source: ['shop'], detail: { id: [1] } }));
    expect(matcher.size().states).toBe(one.states);
    expect(matcher.remove('1')).toBe(true);
    expect(matcher.match({ source: 'shop', detail: { id: 1 } })).toEqual(['2']);
    expect(matcher.remove('2')).toBe(true);
    expect(matcher.remove('2')).toBe(false);
    expect(matcher.size()).toEqual({ rules: 0, states: 1, paths: 0 });
  });

  it('bears hostile wildcards and values', () => {
    const matcher = createMatcher();
    matcher.add('w', pattern({ v: [{ wildcard: '*aaa*cccc*x' }] }));
    matcher.add('l', pattern({ v: [{ wildcard: 'a*abcdefghijklmnopqrst*c' }] }));
    matcher.add('p', pattern({ v: [{ wildcard: '*aaaaaaaa' }] }));
    matcher.add('i', pattern({ v: [{ wildcard: '*aaaab*' }] }));
    const value = `${'a'.repeat(200_000)}${'c'.repeat(50_000)}`;
    expect(matcher.match({ v: value })).toEqual([]);
    expect(matcher.match({ v: `${value}${'a'.repeat(8)}` })).toEqual(['p']);
    expect(matcher.match({ v: `${value}abcdefghijklmnopqrstc` })).toEqual(['l']);
  });

  it('reads events that nest deeper than any pattern', () => {
    const deep = JSON.parse(`${'['.repeat(5000)}1${']'.repeat(5000)}`) as JsonObject;
    expect(matches({ a: [1] }, { a: deep })).toBe(false);
    expect(matches({ a: { b: [1] } }, { a: { b: 1, c: deep } })).toBe(true);
  });
});

describe('why a pattern does not match', () => {
  it('names the first field that differs, with what is wanted and what is found', () => {
    const written = { detail: { state: ['paid', { prefix: 'x' }] }, source: ['shop'] };
    expect(
      explainMismatch(pattern(written), { source: 'shop', detail: { state: ['a', 'b'] } }),
    ).toEqual({
      path: 'detail.state',
      wanted: ['paid', { prefix: 'x' }],
      found: ['a', 'b'],
      reason: 'value',
      matchedFields: 1,
      fields: 2,
    });
  });

  it('tells a missing value and one in another element apart', () => {
    const written = pattern({ l: { a: [1], b: [1] } });
    expect(explainMismatch(written, { l: [{ a: 1 }] })).toMatchObject({
      path: 'l.b',
      reason: 'missing',
    });
    expect(
      explainMismatch(written, {
        l: [
          { a: 1, b: 2 },
          { a: 2, b: 1 },
        ],
      }),
    ).toMatchObject({
      path: 'l.b',
      found: [2, 1],
      reason: 'array-elements',
      matchedFields: 1,
    });
  });

  it('tells of the branch of $or that comes furthest, and nothing when one matches', () => {
    const written = pattern({
      $or: [
        { a: [1], b: [1] },
        { a: [1], c: [1], d: [1] },
      ],
    });
    expect(explainMismatch(written, { a: 1, c: 1, d: 2 })).toMatchObject({
      path: 'd',
      matchedFields: 2,
    });
    expect(explainMismatch(written, { a: 1, b: 1 })).toBeUndefined();
  });
});

describe('TestEventPattern', () => {
  it('answers, or refuses the event before the pattern', () => {
    expect(testEventPattern('{"a":[1]}', '{"a":1}')).toEqual({ result: true });
    expect(testEventPattern('{"a":[1]}', '{"a":2}')).toEqual({ result: false });
    for (const event of ['[]', 'x', '"a"']) {
      expect(testEventPattern('{"a":1}', event)).toEqual({
        error: { code: 'ValidationException', message: 'Parameter Event is not valid.' },
      });
    }
    expect(testEventPattern('{"a":1}', '{}')).toMatchObject({
      error: { code: 'InvalidEventPatternException' },
    });
  });
});
