import { describe, expect, it } from 'vitest';
import type { Json } from '../json.js';
import { setPath } from './path.js';

describe('setPath', () => {
  it.each<[string, Json, Json]>([
    ['$', { a: 1 }, 'new'],
    ['$.b', { a: 1 }, { a: 1, b: 'new' }],
    ['$.b.c', { a: 1 }, { a: 1, b: { c: 'new' } }],
    ["$['b']['c d']", {}, { b: { 'c d': 'new' } }],
    ['$.list[1]', { list: [1, 2] }, { list: [1, 'new'] }],
    ['$.list[0].x', { list: [{}] }, { list: [{ x: 'new' }] }],
    ['$.a', { a: { b: 1 } }, { a: 'new' }],
  ])('writes %s', (path, root, expected) => {
    expect(setPath(root, path, 'new')).toEqual(expected);
  });

  it('shares what it does not change and leaves the old value alone', () => {
    const root = { a: { deep: true }, b: { c: 1 } };
    const result = setPath(root, '$.b.c', 2) as typeof root;
    expect(root.b.c).toBe(1);
    expect(result.a).toBe(root.a);
  });

  it.each<[string, Json]>([
    ['$.a.b', { a: 'text' }],
    ['$.a', ['list']],
    ['$.a[2]', { a: [1] }],
    ['$.a[0]', {}],
    ['$.a', 'text'],
    ['$.a', null],
  ])('%s that cannot exist is a States.ResultPathMatchFailure', (path, root) => {
    expect(() => setPath(root, path, 1)).toThrow(
      expect.objectContaining({ error: 'States.ResultPathMatchFailure' }),
    );
  });

  it.each(['$.a[*]', '$..a', '$$.a', '$variable', '$.a[-1]', 'a'])(
    '%s is no reference path',
    (path) => {
      expect(() => setPath({}, path, 1)).toThrow(
        expect.objectContaining({ error: 'States.Runtime' }),
      );
    },
  );

  it('sets a key called __proto__ without touching any prototype', () => {
    const result = setPath({}, '$.__proto__.polluted', 1);
    expect(JSON.stringify(result)).toBe('{"__proto__":{"polluted":1}}');
    expect(Object.hasOwn(Object.prototype, 'polluted')).toBe(false);
    expect(Object.getPrototypeOf(result)).toBe(Object.prototype);
  });
});
