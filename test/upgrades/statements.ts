/**
 * The statements of a script. Those of the store hold no semicolon in a text.
 * @module
 */

/** @example statementsOf('CREATE TABLE a (b TEXT); DROP TABLE c;') // ['CREATE TABLE a (b TEXT)', 'DROP TABLE c'] */
export function statementsOf(script: string): string[] {
  return script
    .split(';')
    .map((one) => one.trim())
    .filter((one) => one !== '');
}
