import { expect, test } from 'vitest';
import { jsonTokens } from './json-tokens.js';

test('cuts JSON into pieces that are the text again', () => {
  const text = JSON.stringify({ 'a "b": 1': [-1.5e3, true, null, 'x: "y"'] }, null, 2);
  const tokens = jsonTokens(text);
  expect(tokens.map((token) => token.text).join('')).toBe(text);
  expect(tokens.filter(({ kind }) => kind !== 'rest').map(({ kind }) => kind)).toEqual([
    'key',
    'number',
    'word',
    'word',
    'text',
  ]);
});
