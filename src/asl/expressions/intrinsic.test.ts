import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { testScope } from '../../../test/asl/test-scope.js';
import type { Json } from '../json.js';
import { ExpressionFailure } from './failure.js';
import { compileIntrinsic, evaluateIntrinsic } from './intrinsic.js';

const input: Json = {
  list: [3, 1, 3, { a: 1, b: 2 }, { b: 2, a: 1 }],
  text: 'a-b,c',
  object: { k: [1, 'two'], n: null },
  template: '{} of {}',
  big: 'x'.repeat(10_001),
};

function evaluate(text: string): Json {
  return evaluateIntrinsic(compileIntrinsic(text), testScope(input));
}

describe('intrinsic functions', () => {
  it.each<[string, Json]>([
    ['States.Array()', []],
    ["States.Array(1, 'x', null, true, $.text)", [1, 'x', null, true, 'a-b,c']],
    ['States.ArrayPartition($.list, 4)', [[3, 1, 3, { a: 1, b: 2 }], [{ a: 1, b: 2 }]]],
    ['States.ArrayContains($.list, 1)', true],
    ['States.ArrayContains($.list, 2)', false],
    ['States.ArrayRange(1, 9, 4)', [1, 5, 9]],
    ['States.ArrayRange(3, 1, -1)', [3, 2, 1]],
    ['States.ArrayRange(3, 1, 1)', []],
    ['States.ArrayGetItem($.list, 1)', 1],
    ['States.ArrayLength($.list)', 5],
    ['States.ArrayUnique($.list)', [3, 1, { a: 1, b: 2 }]],
    ["States.Base64Encode('grün 🌱')", 'Z3LDvG4g8J+MsQ=='],
    ["States.Base64Decode('Z3LDvG4g8J+MsQ==')", 'grün 🌱'],
    ["States.Hash('abc', 'MD5')", '900150983cd24fb0d6963f7d28e17f72'],
    ["States.Hash('abc', 'SHA-1')", 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [
      "States.Hash('abc', 'SHA-256')",
      'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
    ],
    ['States.JsonMerge($.object, $.object, false)', { k: [1, 'two'], n: null }],
    ["States.StringToJson('[1, {}]')", [1, {}]],
    ["States.StringToJson(' ')", null],
    ['States.JsonToString($.object)', '{"k":[1,"two"],"n":null}'],
    ['States.MathAdd(2.5, -0.5)', 3],
    ['States.MathAdd(-1.5, 0)', -1],
    ["States.StringSplit($.text, '-,')", ['a', 'b', 'c']],
    ["States.Format('{} is {}', 'x', $.object)", 'x is {k=[1, two], n=null}'],
    ["States.Format('\\{{}\\} it\\'s \\\\', 1)", "{1} it's \\"],
    ['States.Format($.template, 1, 2)', '1 of 2'],
    ["States.Format('{}', States.ArrayLength(States.Array(1, 2)))", '2'],
  ])('%s', (text, expected) => {
    expect(evaluate(text)).toEqual(expected);
  });

  it('draws a number from the interval, the same one for the same seed', () => {
    const drawn = evaluate('States.MathRandom(5, 8)');
    expect([5, 6, 7]).toContain(drawn);
    expect(evaluate('States.MathRandom(5, 8)')).toBe(drawn);
    expect(evaluate('States.MathRandom(0, 1000000, 42)')).toBe(
      evaluate('States.MathRandom(0, 1000000, 42)'),
    );
  });

  it.each([
    'States.ArrayGetItem($.list, 9)',
    'States.ArrayGetItem($.text, 0)',
    'States.ArrayPartition($.list, 0)',
    'States.ArrayRange(0, 5, 0)',
    'States.ArrayRange(0, 1000, 1)',
    "States.Base64Decode('%%')",
    'States.Base64Encode($.big)',
    "States.Hash('a', 'CRC')",
    'States.JsonMerge($.object, $.object, true)',
    'States.JsonMerge($.object, $.text, false)',
    "States.StringToJson('{')",
    "States.Format('{}')",
    "States.Format('{}', 1, 2)",
    "States.MathAdd('1', 2)",
    'States.MathRandom(3, 3)',
    'States.ArrayLength($.text)',
  ])('%s fails with States.IntrinsicFailure and names the function', (text) => {
    expect(() => evaluate(text)).toThrow(
      expect.objectContaining({
        error: 'States.IntrinsicFailure',
        message: expect.stringContaining(`The function '${text}' had the following error: `),
      }),
    );
  });

  it('tells which path found nothing', () => {
    expect(() => evaluate('States.ArrayLength($.absent)')).toThrow(
      expect.objectContaining({
        error: 'States.Runtime',
        message: expect.stringContaining(
          "The JsonPath argument for the field '$.absent' could not be found",
        ),
      }),
    );
  });

  it.each([
    'States.Nope()',
    'States.Array(',
    'States.Array(1,)',
    "States.Format('open)",
    'States.UUID(1)',
    'States.ArrayLength()',
    'States.StringToJson(\'{\\"a\\":1}\')',
    "States.Array('a' 'b')",
    'States.Array() trailing',
    `${'States.Array('.repeat(11)}${')'.repeat(11)}`,
  ])('%s is refused when it is compiled', (text) => {
    expect(() => compileIntrinsic(text)).toThrow(ExpressionFailure);
  });

  it('refuses to build a text that would stall the process', () => {
    const long = `States.Format('${'{}'.repeat(900)}'${', $.big'.repeat(900)})`;
    expect(() => evaluate(long)).toThrow(/has more than 1048576 characters/);
  });

  it('never fails but with an ExpressionFailure, whatever the text', () => {
    const part = fc.constantFrom(
      'States.',
      'Format',
      'Array',
      '(',
      ')',
      "'",
      '{}',
      '\\',
      ',',
      ' ',
      '$.text',
      '$',
      '1',
      '-',
      'null',
      '\u0000',
    );
    fc.assert(
      fc.property(fc.array(part, { maxLength: 25 }), (parts) => {
        try {
          evaluate(`States.Array(${parts.join('')}`);
        } catch (error) {
          expect(error).toBeInstanceOf(ExpressionFailure);
        }
      }),
      { numRuns: 1_000 },
    );
  });

  it('encodes and decodes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 200 }), (text) => {
        const scope = testScope({ text });
        const encoded = evaluateIntrinsic(compileIntrinsic('States.Base64Encode($.text)'), scope);
        expect(encoded).toBe(Buffer.from(text, 'utf8').toString('base64'));
        const back = evaluateIntrinsic(
          compileIntrinsic('States.Base64Decode($.text)'),
          testScope({ text: encoded }),
        );
        expect(back).toBe(text);
      }),
    );
  });

  it('decodes any bytes as the platform does', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => {
        const text = Buffer.from(bytes).toString('base64');
        const decoded = evaluateIntrinsic(
          compileIntrinsic('States.Base64Decode($.text)'),
          testScope({ text }),
        ) as string;
        // How many U+FFFD stand for a broken sequence is left to the decoder; everything else must agree.
        expect(decoded.replaceAll('\ufffd', '')).toBe(
          Buffer.from(bytes).toString('utf8').replaceAll('\ufffd', ''),
        );
      }),
    );
  });
});
