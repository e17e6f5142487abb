/**
 * What people are told of an incident, by the names that channels have for it.
 * @module
 */
export type MessageKindOfIncident =
  | 'opened'
  | 'reopened'
  | 'repeated'
  | 'escalated'
  | 'acknowledged'
  | 'assigned'
  | 'commented'
  | 'resolved';
