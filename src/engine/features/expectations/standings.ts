/**
 * Names and rows of expectations: by what they are found in memory and in the store.
 * @module
 */
import type { Expectation, Standing } from '../../../monitoring/expectations/expectation.js';
import type { StandingRow } from './expectation-tables.js';
import type { WatchedSubject } from './watched-subject.js';

/** By team and subject. */
export function placeOf({ team, key }: Pick<WatchedSubject, 'team' | 'key'>): string {
  return JSON.stringify([team, key]);
}

/** By team, subject and sentence. */
export function standingKey({
  team,
  subject,
  sentence,
}: Pick<StandingRow, 'team' | 'subject' | 'sentence'>): string {
  return JSON.stringify([team, subject, sentence]);
}

/** As the store keeps it. */
export function toRow(
  { of, expectation }: { of: WatchedSubject; expectation: Expectation },
  standing: Standing,
): StandingRow {
  return { team: of.team, subject: of.key, sentence: expectation.sentence, ...standing };
}

/** Whether two versions of a pipeline expect the same of something. */
export function isSame(a: WatchedSubject, b: WatchedSubject): boolean {
  const said = ({ kept, tags, owner, pipeline }: WatchedSubject): string =>
    JSON.stringify([
      [...kept.values()].map(({ expectation }) => expectation),
      tags,
      owner,
      pipeline,
    ]);
  return said(a) === said(b);
}

/** @param clock until when all have been judged */
export function standingOf(row: StandingRow, clock: number): Standing {
  const { team: _, subject: _subject, sentence: _sentence, ...standing } = row;
  return { ...standing, judged: Math.max(standing.judged, clock) };
}
