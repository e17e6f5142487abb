/**
 * What is due at moments of a calendar: `finishes by 07:30`, `at least 3 runs per day`.
 *
 * A time of day is met by what comes from the beginning of its day on; or, when the schedule fires before midnight, from
 * that fire time on. What comes later, until the next one's time begins, has arrived late.
 * @module
 */
import { type DailyTime, dayAt, nextDue, startOfDay, windowAt } from './calendar.js';
import { Changes } from './changes.js';
import type { Demand, Watched } from './expectation.js';
import {
  type Case,
  cameAt,
  cameNow,
  isUnderWay,
  type Judgement,
  lastOf,
  NOTHING_CAME,
  reasonFor,
} from './judgement.js';
import { lengthWords, timeWords } from './words.js';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Due moments that are judged one by one after an absence: eleven years of days. */
const MOST_AT_ONCE = 4_000;

type Daily = Extract<Demand, { type: 'by' }>;
type Counted = Extract<Demand, { type: 'count' }>;

export function judgeDaily(one: Case, { what, time }: Daily): Judgement {
  const { expectation, standing, watched, now } = one;
  const { grace, zone } = expectation;
  const changes = new Changes(standing);
  const isComing = isUnderWay(what, watched);
  const last = lastOf(what, watched);

  const came = cameNow(what, one);
  if (came !== undefined && changes.isUnmet) {
    const { due = came } = standing;
    const next = nextDue(time, due);
    const isOfNext = next !== undefined && came >= opensAt(next);
    const words = isOfNext
      ? `came in time for ${timeWords(next, zone)}; what was due at ${timeWords(due, zone)} never came`
      : `came ${lengthWords(Math.max(0, came - due))} after ${timeWords(due, zone)}`;
    changes.to(isOfNext ? 'EXPECTED' : 'ARRIVED LATE', cameAt(came, one), words, { due });
  } else if (came !== undefined && standing.state !== 'EXPECTED') {
    changes.to('EXPECTED', cameAt(came, one), `came at ${timeWords(came, zone)}`);
  }

  let due = nextDue(time, standing.judged);
  for (let judged = 0; due !== undefined && now > due; judged += 1) {
    if (judged >= MOST_AT_ONCE) {
      due = nextDue(time, now);
      break;
    }
    soon(due);
    passed(due);
    due = nextDue(time, due);
  }
  if (due !== undefined) soon(due);
  lateIsOver(now);
  changes.passed(now);
  return changes.end(nextLook());

  function opensAt(moment: number): number {
    return opensFor(time, watched, moment);
  }

  function isMet(moment: number): boolean {
    return last !== undefined && last >= opensAt(moment);
  }

  /** DUE: an hour before, when nothing has come yet. */
  function soon(moment: number): void {
    const from = Math.max(opensAt(moment), moment - HOUR);
    if (now < from || isMet(moment)) return;
    if (changes.state !== 'EXPECTED' && changes.state !== 'ARRIVED LATE') return;
    const at = Math.max(from, changes.standing.since);
    changes.to('DUE', at, `due at ${timeWords(moment, zone)}`, { due: moment });
  }

  function passed(moment: number): void {
    if (isMet(moment)) return;
    // What is still late of the time before will not be awaited any longer.
    if (changes.state === 'LATE') miss(Math.max(opensAt(moment), changes.standing.since));
    const words = `was due at ${timeWords(moment, zone)}`;
    if (isComing) {
      changes.to('LATE', moment, `${words} and still runs`, {
        reason: 'still running',
        due: moment,
      });
    } else if (grace > 0) {
      changes.to('LATE', moment, words, { reason: 'waits for its grace', due: moment });
      lateIsOver(now);
    } else miss(moment, moment);
  }

  function lateIsOver(until: number): void {
    const { due: late = 0, since } = changes.standing;
    if (changes.state !== 'LATE' || isComing || until <= late + grace) return;
    miss(Math.max(late + grace, watched.lastEnd ?? 0, since));
  }

  function miss(at: number, moment: number = changes.standing.due ?? at): void {
    const since = last === undefined ? 'ever' : `since ${timeWords(last, zone)}`;
    const words = `${NOTHING_CAME[what]} ${since}: was due at ${timeWords(moment, zone)}`;
    const reason = reasonFor(what, watched, opensAt(moment) - 1);
    changes.to('MISSING', at, words, { reason, due: moment });
  }

  function nextLook(): number | undefined {
    const over = (changes.standing.due ?? now) + grace + 1;
    const isWaiting = changes.state === 'LATE' && !isComing && over > now;
    if (due === undefined) return isWaiting ? over : undefined;
    const isQuiet = changes.state === 'EXPECTED' || changes.state === 'ARRIVED LATE';
    const from = Math.max(opensAt(due), due - HOUR);
    const look = isQuiet && !isMet(due) && from > now ? from : due + 1;
    return isWaiting ? Math.min(over, look) : look;
  }
}

