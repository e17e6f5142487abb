/**
 * Which intervals of upstreams an interval of a dependent needs, and the other way round.
 *
 * A dependent's intervals are as long as those of its slowest upstream, unless it says otherwise: a report that waits for an
 * hourly and for a daily pipeline is daily, and needs all hours of its day.
 * @module
 */
import type { UpstreamFact } from '../../../events/conditions/upstream.js';
import {
  calendarInterval,
  type Grain,
  grainOf,
  type Interval,
  parseInterval,
  zoneOfIntervals,
} from '../../../events/intervals/interval.js';
import { alignedIntervals } from '../../../events/intervals/slots.js';
import type { Schedule } from '../../../events/schedules/schedule.js';

/** Intervals of one upstream that one interval of a dependent may need. */
export const MOST_NEEDED = 400;

const HOUR = 3_600_000;
const ORDER: readonly Grain[] = ['fires', 'hour', 'day'];

/**
 * How long the intervals of a dependent are; undefined: as they come.
 * @param written what its trigger says
 * @param upstreams the schedules of its upstreams, as far as they have any
 */
export function grainOfDependent(
  written: unknown,
  upstreams: readonly Schedule[],
): Grain | undefined {
  if (written === 'day' || written === 'hour') return written;
  const grains = upstreams.map(grainOf).sort((a, b) => ORDER.indexOf(b) - ORDER.indexOf(a));
  return grains[0];
}

/**
 * The intervals of a dependent that an interval of an upstream belongs to.
 * @param id of the upstream's interval
 * @param upstream its schedule, if it has one
 * @example dependentIntervals('day', 'UTC', '2026-11-20T05', hourly) // ['2026-11-20']
 */
export function dependentIntervals(
  grain: Grain | undefined,
  timezone: string,
  id: string,
  upstream: Schedule | undefined,
): string[] {
  if (grain === undefined || grain === 'fires') return [id];
  const zone = upstream === undefined ? timezone : zoneOfIntervals(upstream);
  const interval = parseInterval(id, zone);
  // The same date, whatever the zones: intervals are compared by id.
  if (interval === undefined || isOfGrain(id, grain)) return [id];
  if (grain === 'day') return [calendarInterval('day', timezone, interval.start).id];
  const hours: string[] = [];
  for (let at = interval.start; at < interval.end && hours.length < 25; at += HOUR) {
    hours.push(calendarInterval('hour', timezone, at).id);
  }
  return [...new Set(hours)];
}

function isOfGrain(id: string, grain: Grain): boolean {
  return id.length === (grain === 'day' ? 10 : 13) && !id.includes('/');
}

/**
 * Ids of the intervals of an upstream that an interval of a dependent needs; undefined: the one of the same id, and if it
 * does not run, it is waited for. Empty: the upstream does not run then, and is needed for nothing.
 */
export function neededIntervals(
  upstream: Schedule | undefined,
  interval: Interval,
): string[] | undefined {
  if (upstream === undefined) return undefined;
  const needed = alignedIntervals(upstream, interval).map(({ id }) => id);
  return needed.length === 1 && needed[0] === interval.id ? undefined : needed;
}

/**
 * One fact for several intervals of an upstream: it is what is wanted when each of them is.
 * @param facts of each interval; undefined where it has not started
 */
export function combinedFact(
  facts: readonly (UpstreamFact | undefined)[],
  wanted: readonly UpstreamFact['status'][],
): UpstreamFact | undefined {
  const known = facts.filter((fact) => fact !== undefined);
  const isWanted = ({ status }: UpstreamFact): boolean => wanted.includes(status);
  const met = known.filter(isWanted).length;
  const latest = known.reduce<UpstreamFact | undefined>(
    (last, fact) => (last === undefined || fact.since > last.since ? fact : last),
    undefined,
  );
  if (latest === undefined) return undefined;
  const odd = known.find((fact) => !isWanted(fact));
  // Some have not started: for those who look, the whole of it still runs.
  const status = met === facts.length ? latest.status : (odd?.status ?? 'RUNNING');
  return {
    ...latest,
    status,
    startedAt: Math.min(...known.map(({ startedAt, since }) => startedAt ?? since)),
    revision: known.reduce((sum, { revision }) => sum + revision, 0),
    parts: { met, of: facts.length },
  };
}
