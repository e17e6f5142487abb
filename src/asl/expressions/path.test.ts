import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fastestOf3, testScope } from '../../../test/asl/test-scope.js';
import type { Json } from '../json.js';
import { ExpressionFailure } from './failure.js';
import { compilePath, findPath, resolvePath } from './path.js';

const orders: Json = {
  customer: { name: 'Ann', 'e-mail': 'ann@example.org' },
  lines: [
    { item: 'pen', price: 2, tags: ['blue'] },
    { item: 'ink', price: 9, gift: true },
    { item: 'desk', price: 300, tags: [] },
  ],
  'odd key': 1,
  nothing: null,
};

function resolve(text: string, input: Json = orders): Json {
  return resolvePath(compilePath(text), testScope(input, { limit: 5, list: [1, 2, 3] }));
}

describe('a definite path', () => {
  it.each<[string, Json]>([
    ['$', orders],
    ['$.customer.name', 'Ann'],
    ['$.customer.e-mail', 'ann@example.org'],
    ["$['odd key']", 1],
    ['$["customer"]["name"]', 'Ann'],
    ['$.lines[0].item', 'pen'],
    ['$.lines[-1].item', 'desk'],
    ["$.customer.['name']", 'Ann'],
    ['$.nothing', null],
    ['$.lines.length()', 3],
    ["$.lines[0]['item','price']", { item: 'pen', price: 2 }],
    ['$$.State.Name', 'Load'],
    ['$limit', 5],
    ['$list[1]', 2],
  ])('%s gives its one value', (text, expected) => {
    expect(resolve(text)).toEqual(expected);
    expect(compilePath(text).definite).toBe(true);
  });

  it('tolerates blanks around it, as the service does', () => {
    expect(resolve(' $.customer.name ')).toBe('Ann');
  });

  it.each([
    ['$.absent', "Invalid path '$.absent' : No results for path: $['absent']"],
    ['$.absent.deeper', "Invalid path '$.absent.deeper' : Missing property in path $['absent']"],
    ['$.lines[7]', "Invalid path '$.lines[7]' : No results for path: $['lines'][7]"],
    ['$other', "Invalid path '$other' : Variable not found: $other"],
  ])('%s that names nothing fails as Jayway words it', (text, message) => {
    expect(() => resolve(text)).toThrow(
      expect.objectContaining({ error: 'States.Runtime', message }),
    );
    expect(findPath(compilePath(text), testScope(orders))).toBeUndefined();
  });
});

describe('an indefinite path', () => {
  it.each<[string, Json]>([
    ['$.lines[*].item', ['pen', 'ink', 'desk']],
    ['$..price', [2, 9, 300]],
    ['$.lines[1:].price', [9, 300]],
    ['$.lines[:1].price', [2]],
    ['$.lines[-2:].price', [9, 300]],
    ['$.lines[0,2].item', ['pen', 'desk']],
    ['$.lines.[?(@.gift)].item', ['ink']],
    ['$.customer.*', ['Ann', 'ann@example.org']],
    ['$.lines[?(@.gift)].item', ['ink']],
    ["$.lines[?(@.price < 10 && @.item == 'pen')].price", [2]],
    ["$.lines[?(@.price > 100 || @.item == 'pen')].price", [2, 300]],
    ['$.lines[?(!@.gift)].item', ['pen', 'desk']],
    ["$.lines[?(@.item in ['ink','desk'])].price", [9, 300]],
    ['$.lines[?(@.tags empty true)].item', ['desk']],
    ['$.lines[?(@.price >= $limit)].item', ['ink', 'desk']],
    ["$.lines[?('blue' in @.tags)].item", ['pen']],
    ["$.lines[?(@.price == '9')].item", ['ink']],
    ['$.absent[*].x', []],
    ['$.absent[0:2]', []],
    ['$..price.sum()', 311],
    ['$..price.max()', 300],
  ])('%s', (text, expected) => {
    expect(resolve(text)).toEqual(expected);
    expect(compilePath(text).definite).toBe(false);
  });

  it('lists parents before children and in document order', () => {
    expect(resolve('$..a', { a: { a: 1 }, b: [{ a: 2 }] })).toEqual([{ a: 1 }, 1, 2]);
  });
});

describe('hostile paths', () => {
  it.each([
    "$[?(var _$_root=[].constructor.constructor('return process')();@root())]",
    "$..[?(''[['constructor']][['constructor']]('return this')())]",
    '$[(@.length-1)]',
    '$[?(@.a =~ /(a+)+$/)]',
    "$[?(@.constructor.constructor('x')())]",
    '$.a.constructor()',
    '',
    '$.',
    '$..',
    '$[',
    "$['open",
    '$.a b',
    'a.b',
    '$.a]',
    '$1x',
    '$[1.5]',
  ])('%s is refused', (text) => {
    expect(() => compilePath(text)).toThrow(ExpressionFailure);
  });

  it.each([
    '$.constructor',
    '$.__proto__',
    "$['__proto__']",
    '$.toString',
    '$constructor',
    '$__proto__',
  ])('%s does not see what every JavaScript object inherits', (text) => {
    expect(findPath(compilePath(text), testScope({}))).toBeUndefined();
  });

  it('reads a property that is really called __proto__', () => {
    expect(resolve('$.__proto__.x', JSON.parse('{"__proto__": {"x": 1}}'))).toBe(1);
  });

  it('stops a search that would visit too many places', () => {
    const wide = Array.from({ length: 1_000 }, () => Array.from({ length: 100 }, () => 0));
    expect(() => resolve('$..[*]..[*]..[*]..[*]..[*]', [wide, wide, wide, wide])).toThrow(
      /visits more than/,
    );
  });

  it('searches values that are nested deeper than the call stack', () => {
    let deep: Json = { a: 1 };
    for (let depth = 0; depth < 20_000; depth += 1) deep = [deep];
    expect(resolve('$..a', deep)).toEqual([1]);
  });

  it.each([
    '$'.repeat(100_000),
    `$${'['.repeat(99_999)}`,
    `$${'.a'.repeat(50_000)}`,
    `$[?(${'!'.repeat(5_000)}@.a)]`,
    `$[?(${'('.repeat(4_000)}`,
  ])('answers 100 kB of nonsense at once (case %#)', (text) => {
    const refuse = (): void => expect(() => compilePath(text)).toThrow(ExpressionFailure);
    expect(fastestOf3(refuse)).toBeLessThan(50);
  });

  it('never fails but with an ExpressionFailure, whatever the text', () => {
    const part = fc.constantFrom(
      '$',
      '$$',
      '.',
      '..',
      '[',
      ']',
      '*',
      '?',
      '(',
      ')',
      '@',
      "'",
      '"',
      '\\',
      'a',
      '0',
      '-',
      ':',
      ',',
      ' ',
      '&&',
      '||',
      '!',
      '==',
      '<',
      'in',
      'true',
      'length()',
      '\u0000',
      'é',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 40 }), (parts) => {
        try {
          const path = compilePath(`$${parts.join('')}`);
          findPath(path, testScope(orders));
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionFailure);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('finds every leaf by its bracketed path', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1, maxLength: 5 }), (keys) => {
        const names = keys.map((key) => key.replaceAll('\\', ''));
        let value: Json = 'leaf';
        for (const name of names.toReversed()) value = Object.fromEntries([[name, value]]);
        const text = `$${names.map((name) => `['${name.replaceAll("'", "\\'")}']`).join('')}`;
        expect(resolve(text, value)).toBe('leaf');
      }),
    );
  });
});
