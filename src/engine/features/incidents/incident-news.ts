/**
 * What the live feed tells of a change of an incident: that there is news, and which.
 * @module
 */
import type { IncidentChange } from '../../../monitoring/incidents/incident.js';
import type { IncidentNews } from '../../kernel/feed-change.js';

/** @example newsOf(change, 'load').type // 'incident' */
export function newsOf(change: IncidentChange, pipeline: string | undefined): IncidentNews {
  const { incident, team, type, at } = change;
  return {
    ...{ type: 'incident', incident, team, change: type, at },
    ...(pipeline === undefined ? {} : { pipeline }),
  };
}
