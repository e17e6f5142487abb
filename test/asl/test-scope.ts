/**
 * A scope for the tests of expressions.
 * @module
 */

import { ownValue } from '../../src/asl/expressions/property.js';
import type { Scope } from '../../src/asl/expressions/scope.js';
import type { Json, JsonObject } from '../../src/asl/json.js';

/** A scope over an input, with a small Context Object and any variables. */
export function testScope(input: Json, variables: JsonObject = {}): Scope {
  return {
    input,
    context: { Execution: { Name: 'nightly', Input: input }, State: { Name: 'Load' } },
    variable: (name) => ownValue(variables, name),
    at: 1_700_000_000_000,
    seed: 'seed',
  };
}

/** Milliseconds of the fastest of three runs: what the work takes when nothing else disturbs it. */
export function fastestOf3(work: () => void): number {
  const times = [1, 2, 3].map(() => {
    const before = performance.now();
    work();
    return performance.now() - before;
  });
  return Math.min(...times);
}
