import { describe, expect, it } from 'vitest';
import { suggest } from './suggestion.js';

describe('suggest', () => {
  it.each([
    ['Nxt', 'Next'],
    ['next', 'Next'],
    ['Nex', 'Next'],
    ['Edn', 'End'],
    ['TimeoutSecond', 'TimeoutSeconds'],
    ['ResultPaht', 'ResultPath'],
  ])('%s means %s', (name, meant) => {
    expect(suggest(name, ['Next', 'End', 'TimeoutSeconds', 'ResultPath', 'Comment'])).toBe(meant);
  });

  it.each(['Zzz', 'Foo', '', 'x'.repeat(1_000_000)])('%# is close to nothing', (name) => {
    expect(suggest(name, ['Next', 'End', 'TimeoutSeconds'])).toBeUndefined();
  });
});
