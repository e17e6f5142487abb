/**
 * `runs within 8 days`, `new data within 16 days`, `succeeds within 2 days`, `runs regularly`: no more than a period from one
 * to the next.
 * @module
 */
import { Changes } from './changes.js';
import type { Watched } from './expectation.js';
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
/** Who has no rhythm yet is missed after a day. */
const DEFAULT_PERIOD = DAY;
/** Gaps between results that make a rhythm; fewer are none. */
const LEAST_GAPS = 4;
/** So much later than its schedule says may it be seen. */
const SCHEDULE_SLACK = 15 * 60_000;

export function judgeRolling(one: Case): Judgement {
  const { expectation, standing, watched, now } = one;
  const { demand, grace, zone } = expectation;
  const what = demand.type === 'within' ? demand.what : 'run';
  const changes = new Changes(standing);

  const came = cameNow(what, one);
  if (came !== undefined && changes.isUnmet) {
    const { due = came } = standing;
    const words = `came ${lengthWords(Math.max(0, came - due))} after ${timeWords(due, zone)}`;
    changes.to('ARRIVED LATE', cameAt(came, one), words, { due });
  } else if (came !== undefined && standing.state !== 'EXPECTED') {
    changes.to('EXPECTED', cameAt(came, one), `came at ${timeWords(came, zone)}`);
  }

  const last = lastOf(what, watched);
  const from = Math.max(last ?? 0, standing.declared);
  const period = demand.type === 'within' ? demand.period : rhythmOf(watched, from);
  const due = from + period;
  // Soon due: an hour before, or a tenth of a period that is shorter than ten.
  const soon = due - Math.min(HOUR, Math.floor(period / 10));
  if (now >= soon && (changes.state === 'EXPECTED' || changes.state === 'ARRIVED LATE')) {
    const at = Math.max(soon, changes.standing.since);
    changes.to('DUE', at, `due at ${timeWords(due, zone)}`, { due });
  }
  const isComing = isUnderWay(what, watched);
  if (now > due && changes.state === 'DUE') {
    const words = `was due at ${timeWords(due, zone)}`;
    if (isComing)
      changes.to('LATE', due, `${words} and still runs`, { reason: 'still running', due });
    else if (grace > 0) changes.to('LATE', due, words, { reason: 'waits for its grace', due });
    else changes.to('MISSING', due, missed(), { reason: reasonFor(what, watched, from), due });
  }
  if (changes.state === 'LATE' && !isComing && now > due + grace) {
    const ended = watched.lastEnd ?? 0;
    const at = Math.max(due + grace, ended, changes.standing.since);
    changes.to('MISSING', at, missed(), { reason: reasonFor(what, watched, from), due });
  }
  changes.passed(now);
  return changes.end(nextLook());

  function missed(): string {
    const since = last === undefined ? 'ever' : `since ${timeWords(last, zone)}`;
    return `${NOTHING_CAME[what]} ${since}: was due at ${timeWords(due, zone)}`;
  }

  function nextLook(): number | undefined {
    if (changes.state === 'DUE') return due + 1;
    if (changes.state === 'LATE') return isComing ? undefined : due + grace + 1;
    return changes.state === 'MISSING' ? undefined : Math.max(soon, now + 1);
  }
}

/** How long it usually takes until it runs again: by its schedule, or twice a usually long gap. */
export function rhythmOf({ nextFire, recent }: Watched, from: number): number {
  const fire = nextFire?.(from);
  if (fire !== undefined) return fire - from + SCHEDULE_SLACK;
  const gaps = recent
    .slice(1)
    .map(({ at }, index) => at - (recent[index]?.at ?? at))
    .sort((a, b) => a - b);
  if (gaps.length < LEAST_GAPS) return DEFAULT_PERIOD;
  // Nine of ten gaps are no longer; twice as long is no accident.
  const usual = gaps[Math.floor((gaps.length - 1) * 0.9)] ?? DEFAULT_PERIOD;
  return Math.max(2 * usual, 60_000);
}
