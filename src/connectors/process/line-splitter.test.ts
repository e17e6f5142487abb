import fc from 'fast-check';
import { expect, test } from 'vitest';
import { LineSplitter } from './line-splitter.js';

function linesOf(chunks: Buffer[], limit: number): string[] {
  const lines: string[] = [];
  const splitter = new LineSplitter(limit, (line) => lines.push(line));
  for (const chunk of chunks) splitter.push(chunk);
  splitter.end();
  return lines;
}

test('gives the same lines however the bytes arrive', () => {
  const text = fc.array(fc.constantFrom('a', 'ö', '😀', '\n', '\r\n'), { maxLength: 40 });
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 5 }), (parts, size) => {
      const bytes = Buffer.from(parts.join(''));
      const chunks: Buffer[] = [];
      for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
      expect(linesOf(chunks, 1_000)).toEqual(linesOf([bytes], 1_000));
    }),
  );
});

test('takes off line ends of Windows, and counts a last line without end', () => {
  expect(linesOf([Buffer.from('a\r\n\nb')], 100)).toEqual(['a', '', 'b']);
});

test('cuts long lines, never inside of a character', () => {
  const [line] = linesOf([Buffer.from('äöü and more\n')], 3);
  expect(line).toBe('ä … (12 more bytes)');
});
