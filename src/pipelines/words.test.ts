import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { quoteWord, splitWords } from './words.js';

describe('splitWords', () => {
  it.each([
    ['python3  extract.py', ['python3', 'extract.py']],
    ['a \'b c\' "d e" f\\ g', ['a', 'b c', 'd e', 'f g']],
    ['--name="x y"', ['--name=x y']],
    ["''", ['']],
    ['echo $HOME; rm -rf * | cat', ['echo', '$HOME;', 'rm', '-rf', '*', '|', 'cat']],
    ['', []],
  ])('%s', (line, words) => {
    expect(splitWords(line)).toEqual(words);
  });

  it.each(["a 'b", 'a "b'])('%s leaves a quote open', (line) => {
    expect(splitWords(line)).toBeUndefined();
  });

  it('reads any quoted text as the one word it is', () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { maxLength: 4 }), (words) => {
        expect(splitWords(words.map(quoteWord).join(' '))).toEqual(words);
      }),
    );
  });
});
