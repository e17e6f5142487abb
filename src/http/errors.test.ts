/**
 * The catalogues of refusals: a code stands for one situation, wherever it is said.
 * @module
 */
import { expect, it } from 'vitest';
import { ENGINE_ERRORS } from '../engine/kernel/errors.js';
import { maskText } from '../secrets/secrets-in-text.js';
import { HTTP_ERRORS } from './errors.js';

it('gives every refusal a code of its own', () => {
  const codes = [...Object.values(ENGINE_ERRORS), ...Object.values(HTTP_ERRORS)].map(
    ({ code }) => code,
  );
  expect(codes.filter((code, index) => codes.indexOf(code) !== index)).toEqual([]);
});

it('says what no mask of secrets takes away', () => {
  for (const { code, message, fix } of [
    ...Object.values(ENGINE_ERRORS),
    ...Object.values(HTTP_ERRORS),
  ]) {
    expect(maskText(message), code).toBe(message);
    expect(maskText(fix), code).toBe(fix);
  }
});
