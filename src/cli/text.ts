/**
 * How things look in a terminal: durations, times, statuses, tables.
 *
 * Status is a sign and a word, and colour only on top of that. Control characters of foreign text are made visible, so
 * that a log line cannot move the cursor.
 * @module
 */
import { stripVTControlCharacters } from 'node:util';
import colors from 'picocolors';

const SIGNS: { [status: string]: string } = {
  SUCCEEDED: '✔',
  FAILED: '✖',
  TIMED_OUT: '⧖',
  ABORTED: '■',
  RUNNING: '▶',
  QUEUED: '…',
  succeeded: '✔',
  failed: '✖',
  caught: '↷',
  aborted: '■',
  running: '▶',
  waiting: '…',
  retrying: '↻',
};

/** A status with its sign and colour. */
export function status(name: string): string {
  const text = `${SIGNS[name] ?? '?'} ${name}`;
  switch (name.toLowerCase()) {
    case 'succeeded':
      return colors.green(text);
    case 'failed':
    case 'timed_out':
      return colors.red(text);
    case 'caught':
    case 'aborted':
    case 'retrying':
      return colors.yellow(text);
    default:
      return colors.cyan(text);
  }
}

/** One that waits for room counts as running, and people want to know. */
export function statusOf(execution: { status: string; queued?: string }): string {
  return status(execution.queued === undefined ? execution.status : 'QUEUED');
}

/**
 * A duration as people say it.
 * @param ms milliseconds
 * @example duration(3_723_000) // '1 h 02 m'
 */
export function duration(ms: number): string {
  if (ms < 1000) return `${Math.round(ms)} ms`;
  if (ms < 60_000) return `${(ms / 1000).toFixed(ms < 10_000 ? 1 : 0)} s`;
  const minutes = Math.floor(ms / 60_000);
  if (minutes < 60) return `${minutes} m ${pad(Math.floor(ms / 1000) % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48
    ? `${hours} h ${pad(minutes % 60)} m`
    : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}

/** A time in UTC, with its zone. */
export function time(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19).replace('T', ' ')} UTC`;
}

/**
 * A fire time on the clock of its zone; with a window, from when to when its start may fall.
 * @param window milliseconds
 * @example fireTime(at, 'Europe/Berlin', 900_000) // '2026-11-20 03:00:00 – 03:15:00'
 */
export function fireTime(at: number, zone: string, window = 0): string {
  const shown = (ms: number): string => new Date(ms).toLocaleString('sv-SE', { timeZone: zone });
  const first = shown(at);
  if (window === 0) return first;
  const last = shown(at + window);
  return `${first} – ${first.slice(0, 10) === last.slice(0, 10) ? last.slice(11) : last}`;
}

/** Only the time of day, for lines that follow each other. */
export function clock(ms: number): string {
  return new Date(ms).toISOString().slice(11, 23);
}

/** Makes control characters of foreign text visible; keeps line breaks. */
export function printable(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Bidi_Control}]/gu, (character) => {
    if (character === '\n') return character;
    if (character === '\t') return '  ';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}

/**
 * A value as JSON for a terminal. Control characters stand as escapes, so it is still the same JSON.
 * @example printableJson({ a: 1 })
 */
export function printableJson(value: unknown): string {
  return printable(JSON.stringify(value, null, 2));
}

/** Rows under a head, in columns; lines are not cut when standard output is no terminal. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const widths = head.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => width(row[column] ?? ''))),
  );
  const line = (cells: readonly string[]): string =>
    cells
      .map((cell, column) =>
        column === cells.length - 1 ? cell : cell + ' '.repeat((widths[column] ?? 0) - width(cell)),
      )
      .join('  ')
      .trimEnd();
  return [colors.dim(line(head)), ...rows.map(line)].join('\n');
}

function width(text: string): number {
  return stripVTControlCharacters(text).length;
}

/** The first line of a longer text, cut. */
export function firstLine(text: string, most = 100): string {
  const line = printable(text.split('\n', 1)[0] ?? '');
  return line.length > most ? `${line.slice(0, most - 1)}…` : line;
}
