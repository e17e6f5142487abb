/**
 * The whole system in one sentence, and what of it is shown where.
 * @module
 */
import type { Overview, StandingExpectation } from '../api/types.js';
import { subjectId } from '../format/subject.js';

export interface Headline {
  /** Whether nothing asks for attention. */
  green: boolean;
  words: string;
}

/**
 * @example headline(overview).words // 'All is well: 20 watched, nothing late, failing or without new data.'
 */
export function headline(overview: Overview): Headline {
  const { counts, late } = overview;
  const said = lateBesidesFailing(overview).filter(({ state }) => state === 'MISSING').length;
  const all = late.filter(({ state }) => state === 'MISSING').length;
  const parts = [
    [counts.critical, 'failing'],
    [counts.missing - (all - said), 'missing'],
    [counts.late, 'late'],
    [counts.warning, 'with a warning'],
  ] as const;
  const wrong = parts.filter(([count]) => count > 0);
  if (wrong.length === 0) {
    return {
      green: true,
      words: `All is well: ${counts.watched} watched, nothing late, failing or without new data.`,
    };
  }
  const words = wrong.map(([count, word]) => `${count} ${word}`);
  return { green: false, words: `Of ${counts.watched} watched: ${words.join(', ')}.` };
}

/**
 * What is late or missing, without what the failures below say anyway: `succeeded` is missing because the last execution
 * failed, and that one is shown with its cause.
 */
export function lateBesidesFailing({ late, failing }: Overview): StandingExpectation[] {
  const shown = new Set(failing.map(({ team, subject }) => `${team} ${subjectId(subject)}`));
  return late.filter(
    ({ team, subject, reason }) =>
      reason !== 'failed' || !shown.has(`${team} ${subjectId(subject)}`),
  );
}
