/**
 * What a cause says to people. Tasks that wait for a job fail with the whole job as JSON, functions with their exception as JSON: the
 * history keeps that as it is, and whoever is told of it wants the one sentence in it that says why.
 * @module
 */

/** Members that say why, the most telling first: of Glue, Batch, Athena and EMR, EMR Serverless, SageMaker, ECS, functions, executions. */
const TELLING: readonly string[] = [
  ...['ErrorMessage', 'errorMessage', 'StateChangeReason', 'FailureDetails', 'StateDetails'],
  ...['FailureReason', 'StatusReason', 'StoppedReason', 'Reason', 'Message', 'Cause'],
];
/** What is said when nothing says why. */
const STATES: readonly string[] = ['JobRunState', 'State', 'Status', 'LastStatus', 'BuildStatus'];

const MOST_MEMBERS = 2_000;
const DEEPEST = 8;
/** A longer text is looked at no further: it stands as it is. */
const LONGEST = 262_144;

/**
 * @param cause as a history has it
 * @example causeWords('{"JobName":"load","JobRunState":"FAILED","ErrorMessage":"no disk"}') // 'no disk'
 * @example causeWords('no such table') // 'no such table'
 */
export function causeWords(cause: string): string {
  const text = cause.trim();
  if (!text.startsWith('{') || !text.endsWith('}') || text.length > LONGEST) return cause;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return cause;
  }
  const members = textsIn(value);
  for (const name of TELLING) {
    const found = members.find(([key]) => key === name)?.[1];
    if (found !== undefined) return causeWords(found);
  }
  const state = members.find(([key]) => STATES.includes(key))?.[1];
  return state === undefined ? cause : `it ended ${state}`;
}

/** Texts by the names of their members, the outer ones first; of an object under a telling name, its `Message`. */
function textsIn(value: unknown): [string, string][] {
  const found: [string, string][] = [];
  let level: [string, unknown][] = [['', value]];
  let seen = 0;
  for (let depth = 0; level.length > 0 && depth < DEEPEST; depth += 1) {
    const next: [string, unknown][] = [];
    for (const [name, one] of level) {
      if (typeof one !== 'object' || one === null) continue;
      for (const [key, member] of Object.entries(one)) {
        seen += 1;
        if (seen > MOST_MEMBERS) return found;
        // The members of a list stand for it.
        const called = Array.isArray(one) ? name : key;
        if (typeof member === 'string' && member.trim() !== '') found.push([called, member]);
        else next.push([called, member]);
      }
    }
    level = next;
  }
  return found;
}
