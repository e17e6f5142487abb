import { describe, expect, it } from 'vitest';
import { describeField } from './describe-matcher.js';
import { MAX_PATTERN_LENGTH, parsePattern } from './parse-pattern.js';

function reasonOf(text: string): string {
  const parsed = parsePattern(text);
  if (!('error' in parsed)) throw new Error(`accepted: ${text}`);
  expect(parsed.error.code).toBe('InvalidEventPatternException');
  return parsed.error.message.replace(/^Event pattern is not valid\. Reason: /, '');
}

function branchesOf(text: string): Record<string, unknown>[] {
  const parsed = parsePattern(text);
  if ('error' in parsed) throw new Error(parsed.error.message);
  return parsed.pattern.branches.map(({ fields }) =>
    Object.fromEntries(fields.map((field) => [field.path, describeField(field)])),
  );
}

describe('reading an event pattern', () => {
  it('joins steps with dots and keeps every operator as written', () => {
    const text =
      '{"a":{"b":["x",1,true,null,{"prefix":"p"},{"suffix":{"equals-ignore-case":"S"}}]},' +
      '"c":[{"anything-but":["u","v"]},{"anything-but":{"prefix":["q"]}},{"exists":false}],' +
      '"d":[{"numeric":[">",0,"<=",5]},{"cidr":"10.0.0.0/24"},{"wildcard":"a*"},"10.0.0.1"]}';
    expect(branchesOf(text)).toEqual([
      {
        'a.b': ['x', 1, true, null, { prefix: 'p' }, { suffix: { 'equals-ignore-case': 'S' } }],
        c: [
          { 'anything-but': ['u', 'v'] },
          { 'anything-but': { prefix: ['q'] } },
          { exists: false },
        ],
        d: [
          { numeric: ['>', 0, '<=', 5] },
          { cidr: '10.0.0.0/24' },
          { wildcard: 'a*' },
          '10.0.0.1',
        ],
      },
    ]);
  });

  it('takes the last of a path that is written twice, and both of a name that is', () => {
    expect(branchesOf('{"a":[1],"a":[2]}')).toEqual([{ a: [2] }]);
    expect(branchesOf('{"a":{"b":[1]},"a":{"c":[2]}}')).toEqual([{ 'a.b': [1], 'a.c': [2] }]);
  });

  it('makes a branch of each object in $or, with the fields beside it', () => {
    expect(branchesOf('{"s":[0],"d":{"$or":[{"a":[1]},{"b":[2],"c":[3]}]},"t":[4]}')).toEqual([
      { 'd.a': [1], s: [0], t: [4] },
      { 'd.b': [2], 'd.c': [3], s: [0], t: [4] },
    ]);
    expect(branchesOf('{"$or":[{"a":[1]},{"$or":[{"b":[1]},{"c":[1]}]}]}')).toHaveLength(3);
  });

  it('refuses more than a thousand combinations of $or', () => {
    const two = (n: number): string => `"f${n}":{"$or":[{"a":[1]},{"b":[1]}]}`;
    const pattern = (n: number): string =>
      `{${Array.from({ length: n }, (_, i) => two(i)).join()}}`;
    expect(branchesOf(pattern(9))).toHaveLength(512);
    expect(reasonOf(pattern(10))).toMatch(/more than 1000 combinations/);
    expect(reasonOf(pattern(60))).toMatch(/more than 1000 combinations/);
  });

  it.each([
    ['[]', 'Filter is not an object'],
    ['{}', 'Empty objects are not allowed'],
    ['{"a":{}}', 'Empty objects are not allowed'],
    ['{"a":[]}', 'Empty arrays are not allowed'],
    ['{"a":[[1]]}', 'Match value must be String, number, true, false, or null'],
    ['{"a":7}', '"a" must be an object or an array'],
    ['{"a":[{}]}', 'Match expression name not found'],
    ['{"a":[{"like":"x"}]}', 'Unrecognized match type like'],
    ['{"a":[{"prefix":"x","suffix":"y"}]}', 'Only one key allowed in match expression'],
    ['{"a":[{"prefix":{"suffix":"x"}}]}', 'Unsupported prefix pattern: suffix'],
    ['{"a":[{"exists":"yes"}]}', 'exists match pattern must be either true or false.'],
    ['{"a":[{"wildcard":7}]}', 'wildcard match pattern must be a string'],
    ['{"a":[{"wildcard":"x\\\\y"}]}', 'Invalid escape character at pos 2'],
    ['{"a":[{"wildcard":"é**"}]}', 'Consecutive wildcard characters at pos 3'],
    ['{"a":[{"numeric":["~",1]}]}', 'Unrecognized numeric range operator: ~'],
    ['{"a":[{"numeric":["<",1,">",0]}]}', 'Too many elements in numeric expression'],
    ['{"a":[{"numeric":[">",5,"<",5]}]}', 'Bottom must be less than top'],
    ['{"a":[{"numeric":["<",6e9]}]}', 'Value must be between -5.0E9 and 5.0E9, inclusive'],
    ['{"a":[{"anything-but":[]}]}', 'Inside anything but list, either all values are number or'],
    [
      '{"a":[{"anything-but":["x",1]}]}',
      'Inside anything but list, either all values are number or',
    ],
    ['{"a":[{"anything-but":{"numeric":["<",1]}}]}', 'Unsupported anything-but pattern: numeric'],
    ['{"a":[{"anything-but":null}]}', 'Value of anything-but must be an array or single'],
    ['{"$or":[{"a":[1]}]}', 'There must have at least 2 Objects in $or relationship.'],
    ['{"$or":{"a":[1]}}', 'It must be an Array followed with $or.'],
    ['{"$or":[{"prefix":[1]},{"a":[1]}]}', 'prefix is Ruler reserved fieldName'],
    ['{"a":[1]} x', 'Unexpected character'],
    ['{"a":[1],}', 'Unexpected character'],
    ['{"a":[1]', 'Unexpected end-of-input'],
    ['{"a":[01]}', 'Unexpected character'],
    ['', 'Unexpected end-of-input'],
  ])('refuses %s', (text, reason) => {
    expect(reasonOf(text)).toContain(reason);
  });

  it.each([
    ['10.0.0.0', "Malformed CIDR, one '/' required"],
    ['10.0.0.0/x', 'Malformed CIDR, mask bits must be an integer'],
    ['10.0.0.0/-1', 'Malformed CIDR, mask bits must not be negative'],
    ['10.0.0.0/32', 'IPv4 mask bits must be < 32'],
    ['fe80::/128', 'IPv6 mask bits must be < 128'],
    ['10.0.0.300/8', 'Nonstandard IP address: 10.0.0.300'],
  ])('refuses the block %s without telling a place', (cidr, reason) => {
    expect(reasonOf(JSON.stringify({ a: [{ cidr }] }))).toBe(reason);
  });

  it('tells line and column behind the token that it refuses', () => {
    expect(reasonOf('{\n  "a": {\n    "b": 12\n  }\n}')).toMatch(/line: 3, column: 12\]$/);
    expect(reasonOf('{"a": "x"}')).toMatch(/line: 1, column: 8\]$/);
  });

  it('tells the place twice inside of anything-but lists, as EventBridge does', () => {
    const reason = reasonOf('{"a":[{"anything-but":[null]}]}');
    expect(reason.match(/column: 28/g)).toHaveLength(2);
  });

  it('refuses wildcards that could match in too many ways, and takes those that cannot', () => {
    const wildcard = (text: string): string => JSON.stringify({ a: [{ wildcard: text }] });
    const path = Array.from({ length: 400 }, (_, i) => `${i}`).join('/');
    for (const text of [
      'a*b*c*d',
      '*a*b*c*',
      `*${path}*.csv`,
      '/logs/*/2026/*/part-*.csv',
      `*${'ab'.repeat(4)}`,
    ]) {
      expect(parsePattern(wildcard(text)), text).toHaveProperty('pattern');
    }
    for (const text of ['*-*-*-*-*-*-*', `*${'a'.repeat(40)}*b`, `${'*a'.repeat(500)}*`]) {
      expect(reasonOf(wildcard(text)), text).toMatch(/^Rule is too complex/);
    }
  });

  it('refuses texts that are too long or nest too deep', () => {
    const long = parsePattern(JSON.stringify({ a: ['x'.repeat(MAX_PATTERN_LENGTH)] }));
    expect(long).toMatchObject({ error: { code: 'ValidationException' } });
    expect(reasonOf('{"a":'.repeat(700))).toMatch(/levels deep/);
  });
});
