/**
 * Names of executions: those that somebody gave are worth reading, those that were made up are not.
 * @module
 */
const MADE_UP = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

/**
 * The name, if somebody gave one.
 * @example givenName('2026-11-20') // '2026-11-20'
 */
export function givenName(name: string): string | undefined {
  return MADE_UP.test(name) ? undefined : name;
}