/** When that begins which counts for a due moment: its day, or the fire time of its schedule before midnight. */
export function opensFor(time: DailyTime, { nextFire }: Watched, moment: number): number {
  const midnight = startOfDay(time.zone, dayAt(time.zone, moment));
  const fire = nextFire === undefined ? undefined : lastFire(nextFire, moment);
  return fire === undefined ? midnight : Math.min(midnight, fire);
}

/** The last fire time before a moment that is no more than a day before it. */
function lastFire(
  nextFire: (after: number) => number | undefined,
  moment: number,
): number | undefined {
  let last: number | undefined;
  let after = moment - DAY;
  // Who fires more often than this within a day fires after midnight, too.
  for (let count = 0; count < 24; count += 1) {
    const fire = nextFire(after);
    if (fire === undefined || fire > moment) return last;
    last = fire;
    after = fire;
  }
  return undefined;
}

export function judgeCount(one: Case, { least, span, zone }: Counted): Judgement {
  const { standing, watched, now } = one;
  const changes = new Changes(standing);
  let window = windowAt(span, zone, standing.judged);
  for (let judged = 0; now > window.to; judged += 1) {
    if (judged >= MOST_AT_ONCE) {
      window = windowAt(span, zone, now);
      break;
    }
    ended(window);
    window = windowAt(span, zone, window.to);
  }
  const count = countIn(window);
  const soonFrom = window.to - Math.min(HOUR, Math.floor((window.to - window.from) / 10));
  if (count >= least && changes.state !== 'EXPECTED') {
    changes.to('EXPECTED', now, `${count} since ${timeWords(window.from, zone)}`);
  } else if (count < least && now >= soonFrom && changes.state === 'EXPECTED' && isWhole(window)) {
    const words = `${count} of ${least} until ${timeWords(window.to, zone)}`;
    changes.to('DUE', Math.max(soonFrom, standing.since), words, { due: window.to });
  }
  changes.passed(now);
  const isSoonNext = changes.state === 'EXPECTED' && count < least && soonFrom > now;
  return changes.end(isSoonNext && isWhole(window) ? soonFrom : window.to + 1);

  function countIn({ from, to }: { from: number; to: number }): number {
    return watched.recent.filter(({ at }) => at >= from && at < to).length;
  }

  /** A window that had begun before the expectation was there is judged by no one. */
  function isWhole({ from }: { from: number }): boolean {
    return from >= standing.declared;
  }

  function ended(of: { from: number; to: number }): void {
    const count = countIn(of);
    if (!isWhole(of) || count >= least) return;
    const words = `${count} of ${least} from ${timeWords(of.from, zone)} to ${timeWords(of.to, zone)}`;
    const reason = count === 0 ? 'never started' : 'too few';
    changes.to('MISSING', of.to, words, { reason, due: of.to });
  }
}
