/**
 * On-call calendars of others (iCalendar, RFC 5545) as overrides of a rotation.
 *
 * An event is a shift: of whom its attendee says, else its summary. Repetitions, exceptions and time zones are ical.js's affair;
 * times without a zone are those of the rotation, never those of this machine.
 * @module
 */
import ICAL from 'ical.js';
import { instantOf, isTimeZone, wallTime } from '../events/schedules/time-zone.js';
import type { WrittenOverride } from '../pipelines/team-file/people-sections.js';

/** Shifts that are taken, and occurrences of one event that are looked through. */
const MOST_SHIFTS = 1_000;
const MOST_OCCURRENCES = 5_000;
/** Characters of a calendar. */
const MOST_TEXT = 8 * 1024 * 1024;

export interface CalendarWindow {
  /** Milliseconds since the epoch: shifts that end later and begin before `until`. */
  readonly from: number;
  readonly until: number;
  /** Of the rotation. */
  readonly zone: string;
}

export interface ReadCalendar {
  readonly overrides: readonly WrittenOverride[];
  /** What was not taken, and why. */
  readonly left: readonly string[];
}

/**
 * Reads shifts of a calendar.
 * @throws Error when the text is no calendar
 * @example readCalendar(text, { from, until, zone: 'Europe/Berlin' }).overrides[0] // { from: '2026-12-07T09:00', until: …, who: 'ana' }
 */
export function readCalendar(text: string, { from, until, zone }: CalendarWindow): ReadCalendar {
  if (text.length > MOST_TEXT) throw new Error('the calendar is larger than 8 MiB');
  const calendar = new ICAL.Component(ICAL.parse(text) as [string, unknown[], unknown[]]);
  const shifts: { begin: number; end: number; who: string }[] = [];
  const left: string[] = [];
  const events = calendar.getAllSubcomponents('vevent').map((one) => new ICAL.Event(one));
  for (const event of events) {
    // A changed occurrence comes with the event that repeats.
    if (event.isRecurrenceException()) continue;
    const take = (start: ICAL.Time, end: ICAL.Time, of: ICAL.Event): void => {
      const named = zoneNameOf(of);
      const [begin, finish] = [instantFor(start, named, zone), instantFor(end, named, zone)];
      const who = personFor(of);
      if (who === undefined) left.push(`an event of ${start.toString()} names nobody`);
      else if (finish <= begin)
        left.push(`the shift of ${who} from ${start.toString()} has no length`);
      else if (finish > from && begin < until) shifts.push({ begin, end: finish, who });
    };
    if (!event.isRecurring()) {
      take(event.startDate, event.endDate, event);
      continue;
    }
    const occurrences = event.iterator();
    for (let count = 0; count < MOST_OCCURRENCES; count += 1) {
      const next = occurrences.next();
      if (next === null || next === undefined || instantFor(next, zoneNameOf(event), zone) >= until)
        break;
      const { startDate, endDate, item } = event.getOccurrenceDetails(next);
      take(startDate, endDate, item);
    }
  }
  shifts.sort((a, b) => a.begin - b.begin);
  if (shifts.length > MOST_SHIFTS)
    left.push(`${shifts.length - MOST_SHIFTS} shifts beyond ${MOST_SHIFTS}`);
  const written = (instant: number): string =>
    new Date(wallTime(zone, instant)).toISOString().slice(0, 16);
  return {
    overrides: shifts
      .slice(0, MOST_SHIFTS)
      .map(({ begin, end, who }) => ({ from: written(begin), until: written(end), who })),
    left,
  };
}

/** The zone that an event names for its begin; many calendars name it without describing it. */
function zoneNameOf({ component }: ICAL.Event): string | undefined {
  const named = component.getFirstProperty('dtstart')?.getParameter('tzid');
  return typeof named === 'string' ? named : undefined;
}

/** Milliseconds since the epoch. @param named zone of its event @param zone where it names none */
function instantFor(time: ICAL.Time, named: string | undefined, zone: string): number {
  const { year, month, day, hour, minute, second } = time;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const own = time.zone?.tzid;
  if (own === 'UTC' || own === 'Z') return wall;
  if (named !== undefined && isTimeZone(named)) return instantOf(named, wall);
  // A zone that the calendar itself describes.
  if (named !== undefined && own === named) return time.toUnixTime() * 1_000;
  return instantOf(zone, wall);
}

/** A name that a team's file takes: of the attendee, else of the summary. */
function personFor(event: ICAL.Event): string | undefined {
  const [attendee] = event.attendees;
  const named = attendee?.getParameter('cn');
  const address = String(attendee?.getFirstValue() ?? '').replace(/^mailto:/i, '');
  const said = [named, address.split('@')[0], event.summary].find(
    (one) => typeof one === 'string' && one.trim() !== '',
  );
  const name = String(said ?? '')
    .normalize('NFKD')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
  return name === '' ? undefined : name.slice(0, 60);
}
