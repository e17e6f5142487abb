import { describe, expect, it } from 'vitest';
import { matchesName, nameWildcard } from './wildcard.js';

describe('a name with wildcards', () => {
  it.each([
    ['load', 'load', true],
    ['load', 'load-2', false],
    ['load', 'Load', false],
    ['load-*', 'load-', true],
    ['load-*', 'load-parcels', true],
    ['*load*', 'a load b', true],
    ['*a*b*c', 'xaxbxc', true],
    ['*a*b*c', 'xaxbxcx', false],
    ['l?ad', 'load', true],
    ['l?ad', 'lad', false],
    ['job-[abc]', 'job-b', true],
    ['job-[abc]', 'job-d', false],
    ['job-[a-c]1', 'job-c1', true],
    ['job-[!abc]', 'job-d', true],
    ['job-[!abc]', 'job-a', false],
    ['job-[]]', 'job-]', true],
    ['job-[*]', 'job-*', true],
    ['job-[*]', 'job-x', false],
    ['open[bracket', 'open[bracket', true],
    ['', '', true],
    ['*', '', true],
    ['?', '𝄞', true],
  ])('%s and %s: %s', (written, name, matches) => {
    expect(matchesName(nameWildcard(written), name)).toBe(matches);
  });

  it('means a thing that is called like itself, too', () => {
    expect(matchesName(nameWildcard('load[1]*'), 'load[1]*')).toBe(true);
  });

  it('takes no time that grows with the stars', () => {
    const wildcard = nameWildcard('*a'.repeat(200));
    expect(matchesName(wildcard, `${'a'.repeat(500)}b`)).toBe(false);
  });
});
