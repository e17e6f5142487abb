/**
 * Why an expectation stands where it stands, in sentences.
 * @module
 */
import type {
  Arrival,
  Expectation,
  Standing,
  Watched,
} from '../../../monitoring/expectations/expectation.js';
import { LEAST_SAMPLES } from '../../../monitoring/expectations/expectation.js';
import { rhythmOf } from '../../../monitoring/expectations/judge-rolling.js';
import { medianOf } from '../../../monitoring/expectations/judge-value.js';
import { lastOf } from '../../../monitoring/expectations/judgement.js';
import { upcoming } from '../../../monitoring/expectations/upcoming.js';
import { lengthWords, timeWords } from '../../../monitoring/expectations/words.js';

const WHAT: { readonly [what in Arrival]: string } = {
  run: 'run',
  success: 'success',
  data: 'new data',
};

/** @example explanation(expectation, standing, watched, now)[0] // 'EXPECTED since Thu 1970-01-01 00:00 UTC' */
export function explanation(
  expectation: Expectation,
  standing: Standing,
  watched: Watched,
  now: number,
): string[] {
  const { demand, grace, zone } = expectation;
  const { state, since, reason, declared } = standing;
  const told = (moment: number | undefined): string =>
    moment === undefined ? 'never' : `${timeWords(moment, zone)}, ${lengthWords(now - moment)} ago`;
  const because = reason === undefined ? '' : `: ${reason}`;
  const why = [`${state} since ${timeWords(since, zone)}${because}`];
  switch (demand.type) {
    case 'within':
    case 'regularly': {
      const what = demand.type === 'within' ? demand.what : 'run';
      const last = lastOf(what, watched);
      why.push(`last ${WHAT[what]}: ${told(last)}`);
      if (last === undefined) why.push(`it is expected since ${timeWords(declared, zone)}`);
      if (demand.type === 'regularly') {
        const rhythm = rhythmOf(watched, Math.max(last ?? 0, declared));
        why.push(`its rhythm: ${lengthWords(rhythm)} at most`);
      }
      break;
    }
    case 'by': {
      why.push(`last ${WHAT[demand.what]}: ${told(lastOf(demand.what, watched))}`);
      break;
    }
    case 'count':
      why.push(`${demand.least} in each ${demand.span}`);
      break;
    case 'rolling':
      why.push(`${demand.least} in the last ${lengthWords(demand.period)}, at any moment`);
      break;
    case 'duration':
      why.push(`${watched.running.size} running; longest allowed: ${lengthWords(demand.most)}`);
      break;
    case 'usual': {
      const usual = medianOf(demand.metric, watched.recent);
      why.push(
        usual === undefined
          ? `what is usual is not known yet: it takes ${LEAST_SAMPLES} results with ${demand.metric}`
          : `usual ${demand.metric}: ${usual}, of ${watched.recent.length} results`,
      );
      break;
    }
    case 'succeeded':
    case 'value':
  }
  const next = upcoming(expectation, standing, watched, now);
  if (next !== undefined) why.push(`due at ${timeWords(next, zone)}`);
  if (watched.last) {
    why.push(
      `last result: ${watched.last.status}, ${watched.last.cause}, ${told(watched.last.at)}`,
    );
  } else why.push('there is no result yet');
  const isAboutData = 'what' in demand && demand.what === 'data';
  if (isAboutData && watched.lastData === undefined && watched.last !== undefined) {
    why.push('no result has told of rows, files or bytes: let its file say so with `produced`');
  }
  if (grace > 0) why.push(`it is LATE for ${lengthWords(grace)} before it is MISSING`);
  return why;
}
