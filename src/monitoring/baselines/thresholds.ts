/**
 * Thresholds that a monitor could have, suggested from what is usual, with what they would have done to the samples.
 *
 * A threshold is one number for all hours, so it lies beyond the usual range of each: WARNING at the edge (3.5 spreads),
 * CRITICAL at seven spreads. They are rounded outwards to two digits: 25 min, not 24 min 41 s.
 * @module
 */
import { type Baseline, type KnownBaseline, NEEDED_SAMPLES, USUAL_SPREADS } from './baseline.js';
import { METRICS, type Metric } from './metric.js';
import { inWindow, type Sample, type Zone } from './sample.js';
import { fromScale } from './scale.js';
import { quantity } from './words/quantity.js';

/** In the metric's unit. `below` only where less is trouble too, and only above 0. */
export interface Bounds {
  above: number;
  below?: number;
}

export type Suggestion =
  | { known: false; words: string }
  | {
      known: true;
      warning: Bounds;
      critical: Bounds;
      /** How many samples of the baseline's time lie beyond. */
      beyond: { warning: number; critical: number; of: number };
      words: string;
    };

const CRITICAL_SPREADS = 2 * USUAL_SPREADS;
const MINUTE = 60_000;

/**
 * Suggests thresholds.
 * @param samples those that the baseline was made of, to count what lies beyond
 * @param options `now` and `zone` of the baseline
 * @example suggestThresholds(baseline, samples, { zone, now }).words
 * // 'WARNING above 26 min, CRITICAL above 37 min; of 91 executions, 2 and 0 were beyond'
 */
export function suggestThresholds(
  baseline: Baseline,
  samples: readonly Sample[],
  options: { zone: Zone; now: number },
): Suggestion {
  if (!baseline.known) {
    const { used } = baseline.counts;
    return { known: false, words: `not known yet: ${used} of ${NEEDED_SAMPLES} executions needed` };
  }
  const { unit } = METRICS[baseline.metric];
  const warning = boundsAt(baseline, 1);
  const critical = boundsAt(baseline, CRITICAL_SPREADS / USUAL_SPREADS);
  const { samples: used } = inWindow(samples, options.now, options.zone);
  const count = (bounds: Bounds): number =>
    used.filter(({ value }) => value > bounds.above || value < (bounds.below ?? -Infinity)).length;
  const beyond = { warning: count(warning), critical: count(critical), of: used.length };
  const words = (bounds: Bounds): string =>
    `above ${quantity(bounds.above, unit)}` +
    (bounds.below === undefined ? '' : ` or below ${quantity(bounds.below, unit)}`);
  return {
    known: true,
    warning,
    critical,
    beyond,
    words:
      `WARNING ${words(warning)}, CRITICAL ${words(critical)}; ` +
      `of ${beyond.of} executions, ${beyond.warning} and ${beyond.critical} were beyond`,
  };
}

function boundsAt(baseline: KnownBaseline, times: number): Bounds {
  const { unit, worse } = METRICS[baseline.metric];
  let highest = Number.NEGATIVE_INFINITY;
  let lowest = Number.POSITIVE_INFINITY;
  const { scale } = baseline;
  const own = baseline.grains.filter(
    ({ grain }) => grain === baseline.grain || grain === 'hourOfWeek',
  );
  for (const { buckets } of own)
    for (const { center, low, high } of Object.values(buckets)) {
      const reach = (end: number): number => {
        const edge = scale.kind === 'ratio' ? Math.log(end) : end;
        return fromScale(scale, center + times * (edge - center));
      };
      highest = Math.max(highest, reach(high));
      lowest = Math.min(lowest, reach(low));
    }
  const below = outwards(lowest, unit, Math.floor);
  return {
    above: outwards(highest, unit, Math.ceil),
    ...(worse === 'either' && below > 0 && { below }),
  };
}

/** Two digits; durations to what their words show, or a threshold of 26 min 40 s would be called 27 min. */
function outwards(value: number, unit: Metric['unit'], round: (value: number) => number): number {
  if (value === 0 || !Number.isFinite(value)) return value;
  const digits = 10 ** (Math.floor(Math.log10(Math.abs(value))) - 1);
  const step = unit === 'ms' ? durationStep(Math.abs(value), digits) : digits;
  return Number((round(Number((value / step).toPrecision(12))) * step).toPrecision(12));
}

function durationStep(ms: number, digits: number): number {
  if (ms < 60_000) return digits;
  if (ms < 10 * MINUTE) return MINUTE / 6;
  if (ms < 100 * MINUTE) return MINUTE;
  return ms < 600 * MINUTE ? 5 * MINUTE : 60 * MINUTE;
}
