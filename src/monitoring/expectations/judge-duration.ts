/**
 * `finishes within 30 minutes`: an execution lasts no longer. It is late while it still runs, not only when it has ended.
 * @module
 */
import { Changes } from './changes.js';
import type { Demand } from './expectation.js';
import type { Case, Judgement } from './judgement.js';
import { lengthWords, timeWords } from './words.js';

export function judgeRunning(
  one: Case,
  { most }: Extract<Demand, { type: 'duration' }>,
): Judgement {
  const { expectation, standing, watched, before, now } = one;
  const { zone } = expectation;
  const changes = new Changes(standing);
  // All that runs too long since anybody looked, each at its own moment; the earliest is the first.
  for (const since of watched.running.values()) {
    const due = since + most;
    if (due >= now) break;
    if (due <= standing.judged) continue;
    const words = `runs since ${timeWords(since, zone)}: longer than ${lengthWords(most)}`;
    changes.to('LATE', due, words, { reason: 'still running', due });
  }
  const { last } = watched;
  if (before !== undefined && last !== undefined && last !== before.last) ended(last);
  changes.passed(now);
  return changes.end(nextLook());

  function nextLook(): number | undefined {
    for (const since of watched.running.values()) if (since + most >= now) return since + most + 1;
    return undefined;
  }

  function isAnyLate(): boolean {
    for (const since of watched.running.values()) return since + most < now;
    return false;
  }

  function ended({ duration, status, at }: NonNullable<typeof last>): void {
    if (duration === undefined) return;
    const isStillLate = isAnyLate();
    const due = at - duration + most;
    const took = `took ${lengthWords(duration)}`;
    if (duration <= most) {
      const isGood = status === 'OK' || status === 'WARNING';
      if (isGood && changes.state !== 'EXPECTED' && !isStillLate) changes.to('EXPECTED', now, took);
      return;
    }
    // Who only tells of its end was late before anybody could know.
    if (changes.state !== 'LATE') {
      const words = `${took}: longer than ${lengthWords(most)}`;
      changes.to('LATE', Math.max(due, standing.since), words, { reason: 'took too long', due });
    }
    if (isStillLate) return;
    if (status === 'CRITICAL') {
      changes.to('MISSING', now, `${took} and failed`, { reason: 'failed', due });
    } else changes.to('ARRIVED LATE', now, `${took}, not ${lengthWords(most)}`, { due });
  }
}
