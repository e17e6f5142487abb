import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../json.js';
import type { EvaluationResult } from '../transition.js';
import { evaluateJsonata, readJsonata } from './jsonata.js';
import { EXCESS } from './jsonata-problem.js';

const states: JsonObject = { input: { list: [1, 2, 3, 4, 5], one: [7], object: { a: { b: 1 } } } };

function evaluate(expression: string, seed = 'seed'): Promise<EvaluationResult> {
  return evaluateJsonata({
    expression,
    bindings: { states, name: 'Ann' },
    at: 1_700_000_000_000,
    seed,
  });
}

describe('evaluateJsonata', () => {
  it.each([
    ['$sum($states.input.list)', 15],
    ["$name & '!'", 'Ann!'],
    ['$partition($states.input.list, 2)', [[1, 2], [3, 4], [5]]],
    ['$partition($states.input.one, 2)', [[7]]],
    ['$range(0, 10, 5)', [0, 5, 10]],
    ["$hash('abc', 'MD5')", '900150983cd24fb0d6963f7d28e17f72'],
    ["$hash('abc', 'SHA-256')", 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    ['$parse(\'{"a": [1]}\')', { a: [1] }],
    ['$now()', '2023-11-14T22:13:20.000Z'],
    ["$now('[Y]')", '2023'],
    ['$millis()', 1_700_000_000_000],
    ["$toMillis('10:00', '[H01]:[m01]')", Date.parse('2023-11-14T10:00:00Z')],
    ['$states.input.list[$ > 3]', [4, 5]],
    [
      '$states.input ~> |object|{"c": 2}|',
      { ...(states.input as JsonObject), object: { a: { b: 1 }, c: 2 } },
    ],
  ])('%s', async (expression, value) => {
    expect(await evaluate(expression)).toEqual({ type: 'value', value });
  });

  it('draws from the seed', async () => {
    const expression = '[$random(), $random(), $uuid(), $uuid(), $shuffle([1..20])]';
    const [first, again, other] = await Promise.all([
      evaluate(expression),
      evaluate(expression),
      evaluate(expression, 'b'),
    ]);
    expect(again).toEqual(first);
    expect(other).not.toEqual(first);
    const [a, b, c, d] = (first as { value: unknown[] }).value;
    expect(a).not.toBe(b);
    expect(c).not.toBe(d);
    expect(await evaluate('$random(3) = $random(3)')).toEqual({ type: 'value', value: true });
  });

  it.each([
    ['$unknown', { type: 'undefined' }],
    ['$states.input.absent', { type: 'undefined' }],
    ['function($x){$x}', { type: 'unsupported' }],
    ['{"f": $sum}', { type: 'unsupported' }],
    ['$nothing(1)', { type: 'error', message: 'T1006: Attempted to invoke a non-function' }],
    ["$error('stop')", { type: 'error', message: 'D3137: stop' }],
    ["$eval('1')", { type: 'error', message: 'T1006: Attempted to invoke a non-function' }],
    [
      "1 + 'a'",
      {
        type: 'error',
        message: 'T2002: The right side of the "+" operator must evaluate to a number',
      },
    ],
    [
      "$range('a', 1, 1)",
      {
        type: 'error',
        message: 'T0410: Argument 1 of function "range" does not match function signature',
      },
    ],
    ["$parse('{')", { type: 'error', message: 'D3137: Invalid JSON' }],
    ['(1', { type: 'error', message: expect.stringMatching(/^S\d{4}: /) }],
  ])('%s ends as data', async (expression, expected) => {
    expect(await evaluate(expression)).toEqual(expected);
  });

  it('tells the syntax problem of an expression', () => {
    expect(readJsonata('[1').problem).toBe('Expected "]" before end of expression');
    expect(readJsonata('[1]')).toEqual({ references: [] });
  });
});

describe('hostile expressions', () => {
  it.each([
    '$ ~> |__proto__|{"polluted": 1}|',
    '$states ~> |__proto__|{"polluted": 1}|',
    '$states.constructor',
    '$lookup($states, "__proto__")',
    '$lookup($states, "constructor")',
    '{"__proto__": {"polluted": 1}}',
    '$merge([{"__proto__": {"polluted": 1}}])',
    '$states ~> |$lookup($, "__proto__")|{"polluted": 1}|',
  ])('%s reaches no prototype', async (expression) => {
    const result = await evaluate(expression);
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
    if (result.type === 'value') expect(Object.getPrototypeOf(result.value)).toBe(Object.prototype);
  });

  it.each([
    '$states ~> |$sum|{"implementation": 1}|',
    '$states ~> |$sum|{"arity": 7}|',
    '$states ~> |$sum|{}, ["implementation"]|',
    '$states ~> |$sum|{"signature": 1}|',
  ])('%s does not change the function for others', async (expression) => {
    expect((await evaluate(expression)).type).toBe('error');
    expect(await evaluate('$map([[1, 2]], $sum)')).toEqual({ type: 'value', value: 3 });
  });

  it('cannot change the variables it was given', async () => {
    const before = JSON.stringify(states);
    await evaluate('$states ~> |$states.input|{"list": "gone"}|');
    await evaluate('($clone := function($x){$x}; $states ~> |input|{"list": "gone"}|)');
    expect(JSON.stringify(states)).toBe(before);
  });

  it.each([
    ['endless recursion', '($f := function($x){ 1 + $f($x) }; $f(1))', EXCESS.depth],
    [
      'endless mutual recursion',
      '($g := function($x){ $h($x) }; $h := function($x){ 1 + $g($x) }; $g(1))',
      EXCESS.depth,
    ],
    [
      'an array that doubles for ever',
      '($f := function($a){ $f($append($a, $a)) }; $f([1]))',
      EXCESS.memory,
    ],
    ['too long a sequence', '[1..2000000]', EXCESS.memory],
    ['deep nesting', `${'['.repeat(50_000)}`, EXCESS.depth],
    ['an endless loop', '($f := function($x){ $f($x + 1) }; $f(1))', EXCESS.time],
  ])('%s ends with an error', async (_, expression, message) => {
    expect(await evaluate(expression)).toEqual({ type: 'error', message });
  });
});
