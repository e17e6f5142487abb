/**
 * What the bus tells of a change of an expectation: source `millrace.expectations`, on the default bus of its team.
 * @module
 */
import type { ExpectationChange } from '../../../monitoring/expectations/expectation.js';
import { subjectKey } from '../../../monitoring/subject.js';
import type { NewEvent } from '../../kernel/bus-event.js';

export function expectationEvent(change: ExpectationChange): NewEvent {
  const { number, subject, from, to, at, judgedAt, lateByUs, due, ...said } = change;
  const iso = (moment: number): string => new Date(moment).toISOString();
  return {
    id: `expectation-${number}`,
    source: 'millrace.expectations',
    detailType: 'Expectation Changed',
    time: `${iso(at).slice(0, 19)}Z`,
    resources: [subjectKey(subject)],
    detail: {
      ...said,
      subject: { ...subject },
      state: to,
      before: from,
      at: iso(at),
      judgedAt: iso(judgedAt),
      lateByUs,
      ...(due === undefined ? {} : { due: iso(due) }),
    },
  };
}
