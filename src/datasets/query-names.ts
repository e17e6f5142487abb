/**
 * Which datasets a query may be about, from its text: `parcels/example`, `parcels/example@20261130T031502Z-8c1d22fa`,
 * `planning:zoning/areas`.
 *
 * A name with a slash or a version is none to SQL unless it is in double quotes. Where nothing else can be meant, it is put into them
 * here. What is found are candidates: words that are columns, too. What a query really reads is known when it has been parsed.
 * @module
 */

/** Comments, texts, names in quotes, and what looks like a name. */
const TOKENS =
  /--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|[eE]'(?:\\[\s\S]|''|[^'\\])*'?|'(?:''|[^'])*'?|\$(\w*)\$[\s\S]*?(?:\$\1\$|$)|"(?:""|[^"])*"?|(?:[A-Za-z0-9][\w.-]*:)?[A-Za-z_][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)*@(?:\d{8}T\d{6}Z-[0-9a-z]{8}|current)\b|[A-Za-z_\u0080-\uffff][\w\u0080-\uffff]*/g;

const VERSIONED = /@(?:\d{8}T\d{6}Z-[0-9a-z]{8}|current)$/;
/** After these, a slash divides nothing. */
const NAMED =
  /\b(from|join)(\s+)((?:[A-Za-z0-9][\w.-]*:)?[A-Za-z0-9][\w.-]*(?:\/[A-Za-z0-9][\w.-]*)+)(?![\w"@/(])/gi;

/**
 * The query with such names in quotes.
 * @example withQuotedNames('SELECT * FROM parcels/example') // 'SELECT * FROM "parcels/example"'
 */
export function withQuotedNames(sql: string): string {
  let quoted = '';
  let at = 0;
  let plainFrom = 0;
  const plain = (end: number): void => {
    quoted += sql.slice(plainFrom, end).replace(NAMED, '$1$2"$3"');
    plainFrom = end;
  };
  for (const { 0: token, index } of sql.matchAll(TOKENS)) {
    at = index + token.length;
    const isVersioned = VERSIONED.test(token) && !/^(?:["'$]|--)/.test(token);
    const isClosed = /^(?:["'$]|--|\/\*|[eE]')/.test(token);
    if (!isVersioned && !isClosed) continue;
    plain(index);
    quoted += isVersioned ? `"${token}"` : token;
    plainFrom = at;
  }
  plain(sql.length);
  return quoted;
}

/**
 * Names in a query that has been quoted, each once; at most so many.
 * @example namesIn('SELECT a FROM "parcels/example"') // ['SELECT', 'a', 'FROM', 'parcels/example']
 */
export function namesIn(sql: string, most = 10_000): string[] {
  const found = new Set<string>();
  for (const [token] of sql.matchAll(TOKENS)) {
    if (/^(?:'|\$|--|\/\*|[eE]')/.test(token)) continue;
    found.add(token.startsWith('"') ? token.slice(1, -1).replaceAll('""', '"') : token);
    if (found.size >= most) break;
  }
  return [...found];
}
