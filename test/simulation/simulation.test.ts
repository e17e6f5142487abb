import { describe, expect, it } from 'vitest';
import { MUTANTS } from './mutants.js';
import { simulate } from './simulate.js';

/** So many in `npm test`; `simulation.campaign.ts` goes on where they end. */
const SEEDS = 120;
/** Seeds in which a planted bug must show itself. */
const HUNT = 400;

describe('the engine under seeded faults', () => {
  it(`keeps its promises in ${SEEDS} seeds of crashes, failing commits, lost, late and repeated results`, async () => {
    let crashes = 0;
    let executions = 0;
    for (let seed = 1; seed <= SEEDS; seed++) {
      const result = await simulate(seed);
      expect(
        result.violations,
        `seed ${seed}: npm run simulate -- --seeds 1 --from ${seed}`,
      ).toEqual([]);
      crashes += result.crashes;
      executions += result.executions;
    }
    // A simulation in which nothing goes wrong, or nothing happens, would pass as well.
    expect(crashes).toBeGreaterThan(SEEDS / 2);
    expect(executions).toBeGreaterThan(SEEDS * 3);
  }, 1_800_000);

  it('does the same again for the same seed', async () => {
    for (const seed of [3, 17, 99]) {
      expect((await simulate(seed)).hash).toBe((await simulate(seed)).hash);
    }
  });
});

describe('the simulation finds an engine that', () => {
  for (const mutant of MUTANTS) {
    it(mutant.name, { timeout: 900_000 }, async () => {
      const found: string[] = [];
      for (let seed = 1; seed <= HUNT && found.length === 0; seed++) {
        if (mutant.shows?.(seed) === false) continue;
        found.push(...(await simulate(seed, mutant)).violations);
      }
      expect(found.length).toBeGreaterThan(0);
    });
  }
});
