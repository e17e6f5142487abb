/**
 * What is asked of a result itself: `succeeded`, `rows >= 100`, `rows within 20 % of usual`. Each result is judged when it
 * comes; time alone changes nothing.
 * @module
 */
import { money } from '../cost/price.js';
import { Changes } from './changes.js';
import {
  type Demand,
  LEAST_SAMPLES,
  type Metric,
  type Reason,
  type Sample,
} from './expectation.js';
import type { Case, Judgement } from './judgement.js';
import { lengthWords } from './words.js';

type ValueDemand = Extract<Demand, { type: 'succeeded' | 'value' | 'usual' }>;

/** @property reason undefined: it is as expected */
interface Verdict {
  readonly reason?: Reason;
  readonly words: string;
}

export function judgeValue(
  { standing, watched, before, now }: Case,
  demand: ValueDemand,
): Judgement {
  const changes = new Changes(standing);
  const { last } = watched;
  if (before !== undefined && last !== undefined && last !== before.last) {
    const verdict = verdictOn(demand, last, before.recent);
    if (verdict !== undefined) apply(verdict);
  }
  changes.passed(now);
  return changes.end(undefined);

  function apply({ reason, words }: Verdict): void {
    if (reason !== undefined) {
      if (changes.state !== 'MISSING') changes.to('MISSING', now, words, { reason });
    } else if (changes.state === 'MISSING') changes.to('ARRIVED LATE', now, words);
    else if (changes.state === 'ARRIVED LATE') changes.to('EXPECTED', now, words);
  }
}

/** Undefined: the result says nothing about it. */
function verdictOn(
  demand: ValueDemand,
  last: Sample & { readonly cause: string },
  earlier: readonly Sample[],
): Verdict | undefined {
  if (last.status === 'UNKNOWN') return undefined;
  if (demand.type === 'succeeded') {
    return last.status === 'CRITICAL'
      ? { reason: 'failed', words: last.cause }
      : { words: last.cause };
  }
  const value = last[demand.metric];
  if (last.status === 'CRITICAL' || value === undefined) return undefined;
  const told = metricWords(demand.metric, value);
  if (demand.type === 'value') {
    const { bound, is, metric } = demand;
    const isGood = is === 'least' ? value >= bound : value <= bound;
    if (isGood) return { words: told };
    const wanted = `${is === 'least' ? 'at least' : 'at most'} ${metricWords(metric, bound)}`;
    return { reason: is === 'least' ? 'too few' : 'too many', words: `${told}, not ${wanted}` };
  }
  const usual = medianOf(demand.metric, earlier);
  if (usual === undefined) return undefined;
  const allowed = (Math.abs(usual) * demand.percent) / 100;
  const words = `${told}, usually ${metricWords(demand.metric, usual)}`;
  return Math.abs(value - usual) <= allowed ? { words } : { reason: 'unusual', words };
}

/** The median of the earlier values; undefined while there are too few to know. */
export function medianOf(metric: Metric, samples: readonly Sample[]): number | undefined {
  const values = samples
    .filter(({ status }) => status === 'OK' || status === 'WARNING')
    .map((sample) => sample[metric])
    .filter((value): value is number => value !== undefined && Number.isFinite(value))
    .sort((a, b) => a - b);
  if (values.length < LEAST_SAMPLES) return undefined;
  const middle = Math.floor(values.length / 2);
  const upper = values[middle] ?? 0;
  return values.length % 2 === 1 ? upper : (upper + (values[middle - 1] ?? upper)) / 2;
}

function metricWords(metric: Metric, value: number): string {
  if (metric === 'duration') return lengthWords(value);
  if (metric === 'cost') return `cost ${money(Math.round(value), '').trim()}`;
  const whole = Number.isInteger(value) ? String(value) : value.toFixed(1);
  return `${whole} ${value === 1 ? metric.slice(0, -1) : metric}`;
}
