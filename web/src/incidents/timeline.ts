/**
 * One timeline of everything about an incident: what has become of it, what people did and said, and what was told to whom.
 * @module
 */
import type { Delivery, IncidentChange } from '../api/types.js';

export type TimelineEntry =
  | { is: 'change'; at: number; change: IncidentChange }
  | { is: 'told'; at: number; delivery: Delivery };

/**
 * The oldest first. What was told stands after what it tells of, in whatever order both were read.
 * @example timelineOf(incident.changes, deliveries).length
 */
export function timelineOf(
  changes: readonly IncidentChange[],
  deliveries: readonly Delivery[],
): TimelineEntry[] {
  const entries: TimelineEntry[] = [
    ...changes.map((change) => ({ is: 'change' as const, at: change.at, change })),
    ...deliveries.map((delivery) => ({ is: 'told' as const, at: delivery.createdAt, delivery })),
  ];
  return entries.sort((a, b) => a.at - b.at || order(a) - order(b) || numberOf(a) - numberOf(b));
}

function order({ is }: TimelineEntry): number {
  return is === 'change' ? 0 : 1;
}

function numberOf(entry: TimelineEntry): number {
  return entry.is === 'change' ? entry.change.number : entry.delivery.number;
}

/** What a kind of change is called; what people say is a comment. */
export function changeWord(type: IncidentChange['type']): string {
  return type === 'COMMENTED' ? 'comment' : type.toLowerCase();
}
