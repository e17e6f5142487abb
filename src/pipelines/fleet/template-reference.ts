/**
 * References to templates, as pipeline files write them: `NAME@VERSION`.
 * @module
 */

export interface TemplateReference {
  readonly name: string;
  readonly version: number;
}

const REFERENCE = /^([A-Za-z0-9][A-Za-z0-9._-]{0,79})@([0-9]{1,6})$/;

/**
 * Undefined when it is none.
 * @example parseReference('standard-etl@2') // { name: 'standard-etl', version: 2 }
 */
export function parseReference(text: string): TemplateReference | undefined {
  const [, name, version] = REFERENCE.exec(text) ?? [];
  return name === undefined ? undefined : { name, version: Number(version) };
}

/**
 * The reference to the newest version of the same template; undefined when it is the newest itself, or none is known.
 * @param known references to the templates that a pipeline can use
 * @example newerThan('etl@2', ['etl@2', 'etl@10', 'other@30']) // 'etl@10'
 */
export function newerThan(reference: string, known: Iterable<string>): string | undefined {
  const own = parseReference(reference);
  if (own === undefined) return undefined;
  let newest: string | undefined;
  let version = own.version;
  for (const each of known) {
    const other = parseReference(each);
    if (other === undefined || other.name !== own.name || other.version <= version) continue;
    newest = each;
    version = other.version;
  }
  return newest;
}
