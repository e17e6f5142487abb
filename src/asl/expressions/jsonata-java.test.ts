/** What Step Functions answers and the `jsonata` package by itself would not. Values are our own. */
import { describe, expect, it } from 'vitest';
import type { Json } from '../json.js';
import type { EvaluationResult } from '../transition.js';
import { evaluateJsonata, readJsonata } from './jsonata.js';
import { EXCESS } from './jsonata-problem.js';

function evaluate(expression: string, input: Json = {}): Promise<EvaluationResult> {
  return evaluateJsonata({ expression, bindings: { states: { input } }, at: 0, seed: 'seed' });
}

/** Nested three times for each call. */
function recursive(calls: number): string {
  return `($f := function($n){ $n = 0 ? 0 : 1 + $f($n - 1) }; $f(${calls}))`;
}

describe('a value that Step Functions answers', () => {
  it.each<[string, Json]>([
    // java.util.Random
    ['$random(0)', 0.730967787376657],
    ['$random(1)', 0.7308781907032909],
    ['$random(1.9)', 0.7308781907032909],
    ['$random(1e300) = $random(9223372036854775807)', true],
    // numbers that JSON has not
    ['2 / 0', 'Infinity'],
    ['{"low": [-2 / 0], "none": 0 / 0}', { low: ['-Infinity'], none: 'NaN' }],
    ['1e300 * 1e300', 'Infinity'],
    ['$floor(3 / 0)', 'Infinity'],
    ['3 / 0 > 100', true],
    ['$parseInteger("seven", "0")', 'NaN'],
    // functions of Step Functions
    ['$partition([1, 2, 3], 2.9)', [[1, 2], [3]]],
    ['$partition([1, 2])', [[1, 2]]],
    ['$range(-2.7, 1, 1)', [-2, -1, 0, 1]],
    ['$range(7, 7, 1)', 7],
    ['$range(5, 1, -2)', [5, 3, 1]],
    ['$count($range(1, 5000, 1))', 5000],
    [`$parse("{'of': ['one', 2]}")`, { of: ['one', 2] }],
    [`$parse("'it\\\\'s \\"so\\"'")`, `it's "so"`],
    // texts
    ['$substring("wörld", -3, 2)', 'rl'],
    ['$substring("wörld", -9, 2)', 'wö'],
    ['$substring("wörld", 1.9)', 'örld'],
    ['$substring("x😀", 1, 1)', '\ud83d'],
    ['$length("x😀")', 2],
    ['$base64encode("grün")', 'Z3LDvG4='],
    ['$base64decode("Z3LDvG4=")', 'grün'],
    ['$base64decode("Z3LDvG4")', 'grün'],
    ['$decodeUrlComponent("a+b%2Bc")', 'a b+c'],
    ['$decodeUrl("?q=%C3%BC+%C3")', '?q=ü \ufffd'],
    ['$string(["\\u0002"])', '["\u0002"]'],
    ['$string({"a": "b\\n"})', '{"a":"b\\n"}'],
    ['$pad("7", -3.9, "0")', '007'],
    ['$replace("xxx", "x", "y", 1.9)', 'yxx'],
    ['$count($match("aaa", /a/, 2.5))', 2],
    ['$split("1,2,3,4", /,/, 2.5)', ['1', '2']],
    // patterns
    ['$contains("a\\u00a0b", /a\\s/)', false],
    ['$contains("a\\u00a0b", /a[\\S]b/)', true],
    ['$contains("end\\n", /end$/)', true],
    ['$contains("end\\n\\n", /end$/)', false],
    ['$contains("\\u0085", /./)', false],
    ['$replace("a.b", /\\./, "-")', 'a-b'],
    ['$split("1 | 2", /[|\\s]+/)', ['1', '2']],
  ])('%s', async (expression, value) => {
    expect(await evaluate(expression)).toEqual({ type: 'value', value });
  });

  it('reads a time without an offset as one in UTC, wherever it runs', async () => {
    const zone = process.env.TZ;
    process.env.TZ = 'Asia/Kolkata';
    try {
      expect(await evaluate('$toMillis("2024-03-01T08:09:10.5")')).toEqual({
        type: 'value',
        value: Date.UTC(2024, 2, 1, 8, 9, 10, 500),
      });
    } finally {
      if (zone === undefined) delete process.env.TZ;
      else process.env.TZ = zone;
    }
  });
});

