/**
 * What the bus tells of a change of an alert: source `millrace.monitors`, on the default bus of its team.
 * @module
 */
import type { AlertChange } from '../../../monitoring/monitors/alert.js';
import type { NewEvent } from '../../kernel/bus-event.js';

export function alertEvent(change: AlertChange): NewEvent {
  const { number, at, mutedUntil, subject, because, tags, ...said } = change;
  const iso = (moment: number): string => new Date(moment).toISOString();
  return {
    id: `alert-change-${number}`,
    source: 'millrace.monitors',
    detailType: 'Alert Changed',
    time: `${iso(at).slice(0, 19)}Z`,
    resources: subject === undefined ? [] : [subject],
    detail: {
      ...said,
      tags: { ...tags },
      because: [...because],
      at: iso(at),
      ...(mutedUntil === undefined ? {} : { mutedUntil: iso(mutedUntil) }),
    },
  };
}
