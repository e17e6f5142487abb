/**
 * Judges where an expectation stands: once for time that has passed, once for what has come.
 *
 *     pass(…, now)   everything that was due until now, in its order, though nobody looked in between
 *     hear(…, now)   a begin or a result has just changed what is known
 *
 * Whoever hears of a change lets time pass first, by what was known until then. So the answer never depends on when anybody
 * looked: an alarm that comes late, a busy loop or a night without a server changes nothing but the time of telling.
 * @module
 */
import type { Expectation, Standing, Watched } from './expectation.js';
import { judgeRunning } from './judge-duration.js';
import { judgeCount, judgeDaily } from './judge-occurrences.js';
import { judgeRolling } from './judge-rolling.js';
import { judgeRollingCount } from './judge-rolling-count.js';
import { judgeValue } from './judge-value.js';
import type { Case, Judgement } from './judgement.js';

/**
 * Lets time pass until `now`, by what is known. Asked twice, the second time changes nothing.
 * @example pass(expectation, declare(0), NOTHING_WATCHED, 86_400_001).standing.state // 'MISSING', of "runs within 1 day"
 */
export function pass(
  expectation: Expectation,
  standing: Standing,
  watched: Watched,
  now: number,
): Judgement {
  return judge({ expectation, standing, watched, before: undefined, now });
}

/**
 * Something has come; time has passed until now before that.
 * @param before what was known until then
 * @param watched what is known with it
 * @example hear(expectation, standing, before, { ...before, lastEnd: now }, now).transitions
 */
export function hear(
  expectation: Expectation,
  standing: Standing,
  before: Watched,
  watched: Watched,
  now: number,
): Judgement {
  return judge({ expectation, standing, watched, before, now });
}

function judge(one: Case): Judgement {
  const { demand } = one.expectation;
  switch (demand.type) {
    case 'within':
    case 'regularly':
      return judgeRolling(one);
    case 'by':
      return judgeDaily(one, demand);
    case 'count':
      return judgeCount(one, demand);
    case 'rolling':
      return judgeRollingCount(one, demand);
    case 'duration':
      return judgeRunning(one, demand);
    case 'succeeded':
    case 'value':
    case 'usual':
      return judgeValue(one, demand);
  }
}
