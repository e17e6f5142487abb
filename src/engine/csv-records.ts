/**
 * Reads CSV text as RFC 4180 says: quoted fields, doubled quotes, line ends of both kinds.
 * @module
 */

/**
 * The records of a text, each a list of fields. Empty lines are left out; a byte order mark is dropped.
 *
 * @example csvRecords('a,b\n1,"x, ""y"""', ',') // [['a', 'b'], ['1', 'x, "y"']]
 */
export function csvRecords(text: string, delimiter: string): string[][] {
  const records: string[][] = [];
  let record: string[] = [];
  let at = text.startsWith('\uFEFF') ? 1 : 0;
  while (at < text.length) {
    const field = text[at] === '"' ? quotedField(text, at) : plainField(text, at, delimiter);
    record.push(field.value);
    at = field.end;
    if (text[at] === delimiter) {
      at += 1;
      // A delimiter at the end of a line or of the text is followed by an empty field.
      if (at >= text.length || text[at] === '\n' || text[at] === '\r') record.push('');
      else continue;
    }
    if (text[at] === '\r') at += 1;
    if (text[at] === '\n') at += 1;
    if (record.length > 1 || record[0] !== '') records.push(record);
    record = [];
  }
  return records;
}

function plainField(text: string, from: number, delimiter: string): { value: string; end: number } {
  let end = from;
  while (end < text.length && text[end] !== delimiter && text[end] !== '\n' && text[end] !== '\r') {
    end += 1;
  }
  return { value: text.slice(from, end), end };
}

/** A quote that is never closed takes the rest of the text. */
function quotedField(text: string, from: number): { value: string; end: number } {
  let value = '';
  let at = from + 1;
  for (;;) {
    const quote = text.indexOf('"', at);
    if (quote < 0) return { value: value + text.slice(at), end: text.length };
    value += text.slice(at, quote);
    if (text[quote + 1] !== '"') return { value, end: quote + 1 };
    value += '"';
    at = quote + 2;
  }
}
