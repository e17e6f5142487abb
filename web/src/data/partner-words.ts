/**
 * Signs and words of what partners have delivered: a cell is told by both, and by its colour.
 * @module
 */
import type { AwaitingPipeline, PartnerPage, PartnerRow } from '../api/types.js';
import { formatBytes } from '../format/amount.js';
import { formatMoment } from '../format/time.js';

export type PartnerCell = PartnerRow['cells'][number];
export type PartnerInterval = AwaitingPipeline['intervals'][number];

/** Those of datasets by day, where they are the same. */
export const DELIVERIES: {
  readonly [state in PartnerCell['state']]: { sign: string; word: string; tone: string };
} = {
  arrived: { sign: '✓', word: 'delivered', tone: 'ok' },
  'arrived late': { sign: '✓!', word: 'delivered late', tone: 'warn' },
  expected: { sign: '…', word: 'awaited', tone: 'off' },
  missing: { sign: '∅', word: 'missing', tone: 'miss' },
  nothing: { sign: '·', word: 'nobody has delivered', tone: 'off' },
  unknown: { sign: '?', word: 'not known', tone: 'off' },
};

/**
 * @param zone of the pipeline's days
 * @example deliveryLabel('north', { interval: '2026-11-20', state: 'missing' }, 'UTC') // 'north, 2026-11-20: missing'
 */
export function deliveryLabel(
  partner: string,
  { interval, state, file, bytes, at }: PartnerCell,
  zone: string,
): string {
  const more = [
    DELIVERIES[state].word,
    ...(at === undefined ? [] : [formatMoment(at, zone)]),
    ...(bytes === undefined ? [] : [formatBytes(bytes)]),
    ...(file === undefined ? [] : [file]),
  ];
  return `${partner}, ${interval}: ${more.join(', ')}`;
}

/** The two lines of a column's head. @example intervalHead('2026-11-20T04') // ['11-20', '04 h'] */
export function intervalHead(interval: string): [above: string, below: string] {
  const [date = '', hour] = interval.split('T');
  const [, month = '', day = ''] = date.split('-');
  return hour === undefined ? [`${month}-`, day] : [`${month}-${day}`, `${hour} h`];
}

/** A pipeline with those of its partners that have been read, in the order of the pages. */
export interface Delivering {
  pipeline: AwaitingPipeline;
  rows: PartnerRow[];
}

/** A list of partners that is longer than a page comes in parts: they are put together. */
export function byPipeline(pages: readonly PartnerPage[]): Delivering[] {
  const all = new Map<string, Delivering>();
  const keyOf = (one: { team: string; pipeline: string }): string => `${one.team}\0${one.pipeline}`;
  for (const { pipelines, items } of pages) {
    for (const pipeline of pipelines) {
      const key = keyOf(pipeline);
      if (!all.has(key)) all.set(key, { pipeline, rows: [] });
    }
    for (const row of items) all.get(keyOf(row))?.rows.push(row);
  }
  return [...all.values()];
}
