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
  // All that has run too long since anybody looked, each at its own moment.
  const dues = [...(before ?? watched).running.values()]
    .map((since) => since + most)
    .sort((a, b) => a - b);
  for (const due of dues) {
    if (due <= standing.judged || due >= now) continue;
    const words = `runs since ${timeWords(due - most, zone)}: longer than ${lengthWords(most)}`;
    changes.to('LATE', due, words, { reason: 'still running', due });
  }
  const { last } = watched;
  if (before !== undefined && last !== undefined && last !== before.last) ended(last);
  changes.passed(now);
  const open = [...watched.running.values()].map((since) => since + most);
  const next = open.filter((due) => due >= now).sort((a, b) => a - b)[0];
  return changes.end(next === undefined ? undefined : next + 1);

  function ended({ duration, status, at }: NonNullable<typeof last>): void {
    if (duration === undefined) return;
    const isStillLate = [...watched.running.values()].some((since) => since + most < now);
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
