/**
 * Reads what a service has told: any JSON, of which nothing is certain. What is absent or of another shape is undefined.
 * @module
 */
import { parseInstant } from '../../events/schedules/calendar.js';

/** A JSON object of which nothing is known. */
export type Told = { readonly [member: string]: unknown };

/** Seconds since the epoch are below this until the year 5138, milliseconds above it since 1973. */
const LEAST_MILLISECONDS = 100_000_000_000;

/** @example object({ a: 1 }) // { a: 1 } */
export function object(value: unknown): Told | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Told)
    : undefined;
}

/** Objects of a list. */
export function objects(value: unknown): Told[] {
  const list: readonly unknown[] = Array.isArray(value) ? value : [];
  return list.map(object).filter((one) => one !== undefined);
}

/** A text with something in it. */
export function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A finite number, also as text. */
export function number(value: unknown): number | undefined {
  const read = typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof read === 'number' && Number.isFinite(read) ? read : undefined;
}

/**
 * A moment in milliseconds since the epoch, however a service writes it: ISO 8601, seconds or milliseconds.
 * @example instant(1_793_509_200) // 1793509200000
 */
export function instant(value: unknown): number | undefined {
  if (typeof value === 'string') {
    const parsed = parseInstant(value);
    if (parsed !== undefined) return parsed;
  }
  const read = number(value);
  if (read === undefined || read <= 0) return undefined;
  return Math.round(read < LEAST_MILLISECONDS ? read * 1000 : read);
}

/** The members that are there: what `exactOptionalPropertyTypes` wants of a record with gaps. */
export function known<Gaps extends { readonly [name: string]: unknown }>(
  gaps: Gaps,
): { [Name in keyof Gaps]?: Exclude<Gaps[Name], undefined> } {
  return Object.fromEntries(
    Object.entries(gaps).filter(([, value]) => value !== undefined),
  ) as ReturnType<typeof known<Gaps>>;
}