describe('nothing or an error, as Step Functions answers', () => {
  const badArgument = (name: string, position: number): string =>
    `T0410: Argument ${position} of function "${name}" does not match function signature`;

  it.each([
    '$partition([], 2)',
    '$partition([1], 0.5)',
    '$range(1, 2)',
    '$range(1, 2, 0.9)',
    '$range(2, 1, 1)',
    '$hash("a")',
    '$parse()',
  ])('%s gives nothing', async (expression) => {
    expect(await evaluate(expression)).toEqual({ type: 'undefined' });
  });

  it.each([
    ['$random("1")', badArgument('random', 1)],
    ['$random(1, 2)', badArgument('random', 2)],
    ['$uuid(1)', badArgument('uuid', 1)],
    ['$hash(1, "MD5")', badArgument('hash', 1)],
    ['$hash("a", "MD5", 1)', badArgument('hash', 3)],
    [
      '$hash("a", "md5")',
      "D3137: Hash algorithm 'md5' must be one of SHA-1, SHA-384, SHA-256, SHA-512, MD5",
    ],
    ['$range(1, "2", 1)', badArgument('range', 2)],
    ['$partition([1], -1)', 'D3137: Second argument must be zero or greater'],
    ['$parse("{\\"a\\": 1, \\"a\\": 2}")', 'D3137: Invalid JSON'],
    ['$parse("[1e999]")', 'D3137: Invalid JSON'],
    ['$parse("1 2")', 'D3137: Invalid JSON'],
    ['$decodeUrlComponent("50%")', 'D3140: Malformed URL passed to $decodeUrlComponent(): "50%"'],
    ['[1..873783]', EXCESS.memory],
    ['$range(1, 360146, 1)', EXCESS.memory],
    ['$pad("x", 7000000)', EXCESS.memory],
    // Few replacements: a million of them would come near the bound of time first.
    ['$replace($pad("x", 700000, "x"), "x", "yyyyyyyyyyyyyyyyyyyy")', EXCESS.memory],
    [Array(101).fill('1').join('+'), EXCESS.depth],
    [recursive(32), EXCESS.depth],
  ])('%.60s fails', async (expression, message) => {
    expect(await evaluate(expression)).toEqual({ type: 'error', message });
  });

  it.each(['$base64decode("a b=")', '$base64decode("YQ=")', '$substring("x😀y", 1)'])(
    '%s is an error that the service says nothing about',
    async (expression) => {
      expect(await evaluate(expression)).toEqual({
        type: 'internal',
        id: expect.stringMatching(/^[0-9a-f-]{36}$/),
      });
    },
  );

  it.each([
    ['$states.input.a ?? 1', 'The symbol "?" cannot be used as a unary operator'],
    ['[{"b": $states.input.a ?: 1}]', 'The symbol ":" cannot be used as a unary operator'],
  ])('%s is no syntax of version 2.0.6', async (expression, problem) => {
    expect(readJsonata(expression).problem).toBe(problem);
    expect(await evaluate(expression)).toEqual({ type: 'error', message: `S0211: ${problem}` });
  });

  it.each([
    ['"??" = "?:" ? 1 : 2', 2],
    ['(function($x)<s?:s>{ $x })("in a signature")', 'in a signature'],
  ])('%s only looks like a newer operator', async (expression, value) => {
    expect(await evaluate(expression)).toEqual({ type: 'value', value });
  });
});

describe('the bounds of an evaluation', () => {
  it.each([
    ['100 terms', Array(100).fill('1').join('+'), 100],
    ['31 calls that wait for each other', recursive(31), 31],
    ['the longest range', '$count([1..873782])', 873_782],
  ])('let %s be', async (_, expression, value) => {
    expect(await evaluate(expression)).toEqual({ type: 'value', value });
  });

  it('count a wide object or array by its depth, however its members are started', async () => {
    const members = Array.from({ length: 400 }, (_, index) => `"k${index}": $states.input.a.b`);
    const items = members.map(() => '$states.input.a.b');
    const input = { a: { b: 1 } };
    const object = `$count($keys({${members.join()}}))`;
    expect(await evaluate(object, input)).toEqual({ type: 'value', value: 400 });
    expect(await evaluate(`$sum([${items.join()}])`, input)).toEqual({ type: 'value', value: 400 });
    const nested = `{"deep": {"deeper": [{${members.join()}}, {${members.join()}}]}}.deep.deeper[1].k9`;
    expect(await evaluate(nested, input)).toEqual({ type: 'value', value: 1 });
  });

  it('let evaluations of one expression run side by side', async () => {
    const expression = `{${Array.from({ length: 60 }, (_, i) => `"k${i}": $uppercase("x")`).join()}}`;
    const results = await Promise.all(Array.from({ length: 20 }, () => evaluate(expression)));
    expect(results.every(({ type }) => type === 'value')).toBe(true);
  });
});
