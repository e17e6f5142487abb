/**
 * A scope for the tests of this folder.
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import { ownValue } from './property.js';
import type { Scope } from './scope.js';

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
