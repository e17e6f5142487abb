import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { syntaxProblem } from './json-syntax.js';

/** The message without the place that ends it. */
const wordsOf = (text: string): string => syntaxProblem(text).message.split('\n at ')[0] as string;
const placeOf = (text: string): string =>
  /line: \d+, column: \d+/.exec(syntaxProblem(text).location.slice(-40))?.[0] ?? '';

describe('a syntax error is told', () => {
  const values = "(JSON String, Number, Array, Object or token 'null', 'true' or 'false')";
  test.each([
    ['hello', `Unrecognized token 'hello': was expecting ${values}`],
    ['{"a": nul}', `Unrecognized token 'nul': was expecting ${values}`],
    ['{"a": trueish}', `Unrecognized token 'trueish': was expecting ${values}`],
    [
      '{a: 1}',
      "Unexpected character ('a' (code 97)): was expecting double-quote to start field name",
    ],
    [
      '{"a": 1,}',
      "Unexpected character ('}' (code 125)): was expecting double-quote to start field name",
    ],
    [
      '{"a" 1}',
      "Unexpected character ('1' (code 49)): was expecting a colon to separate field name and value",
    ],
    [
      '{"a": 1 "b": 2}',
      `Unexpected character ('"' (code 34)): was expecting comma to separate Object entries`,
    ],
    [
      '[1 2]',
      "Unexpected character ('2' (code 50)): was expecting comma to separate Array entries",
    ],
    ['{"a": }', `Unexpected character ('}' (code 125)): expected a valid value ${values}`],
    [
      "{'a': 1}",
      `Unexpected character (''' (code 39)): was expecting double-quote to start field name`,
    ],
    [
      '["a\nb"]',
      'Illegal unquoted character ((CTRL-CHAR, code 10)): has to be escaped using backslash to be included in string value',
    ],
    ['["\\x"]', "Unrecognized character escape 'x' (code 120)"],
    [
      '["\\u12G4"]',
      "Unexpected character ('G' (code 71)): expected a hex-digit for character escape sequence",
    ],
    ['{"a": "b', 'Unexpected end-of-input: was expecting closing quote for a string value'],
    ['{"a', 'Unexpected end-of-input in field name'],
    ['{"a"', 'Unexpected end-of-input within/between Object entries'],
    ['[01]', 'Invalid numeric value: Leading zeroes not allowed'],
    [
      '[1.]',
      "Unexpected character (']' (code 93)) in numeric value: Decimal point not followed by a digit",
    ],
    ['{} {}', "Unexpected character ('{' (code 123)): expected the end of the definition"],
    ['[“]', `Unexpected character ('“' (code 8220 / 0x201c)): expected a valid value ${values}`],
  ])('%s', (text, words) => {
    expect(wordsOf(text)).toBe(words);
  });

  test('with the place of the container that was never closed', () => {
    expect(wordsOf('{"a":\n [1,')).toBe(
      `Unexpected end-of-input: expected close marker for Array (start marker at [Source: (String)"{"a":\n [1,"; line: 2, column: 2])`,
    );
  });

  test('with line and column behind what was read', () => {
    expect(placeOf('{\n  "a": 1,\n  b: 2\n}')).toBe('line: 3, column: 4');
    expect(placeOf('nope!')).toBe('line: 1, column: 5');
  });

  test('with the beginning of a long text only', () => {
    const { location } = syntaxProblem(`x${' '.repeat(600)}`);
    expect(location).toContain(`"x${' '.repeat(499)}"[truncated 101 chars]; line: 1`);
  });
});

test('every text that JSON.parse refuses has a problem that is found, and no other has', () => {
  const almostJson = fc
    .tuple(
      fc.json({ maxDepth: 4 }),
      fc.nat(),
      fc.nat(3),
      fc.constantFrom('', '"', '{', ']', ',', ':', '\\', '\n', '0', '-', 'e', 'x'),
    )
    .map(([text, at, length, inserted]) => {
      const start = at % (text.length + 1);
      return text.slice(0, start) + inserted + text.slice(start + length);
    });
  fc.assert(
    fc.property(fc.oneof(almostJson, fc.string()), (text) => {
      let refused = false;
      try {
        JSON.parse(text);
      } catch {
        refused = true;
      }
      const { message } = syntaxProblem(text);
      expect(message.startsWith('The text is not JSON')).toBe(!refused);
    }),
    { numRuns: 2_000 },
  );
});

test('a hundred thousand open brackets are read to their end', () => {
  expect(wordsOf('['.repeat(100_000))).toMatch(/^Unexpected end-of-input: expected close marker/);
});
