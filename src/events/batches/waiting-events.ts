/**
 * The events that wait in a batch: their numbers, and when the batch is due.
 *
 *     empty ──event──▶ open (since its first event) ──size │ window │ bytes──▶ taken ──▶ empty, or what is left over
 *
 * Events are in the table of events; a batch only knows their numbers, as ranges in chunks of a bounded length. An event
 * changes the last chunk alone, so writing it down costs the same whether 10 or 10,000 events wait. Chunks of an earlier
 * batch need not be removed: they carry its sequence, which is no longer that of the first chunk.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../json.js';

/** When a batch is complete. */
export interface BatchLimits {
  /** Events. */
  readonly size: number;
  /** Milliseconds from its first event. */
  readonly window: number;
  /** Bytes of the input that its events make. */
  readonly bytes: number;
}

/** What completed a batch; `removed`: its rule batches no longer. */
export type BatchCondition = 'size' | 'window' | 'bytes' | 'removed';

/** Immutable: adding answers another one. */
export interface WaitingEvents {
  /** Grows with each batch of a rule. */
  readonly sequence: number;
  readonly count: number;
  /** Bytes of what its events add to the input. */
  readonly bytes: number;
  /** Of the longest chain of starts that led to one of its events. */
  readonly depth: number;
  /** Epoch milliseconds of its first event. */
  readonly openedAt: number;
  /** Numbers of events, ascending: first and last of each range, one after the other. */
  readonly chunks: readonly (readonly number[])[];
}

export interface AddedEvent {
  /** Larger than that of every event before. */
  number: number;
  /** Epoch milliseconds. */
  at: number;
  bytes: number;
  depth: number;
}

/** Numbers in a chunk: 64 ranges. */
const CHUNK = 128;

/** @example noEvents(1).count // 0 */
export function noEvents(sequence: number): WaitingEvents {
  return { sequence, count: 0, bytes: 0, depth: 0, openedAt: 0, chunks: [[]] };
}

/** The batch with one more event. */
export function addEvent(waiting: WaitingEvents, event: AddedEvent): WaitingEvents {
  const { number, at, bytes, depth } = event;
  return {
    sequence: waiting.sequence,
    count: waiting.count + 1,
    bytes: waiting.bytes + bytes,
    depth: Math.max(waiting.depth, depth),
    openedAt: waiting.count === 0 ? at : waiting.openedAt,
    chunks: withNumber(waiting.chunks, number),
  };
}

function withNumber(
  chunks: readonly (readonly number[])[],
  number: number,
): readonly (readonly number[])[] {
  const last = chunks.at(-1) ?? [];
  if (last.at(-1) === number - 1) return [...chunks.slice(0, -1), [...last.slice(0, -1), number]];
  if (last.length >= CHUNK) return [...chunks, [number, number]];
  return [...chunks.slice(0, -1), [...last, number, number]];
}

/** First and last number of each range, ascending; those with few numbers between them as one. */
export function spansOf({ chunks }: WaitingEvents, gap: number): { first: number; last: number }[] {
  const spans: { first: number; last: number }[] = [];
  for (const chunk of chunks) {
    for (let i = 0; i + 1 < chunk.length; i += 2) {
      const [first = 0, last = 0] = [chunk[i], chunk[i + 1]];
      const before = spans.at(-1);
      if (before !== undefined && first - before.last <= gap + 1) before.last = last;
      else spans.push({ first, last });
    }
  }
  return spans;
}

/**
 * The next batch: what is left when all events up to a number were taken.
 * @param openedAt epoch milliseconds of the first event that is left
 * @param bytes of what is left
 */
export function leaveEvents(
  waiting: WaitingEvents,
  taken: number,
  openedAt: number,
  bytes: number,
): WaitingEvents {
  const chunks = waiting.chunks
    .map((chunk) => rangesAbove(chunk, taken))
    .filter(({ length }) => length > 0);
  const left = { ...waiting, sequence: waiting.sequence + 1, chunks, openedAt, bytes };
  const count = spansOf(left, 0).reduce((sum, { first, last }) => sum + last - first + 1, 0);
  return count === 0 ? noEvents(left.sequence) : { ...left, count };
}

function rangesAbove(chunk: readonly number[], number: number): number[] {
  const left: number[] = [];
  for (let i = 0; i + 1 < chunk.length; i += 2) {
    const [first = 0, last = 0] = [chunk[i], chunk[i + 1]];
    if (last > number) left.push(Math.max(first, number + 1), last);
  }
  return left;
}

/** What is complete about the batch; undefined: nothing yet. */
export function dueCondition(
  waiting: WaitingEvents,
  limits: BatchLimits,
  now: number,
): BatchCondition | undefined {
  if (waiting.count === 0) return undefined;
  if (waiting.count >= limits.size) return 'size';
  if (waiting.bytes >= limits.bytes) return 'bytes';
  return now >= waiting.openedAt + limits.window ? 'window' : undefined;
}

/** What is remembered of its last chunk, and of the batch as a whole with it. */
export function rememberChunk(waiting: WaitingEvents, index: number): JsonObject {
  const { chunks, ...batch } = waiting;
  return { ...batch, events: [...(chunks[index] ?? [])] };
}

/**
 * The batch that was remembered, from what was remembered of its chunks, in their order. What cannot be read ends it.
 */
export function recallEvents(remembered: readonly (JsonObject | undefined)[]): WaitingEvents {
  const first = remembered[0];
  if (!isObject(first)) return noEvents(1);
  const chunks: number[][] = [];
  let latest = first;
  for (const chunk of remembered) {
    if (!isObject(chunk) || chunk.sequence !== first.sequence) break;
    chunks.push(numbers(chunk.events));
    latest = chunk;
  }
  return {
    sequence: numberOf(first.sequence),
    count: numberOf(latest.count),
    bytes: numberOf(latest.bytes),
    depth: numberOf(latest.depth),
    openedAt: numberOf(latest.openedAt),
    chunks,
  };
}

function numbers(value: Json | undefined): number[] {
  return Array.isArray(value) ? value.map((item) => numberOf(item)) : [];
}

function numberOf(value: Json | undefined): number {
  return typeof value === 'number' ? value : 0;
}
