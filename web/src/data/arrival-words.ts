/**
 * Signs and words of arrivals: a day is told by both, and by its colour.
 * @module
 */
import type { ArrivalRow } from '../api/types.js';
import { formatAmount } from '../format/amount.js';

export type ArrivalDay = ArrivalRow['days'][number];
export type ArrivalState = ArrivalDay['state'];

export const ARRIVALS: {
  readonly [state in ArrivalState]: { sign: string; word: string; tone: string };
} = {
  arrived: { sign: '✓', word: 'arrived', tone: 'ok' },
  'arrived late': { sign: '✓!', word: 'arrived late', tone: 'warn' },
  quarantined: { sign: '◐', word: 'arrived, rows set aside', tone: 'warn' },
  rejected: { sign: '✕', word: 'rejected by its contract', tone: 'fail' },
  late: { sign: '!', word: 'late', tone: 'warn' },
  missing: { sign: '∅', word: 'missing', tone: 'miss' },
  nothing: { sign: '·', word: 'nothing expected', tone: 'off' },
  unknown: { sign: '?', word: 'not looked at', tone: 'off' },
};

/** @example cellLabel('parcels', { day: '2026-11-30', state: 'arrived', rows: 2, versions: 1 }) // 'parcels, 2026-11-30: arrived, 2 rows' */
export function cellLabel(name: string, { day, state, rows, versions, words }: ArrivalDay): string {
  const more = [
    ARRIVALS[state].word,
    ...(rows === undefined ? [] : [`${formatAmount(rows)} ${rows === 1 ? 'row' : 'rows'}`]),
    ...(versions > 1 ? [`${formatAmount(versions)} versions`] : []),
    ...(words === undefined ? [] : [words]),
  ];
  return `${name}, ${day}: ${more.join(', ')}`;
}

/** Short enough for a cell. @example shortRows(41872) // '42k' */
export function shortRows(rows: number): string {
  for (const [size, unit] of [
    [1e9, 'G'],
    [1e6, 'M'],
    [1e3, 'k'],
  ] as const) {
    if (rows >= size) return `${Math.round(rows / size)}${unit}`;
  }
  return String(rows);
}
