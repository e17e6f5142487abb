/**
 * Queries as calls take them: what was not asked for is absent, not undefined.
 * @module
 */

/** @example defined({ limit: 10, cursor: undefined }) // { limit: 10 } */
export function defined<Query extends object>(
  query: Query,
): { [Name in keyof Query]: Exclude<Query[Name], undefined> } {
  return Object.fromEntries(Object.entries(query).filter(([, value]) => value !== undefined)) as {
    [Name in keyof Query]: Exclude<Query[Name], undefined>;
  };
}
