import { expect, test } from 'vitest';
import type { Json } from '../asl/json.js';
import { asReference, fillReferences, inFormat, referencesIn, secret } from './secret-reference.js';

test.each<[Json, boolean]>([
  [{ secret: 'county-api' }, true],
  [{ secret: 'teams/parcels/api.key' }, true],
  [{ secret: 'county-api', format: 'Bearer {}' }, true],
  [{ secret: 'county-api', as: 'file' }, true],
  [{ secret: 'county-api', format: 'Bearer' }, false],
  [{ secret: 'county-api', as: 'folder' }, false],
  [{ secret: 'county-api', more: 1 }, false],
  [{ secret: '{% $states.input.name %}' }, false],
  [{ secret: '-rf' }, false],
  [{ secret: '' }, false],
  [{ secret: 7 }, false],
  [{ 'secret.$': '$.name' }, false],
  ['county-api', false],
  [null, false],
])('%j is a reference: %s', (written, expected) => {
  expect(asReference(written) !== undefined).toBe(expected);
});

test('finds every reference that a definition writes, with where it stands', () => {
  expect(
    referencesIn({ env: { A: { secret: 'a' }, B: 'plain' }, list: [1, { secret: 'b' }] }),
  ).toEqual([
    { reference: { secret: 'a' }, at: ['env', 'A'] },
    { reference: { secret: 'b' }, at: ['list', '1'] },
  ]);
});

test('fills what the definition writes, and leaves what has come with the data as it is', () => {
  const written: Json = { env: { TOKEN: { secret: 'a' } }, 'input.$': '$' };
  const value: Json = { env: { TOKEN: { secret: 'a' } }, input: { secret: 'b' } };
  const asked: string[] = [];
  const filled = fillReferences(value, written, ({ reference }) => {
    asked.push(reference.secret);
    return 'filled';
  });
  expect(filled).toEqual({ env: { TOKEN: 'filled' }, input: { secret: 'b' } });
  expect(asked).toEqual(['a']);
});

test('leaves a member out for which there is no text', () => {
  const written: Json = { env: { A: { secret: 'a', as: 'file' }, B: 'b' } };
  expect(fillReferences(written, written, () => undefined)).toEqual({ env: { B: 'b' } });
});

test('takes members of every name, also one called __proto__', () => {
  const written = JSON.parse('{"__proto__":{"x":{"secret":"a"}},"b":1}') as Json;
  const filled = fillReferences(written, written, () => 'filled');
  expect(JSON.stringify(filled)).toBe('{"__proto__":{"x":"filled"},"b":1}');
  expect(({} as { x?: unknown }).x).toBeUndefined();
});

test('puts the value wherever the format says, whatever characters it has', () => {
  expect(inFormat({ secret: 'a', format: 'Bearer {}' }, '$& $1')).toBe('Bearer $& $1');
  expect(inFormat({ secret: 'a' }, 'x')).toBe('x');
});

test('is written by a function in TypeScript', () => {
  expect(secret('county-api', { format: 'Bearer {}' })).toEqual({
    secret: 'county-api',
    format: 'Bearer {}',
  });
});
