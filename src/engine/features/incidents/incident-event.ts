/**
 * What the bus tells of a change of an incident: source `millrace.incidents`, on the default bus of its team.
 * @module
 */
import type { IncidentChange } from '../../../monitoring/incidents/incident.js';
import type { NewEvent } from '../../kernel/bus-event.js';

export function incidentEvent(change: IncidentChange): NewEvent {
  const { number, at, until, channels, ...said } = change;
  const iso = (moment: number): string => new Date(moment).toISOString();
  return {
    id: `incident-change-${number}`,
    source: 'millrace.incidents',
    detailType: 'Incident Changed',
    time: `${iso(at).slice(0, 19)}Z`,
    resources: [],
    detail: {
      ...said,
      at: iso(at),
      ...(until === undefined ? {} : { until: iso(until) }),
      ...(channels === undefined ? {} : { channels: [...channels] }),
    },
  };
}
