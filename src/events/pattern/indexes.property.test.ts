/**
 * The indexes inside of the automaton against looking at everything, and against indexes that were never changed.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { addBlock, newAddressSet, removeBlock, visitBlocks } from './address-set.js';
import type { NumericRange } from './matcher-types.js';
import { addKey, newRadixTree, removeKey, visitKeysOf } from './radix-tree.js';
import { addRange, newRangeSet, removeRange, visitRanges } from './range-set.js';

const RUNS = { numRuns: 1000, seed: 20_260_102 };
const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 6 });
const changes = fc.array(fc.tuple(fc.boolean(), word, fc.integer({ min: 0, max: 2 })), {
  maxLength: 30,
});
const OWNERS = [{ owner: 0 }, { owner: 1 }, { owner: 2 }] as const;
type Owner = (typeof OWNERS)[number];

/** What is left of the changes: keys with their owners. */
function remaining(steps: readonly [boolean, string, number][]): [string, Owner][] {
  const left = new Map<string, [string, Owner]>();
  for (const [isAdded, key, index] of steps) {
    const id = `${key} ${index}`;
    left.delete(id);
    if (isAdded) left.set(id, [key, OWNERS[index] ?? OWNERS[0]]);
  }
  return [...left.values()];
}

describe.each(['forwards', 'backwards'] as const)('a radix tree read %s', (direction) => {
  it('finds the keys of a text, and looks as if removed keys had never been there', () => {
    fc.assert(
      fc.property(changes, word, (steps, text) => {
        const tree = newRadixTree<Owner>(direction);
        for (const [isAdded, key, index] of steps) {
          const change = isAdded ? addKey : removeKey;
          change(tree, key, OWNERS[index] ?? OWNERS[0]);
        }
        const left = remaining(steps);
        const fresh = newRadixTree<Owner>(direction);
        for (const [key, owner] of left) addKey(fresh, key, owner);
        expect(tree).toEqual(fresh);

        const found: number[] = [];
        visitKeysOf(tree, text, ({ owner }) => found.push(owner));
        const wanted = left
          .filter(([key]) => (direction === 'forwards' ? text.startsWith(key) : text.endsWith(key)))
          .map(([, { owner }]) => owner);
        expect(found.sort()).toEqual(wanted.sort());
      }),
      RUNS,
    );
  });
});

describe('a set of addresses', () => {
  it('finds the blocks of an address, and keeps nothing of removed ones', () => {
    fc.assert(
      fc.property(changes, word, (steps, bits) => {
        const set = newAddressSet<Owner>();
        for (const [isAdded, key, index] of steps) {
          const change = isAdded ? addBlock : removeBlock;
          change(set, key, OWNERS[index] ?? OWNERS[0]);
        }
        const left = remaining(steps);
        const found: number[] = [];
        visitBlocks(set, bits, ({ owner }) => found.push(owner));
        const wanted = left.filter(([key]) => bits.startsWith(key)).map(([, { owner }]) => owner);
        expect(found.sort()).toEqual(wanted.sort());
        for (const [key, owner] of left) removeBlock(set, key, owner);
        expect(set).toEqual(newAddressSet());
      }),
      RUNS,
    );
  });
});

describe('a set of ranges', () => {
  const bound = fc.integer({ min: -4, max: 4 });
  const range: fc.Arbitrary<NumericRange> = fc.record({
    low: bound,
    isLowOpen: fc.boolean(),
    high: bound,
    isHighOpen: fc.boolean(),
  });

  it('finds the ranges that hold a number, also after changes', () => {
    fc.assert(
      fc.property(
        fc.array(range, { maxLength: 20 }),
        fc.array(bound),
        bound,
        (ranges, gone, number) => {
          const set = newRangeSet<Owner>();
          const left = new Set(ranges);
          for (const one of ranges) addRange(set, one, OWNERS[0]);
          for (const index of gone) {
            visitRanges(set, number, () => undefined);
            const one = ranges[index];
            if (one === undefined) continue;
            removeRange(set, one, OWNERS[0]);
            left.delete(one);
          }
          const wanted = [...left].filter(
            ({ low, isLowOpen, high, isHighOpen }) =>
              (isLowOpen ? low < number : low <= number) &&
              (isHighOpen ? number < high : number <= high),
          );
          let found = 0;
          visitRanges(set, number, () => {
            found += 1;
          });
          expect(found).toBe(wanted.length);
        },
      ),
      RUNS,
    );
  });
});
