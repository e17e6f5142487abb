import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Heap } from './heap.js';

it('gives what was put into it, the soonest first, whatever the order', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: 50 })), (times) => {
      const heap = new Heap<{ at: number }>();
      for (const at of times) heap.push({ at });
      const taken: number[] = [];
      while (heap.first) {
        const soonest = heap.first.at;
        expect(heap.pop()?.at).toBe(soonest);
        taken.push(soonest);
      }
      expect(taken).toEqual([...times].sort((a, b) => a - b));
      expect(heap.pop()).toBeUndefined();
    }),
  );
});
