/**
 * What of a mapping of ODCS was not taken, and why.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import type { ValuePath } from '../../source-file.js';

/** Takes what is not taken over, with its place and the reason. */
export type Left = (path: ValuePath, why: string) => void;

/** Fields that promise nothing of the data. */
const ABOUT: { readonly [field: string]: string } = {
  id: 'it names the document',
  name: 'it names the document',
  version: 'versions of a contract are those of its file in git',
  status: 'a contract holds where a pipeline names it',
  servers: 'where data lies is said by the pipeline',
  team: 'owners are said in the file of the team',
  roles: 'who may read is said by roles',
  support: 'where people are told is said in the file of the team',
  price: 'it says nothing of the data',
  tags: 'tags are said in the pipeline file',
};

/**
 * Tells every field that is not known.
 * @param known names of fields that somebody reads
 */
export function leftOver(
  value: JsonObject,
  known: ReadonlySet<string>,
  at: ValuePath,
  left: Left,
): void {
  for (const [name, held] of Object.entries(value)) {
    if (known.has(name) || isNothing(held)) continue;
    left([...at, name], ABOUT[name] ?? 'a contract has no word for it');
  }
}

function isNothing(value: Json): boolean {
  return value === null || value === false || (Array.isArray(value) && value.length === 0);
}

/** A value as text; '' of what has none. */
export function textOf(value: Json | undefined): string {
  return typeof value === 'string' || typeof value === 'number' ? String(value) : '';
}
