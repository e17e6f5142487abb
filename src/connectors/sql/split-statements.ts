/**
 * Splits SQL text into statements, so that each can be run, timed and located by itself.
 *
 * Semicolons in strings ('…', E'…\'…', $tag$…$tag$), quoted names ("…") and comments (-- and nested block comments) do
 * not separate. An unfinished string or comment reaches to the end; DuckDB then says what is wrong with it.
 * @module
 */

export interface SqlStatement {
  text: string;
  /** Line of its first character, from 1. */
  line: number;
}

/**
 * The statements without their semicolons; empty ones and ones of comments only are left out.
 * @example splitStatements("SELECT ';';\nSELECT 2").map((s) => s.line) // [1, 2]
 */
export function splitStatements(sql: string): SqlStatement[] {
  const statements: SqlStatement[] = [];
  let start = -1;
  let line = 1;
  let lineCounted = 0;
  const finish = (end: number): void => {
    if (start < 0) return;
    line += newlines(sql, lineCounted, start);
    lineCounted = start;
    statements.push({ text: sql.slice(start, end).trimEnd(), line });
    start = -1;
  };
  let at = 0;
  while (at < sql.length) {
    const character = sql[at] as string;
    const commentEnd = endOfComment(sql, at);
    if (commentEnd !== undefined) {
      at = commentEnd;
    } else if (character === ';') {
      finish(at);
      at += 1;
    } else if (isBlank(character)) {
      at += 1;
    } else {
      if (start < 0) start = at;
      at = endOfToken(sql, at);
    }
  }
  finish(sql.length);
  return statements;
}

/**
 * The text with what stands for each `$name` in its place; strings, quoted names and comments stay as they are.
 * @param written undefined: the parameter stays
 * @example withParameters("SELECT '$a', $a", () => '1') // "SELECT '$a', 1"
 */
export function withParameters(sql: string, written: (name: string) => string | undefined): string {
  let text = '';
  for (let at = 0; at < sql.length; ) {
    const end = endOfComment(sql, at) ?? endOfToken(sql, at);
    const token = sql.slice(at, end);
    const name = /^\$([A-Za-z_][A-Za-z0-9_]*)$/.exec(token)?.[1];
    text += (name === undefined ? undefined : written(name)) ?? token;
    at = end;
  }
  return text;
}

function isBlank(character: string): boolean {
  return character <= ' ' || character === '\u00a0' || character === '\ufeff';
}

function newlines(text: string, from: number, to: number): number {
  let count = 0;
  for (let at = text.indexOf('\n', from); at >= 0 && at < to; at = text.indexOf('\n', at + 1)) {
    count += 1;
  }
  return count;
}

/** The position after the comment that begins here; undefined when none does. */
function endOfComment(sql: string, at: number): number | undefined {
  if (sql.startsWith('--', at)) return afterOrEnd(sql, sql.indexOf('\n', at), 1);
  if (!sql.startsWith('/*', at)) return undefined;
  let depth = 1;
  let position = at + 2;
  while (depth > 0 && position < sql.length) {
    if (sql.startsWith('*/', position)) {
      depth -= 1;
      position += 2;
    } else if (sql.startsWith('/*', position)) {
      depth += 1;
      position += 2;
    } else {
      position += 1;
    }
  }
  return position;
}

/** The position after the string, quoted name, word or character that begins here. */
function endOfToken(sql: string, at: number): number {
  const character = sql[at] as string;
  if (character === '"') return endOfQuoted(sql, at + 1, '"', false);
  if (character === "'") return endOfQuoted(sql, at + 1, "'", false);
  if ((character === 'e' || character === 'E') && sql[at + 1] === "'") {
    return endOfQuoted(sql, at + 2, "'", true);
  }
  if (character === '$') return endOfDollarQuoted(sql, at);
  const end = endOfWord(sql, at);
  return end > at ? end : at + 1;
}

function endOfQuoted(sql: string, from: number, quote: string, backslashes: boolean): number {
  for (let at = from; at < sql.length; at += 1) {
    if (backslashes && sql[at] === '\\') at += 1;
    else if (sql[at] === quote) {
      if (sql[at + 1] !== quote) return at + 1;
      at += 1;
    }
  }
  return sql.length;
}

/** `$$…$$` and `$tag$…$tag$` are strings; `$name` and `$1` are parameters. */
function endOfDollarQuoted(sql: string, at: number): number {
  const tagEnd = endOfWord(sql, at + 1);
  const isParameter = sql[tagEnd] !== '$' || /[0-9]/.test(sql[at + 1] as string);
  if (isParameter) return Math.max(tagEnd, at + 1);
  const tag = sql.slice(at, tagEnd + 1);
  return afterOrEnd(sql, sql.indexOf(tag, tagEnd + 1), tag.length);
}

function endOfWord(sql: string, from: number): number {
  let at = from;
  while (at < sql.length && /[A-Za-z0-9_\u0080-\uffff]/.test(sql[at] as string)) at += 1;
  return at;
}

function afterOrEnd(sql: string, found: number, length: number): number {
  return found < 0 ? sql.length : found + length;
}
