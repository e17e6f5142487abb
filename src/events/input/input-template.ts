/**
 * Templates of targets: text with `<placeholders>`.
 *
 * A template is a JSON document when it begins with a brace or a bracket or is one placeholder, and text otherwise. In a
 * document a placeholder outside of quotes becomes the JSON text of its value, a string with quotes; in text a string stands
 * there as it is. Inside of quotes a string has no quotes of its own, and an object or array keeps its quotes in a document
 * (which then is no JSON any more, and is not delivered) and loses them in text: so it was recorded at EventBridge. A
 * placeholder without a value is empty.
 * @module
 */
import { isObject, type Json } from '../json.js';

/** A parsed template. */
export interface InputTemplate {
  readonly parts: readonly (string | Placeholder)[];
  /** True for a JSON document, which has to stay one. */
  readonly isDocument: boolean;
}

/** Where a value is put in. */
export interface Placeholder {
  readonly name: string;
  readonly isInQuotes: boolean;
}

const PLACEHOLDER = /<([A-Za-z0-9_.-]+)>/y;
const DOCUMENT = /^\s*(?:[{[]|<[A-Za-z0-9_.-]+>\s*$)/;

/** Parses a template; every text is one. */
export function parseInputTemplate(text: string): InputTemplate {
  const parts: (string | Placeholder)[] = [];
  let literal = '';
  let isInQuotes = false;
  for (let at = 0; at < text.length; ) {
    PLACEHOLDER.lastIndex = at;
    const found = PLACEHOLDER.exec(text);
    if (found !== null) {
      parts.push(literal, { name: found[1] ?? '', isInQuotes });
      literal = '';
      at = PLACEHOLDER.lastIndex;
      continue;
    }
    const character = text.charAt(at);
    const length = character === '\\' ? 2 : 1;
    if (character === '"') isInQuotes = !isInQuotes;
    literal += text.slice(at, at + length);
    at += length;
  }
  parts.push(literal);
  return { parts, isDocument: DOCUMENT.test(text) };
}

/** The names of all placeholders. */
export function placeholdersOf({ parts }: InputTemplate): string[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name]));
}

/**
 * The text with values put in; undefined when it is a document but no JSON any more, which is not delivered.
 *
 * @param lookUp the value for a name; undefined when there is none.
 */
export function fillTemplate(
  template: InputTemplate,
  lookUp: (name: string) => Json | undefined,
): string | undefined {
  let text = '';
  for (const part of template.parts) {
    text += typeof part === 'string' ? part : fill(part, lookUp(part.name), template);
  }
  return template.isDocument && !isJson(text) ? undefined : text;
}

function fill(
  { isInQuotes }: Placeholder,
  value: Json | undefined,
  { isDocument }: InputTemplate,
): string {
  if (value === undefined) return isDocument && !isInQuotes ? '""' : '';
  if (typeof value === 'string') {
    if (isInQuotes) return escaped(value);
    return isDocument ? JSON.stringify(value) : value;
  }
  return isInQuotes && !isDocument ? withoutQuotes(value) : JSON.stringify(value);
}

/** What stands between the quotes of its JSON text. */
function escaped(text: string): string {
  return JSON.stringify(text).slice(1, -1);
}

function withoutQuotes(value: Json): string {
  if (typeof value === 'string') return escaped(value);
  if (Array.isArray(value)) return `[${value.map(withoutQuotes).join(',')}]`;
  if (!isObject(value)) return String(value);
  const members = Object.entries(value).map(
    ([key, one]) => `${escaped(key)}:${withoutQuotes(one)}`,
  );
  return `{${members.join(',')}}`;
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}
