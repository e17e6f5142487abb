import { expect, test } from 'vitest';
import {
  insertAt,
  LONGEST_SHARED,
  lineOfError,
  quotedName,
  textInHash,
  textToHash,
} from './query-text.js';

test('a text comes out of an address as it went in', () => {
  for (const text of ['SELECT 1', 'a\n%"#&=é😀', '']) {
    expect(textInHash(`#${textToHash(text)}`)).toBe(text);
  }
  expect(textToHash('x'.repeat(LONGEST_SHARED))).toBeUndefined();
  for (const hash of ['', '#', '#x=1', '#q=%E0%A4%A']) expect(textInHash(hash)).toBeUndefined();
});

test('names are put where the cursor is, and do not grow together with what stands there', () => {
  expect(insertAt('FROM', 4, 4, '"a/b"')).toEqual({ text: 'FROM "a/b"', cursor: 10 });
  expect(insertAt('SELECT  FROM x', 7, 7, 'id')).toEqual({ text: 'SELECT id FROM x', cursor: 9 });
  expect(insertAt('sum(x)', 4, 5, 'price')).toEqual({ text: 'sum(price)', cursor: 9 });
  expect(quotedName('a "b"')).toBe('"a ""b"""');
});

test('an error leads to its line, and to the word that it names', () => {
  const text = 'SELECT 1\nFROM t\nWHERE foo > 2';
  expect(lineOfError('The query fails: line 3: column "foo" is not there', text)).toEqual({
    ...{ line: 3, from: 22, to: 25 },
  });
  expect(lineOfError('line 2: no "zzz"', text)).toEqual({ line: 2, from: 9, to: 15 });
  expect(lineOfError('line 9: x', text)).toBeUndefined();
  expect(lineOfError('nothing', text)).toBeUndefined();
});
