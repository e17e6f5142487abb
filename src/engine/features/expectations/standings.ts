/**
 * Names and rows of expectations: by what they are found in memory and in the store.
 * @module
 */
import type {
  Expectation,
  ExpectationChange,
  Standing,
  Transition,
} from '../../../monitoring/expectations/expectation.js';
import { parseSubjectKey } from '../../../monitoring/subject.js';
import type { ChangeRow, StandingRow } from './expectation-tables.js';
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

/** Judged later than this after its moment is told as late by us. */
const OUR_SLACK = 60_000;

/**
 * A change as it is kept, and as it is told.
 * @param now when it was judged
 * @param execution id of the execution that caused it
 */
export function changed(
  number: number,
  { team, subject, sentence }: Pick<StandingRow, 'team' | 'subject' | 'sentence'>,
  of: WatchedSubject | undefined,
  transition: Transition,
  now: number,
  execution: string | undefined,
): { row: ChangeRow; change: ExpectationChange } {
  const { from: before, to: state, at, words, due, reason } = transition;
  const late = now - at;
  const shared = {
    number,
    ...{ team, sentence, at, words, judgedAt: now, tags: of?.tags ?? {} },
    ...(due === undefined ? {} : { due }),
    ...(reason === undefined ? {} : { reason }),
    ...(of?.pipeline === undefined ? {} : { pipeline: of.pipeline.name }),
    ...(of?.owner === undefined ? {} : { owner: of.owner }),
    ...(execution === undefined ? {} : { execution }),
  };
  const known = parseSubjectKey(subject) as ExpectationChange['subject'];
  const lateByUs = late > OUR_SLACK ? late : 0;
  return {
    row: { ...shared, subject, before, state },
    change: { ...shared, subject: known, from: before, to: state, lateByUs },
  };
}

/** How many there are in each state, by team. */
export function* countedStates(
  all: readonly { kept: { of: WatchedSubject }; standing: Standing }[],
): Generator<{ team: string; state: string; count: number }> {
  const counts = new Map<string, Map<string, number>>();
  for (const { kept, standing } of all) {
    const { team } = kept.of;
    const ofTeam = counts.get(team) ?? new Map<string, number>();
    counts.set(team, ofTeam.set(standing.state, (ofTeam.get(standing.state) ?? 0) + 1));
  }
  for (const [team, ofTeam] of counts) {
    for (const [state, count] of ofTeam) yield { team, state, count };
  }
}
