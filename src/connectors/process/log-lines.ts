/**
 * A line of a task's output as a log record.
 *
 * Text stays text, made harmless for terminals and log files: control characters (colours, cursor movement, carriage
 * returns, direction overrides) are written as escapes. A line that is a JSON object with a message is what a structured
 * logger wrote; its level and its other members are taken over.
 * @module
 */
import type { Json, JsonObject, LogRecord } from '../connector.js';

/** Longest line that is kept, in bytes. */
export const LINE_LIMIT = 8_192;

/** A structured line nested deeper than this stays text. */
const FIELD_DEPTH = 16;

const LEVELS: { [word: string]: LogRecord['level'] } = {
  trace: 'debug',
  debug: 'debug',
  info: 'info',
  notice: 'info',
  log: 'info',
  warn: 'warn',
  warning: 'warn',
  error: 'error',
  critical: 'error',
  fatal: 'error',
};

// C0 without tab, DEL, C1, line and paragraph separators, direction marks and overrides, lone surrogates.
const UNSAFE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are the characters to take out
  /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]|\p{Surrogate}/gu;

/** Text that cannot move a cursor, forge a line or turn reading direction: such characters become `\u001b` and the like. */
export function printable(text: string): string {
  return text.replace(
    UNSAFE,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** The log record of one line. Lines on stderr are warnings unless they say otherwise. */
export function logRecord(line: string, stream: 'stdout' | 'stderr', at: number): LogRecord {
  const structured = line.startsWith('{') ? structuredRecord(line) : undefined;
  const level = stream === 'stdout' ? 'info' : 'warn';
  if (!structured) return { at, stream, level, message: printable(line) };
  const { message, level: own, fields } = structured;
  return { at, stream, level: own ?? level, message, ...(fields ? { fields } : {}) };
}

interface StructuredLine {
  message: string;
  level?: LogRecord['level'];
  fields?: JsonObject;
}

function structuredRecord(line: string): StructuredLine | undefined {
  let value: Json;
  try {
    value = JSON.parse(line) as Json;
  } catch {
    return undefined;
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) return undefined;
  const messageKey = ['message', 'msg'].find((key) => typeof value[key] === 'string');
  if (messageKey === undefined || depth(value, 0) > FIELD_DEPTH) return undefined;
  const levelKey = ['level', 'severity', 'levelname'].find((key) => levelOf(value[key]));
  const level = levelKey === undefined ? undefined : levelOf(value[levelKey]);
  const rest = Object.entries(value).filter(([key]) => key !== messageKey && key !== levelKey);
  return {
    message: printable(value[messageKey] as string),
    ...(level ? { level } : {}),
    ...(rest.length > 0 ? { fields: printableFields(Object.fromEntries(rest)) as JsonObject } : {}),
  };
}

/** Levels by word, or by number as pino and bunyan write them (10 trace … 60 fatal). */
function levelOf(value: Json | undefined): LogRecord['level'] | undefined {
  if (typeof value === 'string') {
    const word = value.toLowerCase();
    return Object.hasOwn(LEVELS, word) ? LEVELS[word] : undefined;
  }
  if (typeof value !== 'number' || value < 10 || value > 60) return undefined;
  return value < 30 ? 'debug' : value < 40 ? 'info' : value < 50 ? 'warn' : 'error';
}

function depth(value: Json, above: number): number {
  if (value === null || typeof value !== 'object' || above > FIELD_DEPTH) return above;
  return Math.max(above + 1, ...Object.values(value).map((member) => depth(member, above + 1)));
}

function printableFields(value: Json): Json {
  if (typeof value === 'string') return printable(value);
  if (value === null || typeof value !== 'object') return value;
  if (Array.isArray(value)) return value.map(printableFields);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([key]) => key !== '__proto__')
      .map(([key, member]) => [printable(key), printableFields(member)]),
  );
}
