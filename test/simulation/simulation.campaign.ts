/**
 * More seeds than anybody wants to wait for after each change.
 * @module
 */
import { describe, expect, it } from 'vitest';
import { simulate } from './simulate.js';

const FIRST = 121;
const LAST = 420;

describe('the engine under seeded faults', () => {
  it(`keeps its promises in the seeds ${FIRST} to ${LAST}`, async () => {
    let crashes = 0;
    for (let seed = FIRST; seed <= LAST; seed++) {
      const result = await simulate(seed);
      const again = `seed ${seed}: npm run simulate -- --seeds 1 --from ${seed}`;
      expect(result.violations, again).toEqual([]);
      crashes += result.crashes;
    }
    expect(crashes).toBeGreaterThan(LAST - FIRST);
  }, 3_000_000);
});
