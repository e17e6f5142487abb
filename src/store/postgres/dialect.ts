/**
 * The words in which PostgreSQL takes what the store says in the shared subset (../plan.ts).
 *
 * - Placeholders are numbered.
 * - What joins texts is called string_agg.
 * - INTEGER is a whole number of 64 bits there and of 32 bits here: BIGINT.
 * - BLOB is BYTEA.
 * - TEXT is ordered as its bytes are there; here it depends on the database, unless its collation is "C".
 * @module
 */
const numberedTexts = new Map<string, string>();

/** `?` → `$1`, `$2`, …; no text of ours has a `?` in quotes. @example numbered('a = ? OR b = ?') // 'a = $1 OR b = $2' */
export function numbered(sql: string): string {
  const known = numberedTexts.get(sql);
  if (known !== undefined) return known;
  let count = 0;
  const made = sql.replaceAll('group_concat(', 'string_agg(').replaceAll('?', () => {
    count += 1;
    return `$${count}`;
  });
  numberedTexts.set(sql, made);
  return made;
}

/** A step that makes or changes tables. @example tableWords('a INTEGER, b TEXT') // 'a BIGINT, b TEXT COLLATE "C"' */
export function tableWords(step: string): string {
  return step
    .replaceAll(/\bINTEGER\b/g, 'BIGINT')
    .replaceAll(/\bBLOB\b/g, 'BYTEA')
    .replaceAll(/\bTEXT\b/g, 'TEXT COLLATE "C"');
}
