/**
 * When an expectation is due next, for people: what it waits for now, or after what has come already.
 * @module
 */
import { nextDue, windowAt } from './calendar.js';
import type { Expectation, Standing, Watched } from './expectation.js';
import { opensFor } from './judge-occurrences.js';
import { rhythmOf } from './judge-rolling.js';
import { lastOf } from './judgement.js';

/**
 * Milliseconds since the epoch; undefined: it is due with the next result, whenever that comes.
 * @example upcoming(expectation, standing, watched, now)
 */
export function upcoming(
  { demand }: Expectation,
  { declared }: Pick<Standing, 'declared'>,
  watched: Watched,
  now: number,
): number | undefined {
  switch (demand.type) {
    case 'within':
    case 'regularly': {
      const what = demand.type === 'within' ? demand.what : 'run';
      const from = Math.max(lastOf(what, watched) ?? 0, declared);
      return from + (demand.type === 'within' ? demand.period : rhythmOf(watched, from));
    }
    case 'by': {
      const next = nextDue(demand.time, now - 1);
      const last = lastOf(demand.what, watched);
      if (next === undefined || last === undefined) return next;
      return last >= opensFor(demand.time, watched, next) ? nextDue(demand.time, next) : next;
    }
    case 'count':
      return windowAt(demand.span, demand.zone, now).to;
    case 'rolling': {
      const times = watched.recent.map(({ at }) => at).sort((a, b) => b - a);
      return Math.max(times[demand.least - 1] ?? 0, declared) + demand.period;
    }
    case 'duration': {
      for (const since of watched.running.values()) {
        if (since + demand.most >= now) return since + demand.most;
      }
      return undefined;
    }
    default:
      return undefined;
  }
}
