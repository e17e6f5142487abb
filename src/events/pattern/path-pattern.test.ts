import { describe, expect, it } from 'vitest';
import { matchesPath, parsePathPattern } from './path-pattern.js';

function matches(written: string, path: string): boolean {
  const parsed = parsePathPattern(written);
  if ('reason' in parsed) throw new Error(parsed.reason);
  return matchesPath(parsed.pattern, path);
}

describe('a pattern of paths', () => {
  it.each([
    ['*.csv', ['o.csv', 'done/o.csv', 'a/b/o.csv'], ['o.csv.bak', 'o.txt', 'csv/o']],
    ['orders-*.csv', ['orders-1.csv', 'done/orders-1.csv'], ['done-orders-1.csv', 'orders-/1.csv']],
    ['/*.csv', ['o.csv'], ['done/o.csv', 'a/b/o.csv']],
    ['./*.csv', ['o.csv'], ['done/o.csv']],
    ['/*', ['o.csv', 'x'], ['done/o.csv']],
    ['in/*.csv', ['in/o.csv'], ['o.csv', 'in/done/o.csv', 'x/in/o.csv', 'inside/o.csv']],
    ['/in/*.csv', ['in/o.csv'], ['o.csv', 'in/done/o.csv']],
    ['*/o.csv', ['a/o.csv'], ['o.csv', 'a/b/o.csv']],
    ['in/**', ['in/o.csv', 'in/a/b/o.csv'], ['o.csv', 'in', 'inside/o.csv']],
    ['in/**/*.csv', ['in/o.csv', 'in/a/o.csv', 'in/a/b/o.csv'], ['o.csv', 'in/a/o.txt']],
    ['**/2026/*.csv', ['2026/o.csv', 'a/b/2026/o.csv'], ['2026/05/o.csv', 'o.csv']],
    ['a/**/b/**/c', ['a/b/c', 'a/x/b/y/z/c', 'a/b/b/c'], ['a/c', 'b/a/c', 'a/b/c/d']],
    ['**', ['o.csv', 'a/b/o.csv'], []],
    ['/**', ['o.csv', 'a/b/o.csv'], []],
    ['**/**/o.csv', ['o.csv', 'a/o.csv'], ['a/p.csv']],
    ['\\*.csv', ['*.csv', 'a/*.csv'], ['o.csv']],
    ['/a?b[1].csv', ['a?b[1].csv'], ['axb1.csv']],
    ['o.csv', ['o.csv', 'done/o.csv'], ['O.csv', 'xo.csv']],
  ])('%s takes %j and leaves %j', (written, taken, left) => {
    expect(taken.filter((path) => !matches(written, path))).toEqual([]);
    expect(left.filter((path) => matches(written, path))).toEqual([]);
  });

  it.each([
    ['a**.csv', '** by itself'],
    ['**.csv', '** by itself'],
    ['in//o.csv', 'missing'],
    ['in/', 'missing'],
    ['/', 'missing'],
    ['', 'missing'],
    ['../o.csv', '".."'],
    ['a/./o.csv', '"."'],
    ['\\q', 'Invalid escape'],
    ['x'.repeat(1_001), '1000 characters'],
  ])('%s is refused', (written, reason) => {
    const parsed = parsePathPattern(written);
    expect('reason' in parsed && parsed.reason).toContain(reason);
  });

  it('is matched in no time, however it is made', () => {
    const began = performance.now();
    const written = `${'**/*a*/'.repeat(100)}b`;
    expect(matches(written, `${'aaaaaaaaaa/'.repeat(400)}c`)).toBe(false);
    expect(performance.now() - began).toBeLessThan(500);
  });
});
