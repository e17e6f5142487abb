/**
 * What the bus tells of a forecast that has changed: source `millrace.outlooks`, on the default bus of its team.
 * @module
 */
import type { NewEvent } from '../../kernel/bus-event.js';
import type { OutlookRow } from './outlook-table.js';

export function outlookEvent({
  subject,
  at,
  crossesAt,
  earliest,
  latest,
  since: _,
  ...said
}: OutlookRow): NewEvent {
  const iso = (moment: number): string => new Date(moment).toISOString();
  return {
    source: 'millrace.outlooks',
    detailType: 'Forecast Changed',
    time: `${iso(at).slice(0, 19)}Z`,
    resources: [subject],
    detail: {
      ...said,
      ...(crossesAt === undefined ? {} : { crossesAt: iso(crossesAt) }),
      ...(earliest === undefined ? {} : { earliest: iso(earliest) }),
      ...(latest === undefined ? {} : { latest: iso(latest) }),
    },
  };
}
