/**
 * How the lines of a segment lie in its row.
 *
 *     body = 1 byte how it is packed │ 4 bytes CRC-32 of what follows │ the text, deflated when that makes it smaller
 *     text = [[at, stream, level, message, fields?],
 *             [at, …]]
 *
 * The text is JSON with one line of text for each log line: nothing in it has a line break of its own, so a search finds the line
 * around a match without reading the others. Rows from before packing have their lines as plain JSON in `lines`.
 * @module
 */
import { constants, crc32, deflateRawSync, inflateRawSync } from 'node:zlib';
import { bytes, fromJson, integer, text } from './columns.js';
import type { Row } from './driver.js';
import { StoreError } from './errors.js';
import type { LogLine, LogSegment, Tags } from './store.js';

type Line = LogSegment['lines'][number];
type Written = [
  at: number,
  stream: number,
  level: number,
  message: string,
  fields?: Line['fields'],
];

const STREAMS = ['stdout', 'stderr', 'system'] as const;
/** By rank, as `LEVEL_RANKS` of the search grammar. */
const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

/** Milliseconds between the first and the last line of a segment, at most: a search by time relies on it. */
export const SEGMENT_SPAN = 5_000;

/** What stands between two lines of a text. */
export const LINE_BREAK = ',\n';

const PLAIN = 0;
const DEFLATED = 1;
const HEAD = 5;
/** Shorter texts are not worth the memory that packing begins with. */
const WORTH_PACKING = 1_024;
/** A segment has 500 lines of 8 KiB, whose escapes may take six bytes for one, and fields besides. */
const LONGEST = 256 * 1024 * 1024;

/** Bytes for `body`. */
export function packed(lines: readonly Line[]): Uint8Array {
  const plain = Buffer.from(textOf(lines));
  const isPacked = plain.length >= WORTH_PACKING;
  const content = isPacked ? deflateRawSync(plain, { level: constants.Z_BEST_SPEED }) : plain;
  const body = Buffer.allocUnsafe(HEAD + content.length);
  body[0] = isPacked ? DEFLATED : PLAIN;
  body.writeUInt32LE(crc32(content), 1);
  content.copy(body, HEAD);
  return body;
}

/** Throws a StoreError `corrupt` when the bytes are not what was written. */
export function expectIntact(body: Buffer, segment: number): void {
  if (body.length < HEAD || crc32(body.subarray(HEAD)) !== body.readUInt32LE(1)) {
    throw damaged(segment);
  }
}

/** The text in `body`. Throws a StoreError `corrupt`. */
export function unpacked(body: Buffer, segment: number): string {
  expectIntact(body, segment);
  const content = body.subarray(HEAD);
  if (body[0] === PLAIN) return content.toString();
  try {
    return inflateRawSync(content, { maxOutputLength: LONGEST }).toString();
  } catch {
    throw damaged(segment);
  }
}

/** From when to when, and the rank of the highest level. */
export function spanOf(lines: readonly Line[]): {
  firstAt: number;
  lastAt: number;
  level: number;
} {
  let firstAt = Number.MAX_SAFE_INTEGER;
  let lastAt = 0;
  let level = 0;
  for (const line of lines) {
    firstAt = Math.min(firstAt, line.at);
    lastAt = Math.max(lastAt, line.at);
    level = Math.max(level, LEVELS.indexOf(line.level));
  }
  return { firstAt, lastAt, level };
}

/** One line of a text, without what stands around it. @example lineOf('[1,0,1,"read 12 rows"]').message */
export function lineOf(written: string): Line {
  return readLine(JSON.parse(written) as Written);
}

/** The lines of a row, whenever it was written. Throws a StoreError `corrupt`. */
export function linesOf(row: Row): LogLine[] {
  const shared = {
    state: text(row, 'state'),
    attempt: integer(row, 'attempt'),
    tags: fromJson<Tags>(row.tags),
  };
  return ownLines(row).map((line) => ({ ...line, ...shared }));
}

/** The lines of a row, without what they share. */
export function ownLines(row: Row): Line[] {
  const body = bytes(row, 'body');
  if (body === undefined) return fromJson<Line[]>(row.lines);
  return (JSON.parse(unpacked(body, integer(row, 'number'))) as Written[]).map(readLine);
}

function textOf(lines: readonly Line[]): string {
  const written = lines.map(({ at, stream, level, message, fields }) => {
    const line: Written = [at, STREAMS.indexOf(stream), LEVELS.indexOf(level), message];
    if (fields !== undefined) line.push(fields);
    return JSON.stringify(line);
  });
  return `[${written.join(LINE_BREAK)}]`;
}

function readLine([at, stream, level, message, fields]: Written): Line {
  return {
    at,
    stream: STREAMS[stream] ?? 'system',
    level: LEVELS[level] ?? 'info',
    message,
    ...(fields === undefined ? {} : { fields }),
  };
}

function damaged(segment: number): StoreError {
  return new StoreError('corrupt', `The record ${segment} of logs is damaged (column body)`);
}
