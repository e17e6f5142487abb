/**
 * Whether a new value is usual, with the numbers that say so.
 * @module
 */
import { type Baseline, type KnownBaseline, NEEDED_SAMPLES, type Usual } from './baseline.js';
import { METRICS } from './metric.js';
import type { Sample, Zone } from './sample.js';
import { toScale } from './scale.js';
import { bucketOf, type Grain } from './season.js';
import { bucketWords, sourceWords } from './words/bucket-words.js';
import { quantity, range } from './words/quantity.js';

export type Judgement =
  | { verdict: 'unknown'; words: string }
  | {
      verdict: 'usual' | 'unusual';
      /**
       * Scaled MADs from the typical value, negative below it. Absent where every sample had one value, of which no
       * number of MADs leads to another.
       */
      spreads?: number;
      side: 'above' | 'below' | 'at';
      /** Whether this side is trouble for the metric. */
      worse: boolean;
      usual: Usual;
      grain: Grain;
      words: string;
    };

/**
 * Judges a value by a baseline.
 * @param zone the zone that the baseline was made with
 * @example judge(baseline, { at, value: 2_520_000 }, zone).words
 * // '42 min, usually 18 to 25 min on Mondays at 03:00 (UTC); from 9 Mondays'
 */
export function judge(baseline: Baseline, sample: Sample, zone: Zone): Judgement {
  if (!baseline.known) {
    const { used } = baseline.counts;
    const have = used === 1 ? '1 execution' : `${used} executions`;
    return { verdict: 'unknown', words: `not known yet: ${have} of ${NEEDED_SAMPLES} needed` };
  }
  if (!Number.isFinite(sample.value))
    return { verdict: 'unknown', words: `no value to judge: ${sample.value}` };
  const wall = zone.wall(sample.at);
  const { grain, usual } = usualAt(baseline, wall);
  const distance = toScale(baseline.scale, sample.value) - usual.center;
  const side = distance > 0 ? 'above' : distance < 0 ? 'below' : 'at';
  const within = sample.value >= usual.low && sample.value <= usual.high;
  const metric = METRICS[baseline.metric];
  const where = bucketWords(grain, wall, zone.name);
  return {
    verdict: within ? 'usual' : 'unusual',
    ...(usual.spread > 0 && { spreads: distance / usual.spread }),
    side,
    worse: side === 'above' || (side === 'below' && metric.worse === 'either'),
    usual,
    grain,
    words:
      `${quantity(sample.value, metric.unit)}, usually ${range(usual.low, usual.high, metric.unit)}` +
      `${where}; from ${sourceWords(grain, usual, wall)}`,
  };
}

/**
 * What is usual at a wall time: of the finest grain whose bucket holds enough.
 * @example usualAt(baseline, zone.wall(at)).usual.typical
 */
export function usualAt(baseline: KnownBaseline, wall: number): { grain: Grain; usual: Usual } {
  for (const { grain, buckets } of baseline.grains) {
    const usual = buckets[bucketOf(grain, wall)];
    if (usual !== undefined) return { grain, usual };
  }
  throw new Error('A baseline without its bucket of all samples');
}
