/**
 * Rotations: who is on call when.
 *
 * Shifts change at the same wall time in the rotation's zone, so a week that the clocks change in has 167 or 169 hours.
 * What is said for a time of its own (an override, an event of a calendar) counts before the turn of the people. A rotation
 * that is only a calendar may have gaps: then nobody is on call, and whoever asks goes on to the next one.
 * @module
 */
import { instantOf, wallTime } from '../../events/schedules/time-zone.js';

/** Somebody for a time; milliseconds since the epoch, the end not included. */
export interface Duty {
  readonly from: number;
  readonly until: number;
  readonly person: string;
}

export interface Rotation {
  readonly name: string;
  readonly zone: string;
  /** In their turn; empty: only what `duties` says. */
  readonly people: readonly string[];
  /** The first shift's begin, as wall time in milliseconds (`wallTime`). */
  readonly start: number;
  /** Of a shift, in milliseconds of wall time. */
  readonly every: number;
  /** Overrides and events of calendars: the last that holds counts. */
  readonly duties: readonly Duty[];
}

/**
 * Who is on call; undefined: nobody.
 * @example onCall({ people: ['ana', 'ben'], every: WEEK, … }, at) // 'ben'
 */
export function onCall(rotation: Rotation, at: number): string | undefined {
  const special = rotation.duties.findLast(({ from, until }) => from <= at && at < until);
  if (special !== undefined) return special.person;
  const { people, start, every, zone } = rotation;
  if (people.length === 0) return undefined;
  const turns = Math.floor((wallTime(zone, at) - start) / every);
  // Before the first shift the one whose turn it would be.
  return people[((turns % people.length) + people.length) % people.length];
}

/** One shift as it is shown. */
export interface Shift {
  readonly from: number;
  readonly until: number;
  /** Undefined: nobody, which is a gap. */
  readonly person: string | undefined;
}

/** Shifts that are looked through for a plan. */
const MOST_SHIFTS = 1_000;

/**
 * Who is on call from one moment to another, in order; what follows each other with the same person is one shift.
 * @example plan(rotation, now, now + 14 * DAY).filter(({ person }) => person === undefined) // the gaps
 */
export function plan(rotation: Rotation, from: number, until: number): Shift[] {
  const shifts: Shift[] = [];
  let at = from;
  for (let step = 0; step < MOST_SHIFTS && at < until; step += 1) {
    const end = Math.min(until, nextChange(rotation, at) ?? until);
    const person = onCall(rotation, at);
    const last = shifts.at(-1);
    if (last !== undefined && last.person === person) shifts.splice(-1, 1, { ...last, until: end });
    else shifts.push({ from: at, until: end, person });
    at = end;
  }
  return shifts;
}

/** The next moment at which somebody else may be on call. */
function nextChange({ people, start, every, zone, duties }: Rotation, at: number) {
  const moments = duties.flatMap(({ from, until }) => [from, until]);
  if (people.length > 0) {
    const turns = Math.floor((wallTime(zone, at) - start) / every);
    // An hour that the clocks skip or repeat must not hold up the walk.
    for (let ahead = 1; ahead <= 3; ahead += 1) {
      moments.push(instantOf(zone, start + (turns + ahead) * every));
    }
  }
  const later = moments.filter((moment) => moment > at);
  return later.length === 0 ? undefined : Math.min(...later);
}
