/**
 * Cuts printed JSON into coloured pieces.
 * @module
 */
export interface JsonToken {
  kind: 'key' | 'text' | 'number' | 'word' | 'rest';
  text: string;
  /** Place of its first character. */
  at: number;
}

const TOKENS = /("(?:[^"\\]|\\.)*")(\s*:)?|(-?\d[\d.eE+-]*)|\b(true|false|null)\b/g;

/**
 * The pieces, put together, are the text again.
 * @example jsonTokens('{"a": 1}').map((token) => token.kind) // ['rest', 'key', 'rest', 'number', 'rest']
 */
export function jsonTokens(json: string): JsonToken[] {
  const tokens: JsonToken[] = [];
  let end = 0;
  const push = (kind: JsonToken['kind'], text: string): void => {
    if (text === '') return;
    tokens.push({ kind, text, at: end });
    end += text.length;
  };
  for (const match of json.matchAll(TOKENS)) {
    push('rest', json.slice(end, match.index));
    const [whole, quoted, colon, number] = match;
    if (quoted !== undefined) {
      push(colon === undefined ? 'text' : 'key', quoted);
      push('rest', colon ?? '');
    } else push(number === undefined ? 'word' : 'number', whole);
  }
  push('rest', json.slice(end));
  return tokens;
}
