/**
 * `at least 3 runs in 24 hours`: so many results in a window that moves with the clock.
 *
 * It is met until the newest so many of them are older than the window: that moment is known, so nobody has to look in between.
 * Before there were so many, it is the window after the declaration.
 * @module
 */
import { Changes } from './changes.js';
import type { Demand } from './expectation.js';
import type { Case, Judgement } from './judgement.js';
import { lengthWords, timeWords } from './words.js';

const HOUR = 3_600_000;

/** @example judgeRollingCount(one, { type: 'rolling', least: 3, period: 86_400_000 }).standing.state // 'EXPECTED' */
export function judgeRollingCount(
  one: Case,
  { least, period }: Extract<Demand, { type: 'rolling' }>,
): Judgement {
  const { expectation, standing, watched, now } = one;
  const { zone } = expectation;
  const changes = new Changes(standing);
  const times = watched.recent.map(({ at }) => at).sort((a, b) => b - a);
  const from = Math.max(times[least - 1] ?? 0, standing.declared);
  const due = from + period;
  const window = lengthWords(period);
  if (due >= now && changes.state !== 'EXPECTED' && due > (standing.due ?? 0)) {
    changes.to('EXPECTED', now, `${countSince(now - period)} in the last ${window}`);
  }
  // Soon due: an hour before, or a tenth of a window that is shorter than ten.
  const soon = due - Math.min(HOUR, Math.floor(period / 10));
  if (now >= soon && changes.state === 'EXPECTED') {
    const words = `${countSince(soon - period)} of ${least} until ${timeWords(due, zone)}`;
    changes.to('DUE', Math.max(soon, standing.since), words, { due });
  }
  if (now > due && changes.state !== 'MISSING') {
    const count = countSince(due - period + 1);
    const words = `${count} of ${least} in the ${window} until ${timeWords(due, zone)}`;
    const reason = count === 0 ? 'never started' : 'too few';
    changes.to('MISSING', Math.max(due, standing.since), words, { reason, due });
  }
  changes.passed(now);
  if (changes.state === 'MISSING') return changes.end(undefined);
  return changes.end(changes.state === 'DUE' ? due + 1 : Math.max(soon, now + 1));

  function countSince(start: number): number {
    return times.filter((at) => at >= start).length;
  }
}
