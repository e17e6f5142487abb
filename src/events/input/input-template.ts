/**
 * Templates of targets: text with `<placeholders>`.
 *
 * A placeholder outside of quotes becomes the JSON text of its value, a string with its quotes. Inside of quotes a string
 * is put in without quotes of its own. Objects and arrays inside of quotes lose all their quotes when the template is
 * nothing but quoted text, and keep them when the template is a JSON document; that document is no JSON any more then, and
 * is not delivered. So it was recorded at EventBridge. A placeholder without a value is empty text.
 * @module
 */
import { isObject, type Json } from '../json.js';

/** A parsed template. */
export interface InputTemplate {
  readonly parts: readonly (string | Placeholder)[];
  /** True when it is lines of quoted text and not a JSON document. */
  readonly isQuotedText: boolean;
}

/** Where a value is put in. */
export interface Placeholder {
  readonly name: string;
  readonly isInQuotes: boolean;
}

const PLACEHOLDER = /<([A-Za-z0-9_.-]+)>/y;
const QUOTED_LINES = /^\s*"(?:[^"\\\n]|\\.)*"(?:\s*\n\s*"(?:[^"\\\n]|\\.)*")*\s*$/;

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
  return { parts, isQuotedText: QUOTED_LINES.test(text) };
}

/** The names of all placeholders. */
export function placeholdersOf({ parts }: InputTemplate): string[] {
  return parts.flatMap((part) => (typeof part === 'string' ? [] : [part.name]));
}

/**
 * The text with values put in; undefined when the result is neither quoted text nor JSON, which is not delivered.
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
  return template.isQuotedText || isJson(text) ? text : undefined;
}

function fill(
  { isInQuotes }: Placeholder,
  value: Json | undefined,
  { isQuotedText }: InputTemplate,
): string {
  if (!isInQuotes) return JSON.stringify(value ?? (value === undefined ? '' : null));
  if (value === undefined) return '';
  if (typeof value === 'string') return escaped(value);
  return isQuotedText ? withoutQuotes(value) : JSON.stringify(value);
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
