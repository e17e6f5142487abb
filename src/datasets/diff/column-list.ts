/**
 * Names of columns as people write them: `id,day`; one with a comma or a quote in it in double quotes, as in a line of CSV.
 * @module
 */

/** One name: in quotes, where a quote is doubled, or as it stands. */
const NAME = /\s*(?:"((?:[^"]|"")+)"|([^",]+))\s*(,|$)/y;

/**
 * @returns the names; undefined: the text is no list of them
 * @example columnList('id,"a,b"') // ['id', 'a,b']
 */
export function columnList(text: string): string[] | undefined {
  const names: string[] = [];
  for (NAME.lastIndex = 0; NAME.lastIndex < text.length; ) {
    const found = NAME.exec(text);
    if (found === null) return undefined;
    const [, quoted, plain = '', end] = found;
    const name = quoted === undefined ? plain.trim() : quoted.replaceAll('""', '"');
    if (name === '') return undefined;
    names.push(name);
    if (end === '' && NAME.lastIndex < text.length) return undefined;
    if (end === ',' && NAME.lastIndex >= text.length) return undefined;
  }
  return names.length === 0 ? undefined : names;
}
