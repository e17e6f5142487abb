/**
 * Reads JSON as `$parse` of Step Functions does: strings may stand in single quotes, but no key may be given twice and no
 * number may be beyond what a double holds.
 *
 * The text is made proper JSON first, string by string, and then read as such; so everything else that is no JSON is
 * refused by `JSON.parse`.
 * @module
 */
import type { Json } from '../json.js';

/** A string of either kind, a number, one character that structures, or whatever stands between those. */
const PIECES = /"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*'|-?\d[\d.eE+-]*|[{}[\],:]|[^"'{}[\],:\d-]+|./gs;

/** An object whose keys are being read, or an array. */
interface Container {
  readonly keys: Set<string> | undefined;
  isAtKey: boolean;
}

/**
 * The value; undefined when the text is none.
 * @example readTolerantJson("{'a': 1}") // { a: 1 }
 */
export function readTolerantJson(text: string): Json | undefined {
  try {
    const open: Container[] = [];
    const proper = text.replaceAll(PIECES, (piece) => {
      const written = piece.startsWith("'") ? inDoubleQuotes(piece) : piece;
      check(written, open);
      return written;
    });
    return JSON.parse(proper) as Json;
  } catch {
    return undefined;
  }
}

function inDoubleQuotes(quoted: string): string {
  const inside = quoted.slice(1, -1).replaceAll(/\\.|"/gs, (part) => {
    if (part === '"') return '\\"';
    return part === "\\'" ? "'" : part;
  });
  return `"${inside}"`;
}

function check(piece: string, open: Container[]): void {
  const top = open.at(-1);
  const first = piece.charAt(0);
  if (first === '{') open.push({ keys: new Set(), isAtKey: true });
  else if (first === '[') open.push({ keys: undefined, isAtKey: false });
  else if (first === '}' || first === ']') open.pop();
  else if (first === ',' && top) top.isAtKey = true;
  else if (first === ':' && top) top.isAtKey = false;
  else if (first === '"') checkKey(piece, top);
  else if (/[-\d]/.test(first) && !Number.isFinite(Number(piece))) throw new Error('no number');
}

function checkKey(piece: string, top: Container | undefined): void {
  if (top?.keys === undefined || !top.isAtKey) return;
  const key = JSON.parse(piece) as string;
  if (top.keys.has(key)) throw new Error('a key twice');
  top.keys.add(key);
}
