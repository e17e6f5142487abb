/**
 * Who is told what of an incident, and when it must be looked at again.
 *
 * What people know is kept with the incident (`told`), so nothing is told twice, and what was held back (snoozed, silenced, its
 * monitor muted) is told when that ends, if it is still so. What is folded in is not told for itself. After an incident was told,
 * it is told again when it changes for people, and otherwise no more often than the team wants.
 * @module
 */

import type { Incident, IncidentChangeType, IncidentTransition } from './incident.js';
import { isOpen } from './incident.js';
import { without } from './lifecycle.js';
import type { MessageKindOfIncident } from './message-kinds.js';
import { ownerOf, personOf } from './owner.js';
import type { IncidentPolicy } from './policy.js';

/** What is to be told, of which transition. */
export interface Telling {
  readonly kind: MessageKindOfIncident;
  readonly transition?: IncidentTransition;
}

export interface Told {
  readonly incident: Incident;
  readonly tellings: readonly Telling[];
}

/** What people hear of at once when they know of the incident. */
const HEARD_OF: ReadonlyMap<IncidentChangeType, MessageKindOfIncident> = new Map([
  ['ACKNOWLEDGED', 'acknowledged'],
  ['ASSIGNED', 'assigned'],
  ['COMMENTED', 'commented'],
  ['ESCALATED', 'escalated'],
  ['FOLDED', 'commented'],
]);

/**
 * Decides what is told now.
 * @param transitions what has just happened to it
 * @param silencedUntil until when nobody is to hear of such things, as silences say
 */
export function tell(
  incident: Incident,
  transitions: readonly IncidentTransition[],
  policy: IncidentPolicy,
  at: number,
  silencedUntil: number | undefined,
): Told {
  const until = quietUntil(incident, silencedUntil);
  if (until !== undefined && until > at) return { incident, tellings: [] };
  const { told } = incident;
  const folds = transitions.filter(({ type }) => type === 'FOLDED');
  if (!isOpen(incident)) {
    if (told !== 'open') return { incident, tellings: [] };
    const [last] = transitions.slice(-1);
    return {
      incident: { ...incident, told: 'over', toldAt: at, untold: 0 },
      tellings: [{ kind: 'resolved', ...(last === undefined ? {} : { transition: last }) }],
    };
  }
  if (incident.cause !== undefined && folds.length === 0) return { incident, tellings: [] };
  if (told !== 'open' && incident.cause === undefined) {
    if (at < incident.since + policy.waitFor) return { incident, tellings: [] };
    const kind = told === 'over' ? 'reopened' : 'opened';
    return {
      incident: { ...incident, told: 'open', toldAt: at, untold: 0 },
      tellings: [{ kind }],
    };
  }
  if (told !== 'open') return { incident, tellings: [] };
  const tellings: Telling[] = transitions.flatMap((transition) => {
    const kind = HEARD_OF.get(transition.type);
    return kind === undefined ? [] : [{ kind, transition }];
  });
  const isDue = incident.untold > 0 && at >= (incident.toldAt ?? 0) + policy.repeatEvery;
  if (!isDue) return { incident, tellings };
  return {
    incident: { ...incident, toldAt: at, untold: 0 },
    tellings: [...tellings, { kind: 'repeated' }],
  };
}

/** Until when nobody is to hear of it; undefined: they are. */
function quietUntil(incident: Incident, silencedUntil: number | undefined): number | undefined {
  const { snoozedUntil, mutedUntil } = incident;
  const ends = [snoozedUntil, mutedUntil, silencedUntil].filter((end) => end !== undefined);
  return ends.length === 0 ? undefined : Math.max(...ends);
}

/**
 * When an incident must be looked at again though nothing is heard; undefined: never.
 * The moments are those of `pass`, and of what `tell` has held back.
 */
export function nextLook(
  incident: Incident,
  policy: IncidentPolicy,
  at: number,
  silencedUntil: number | undefined,
): number | undefined {
  const moments: number[] = [];
  const { lookAgainAt, resolvedAt, snoozedUntil, untold, toldAt = 0, told } = incident;
  const until = quietUntil(incident, silencedUntil);
  const isQuiet = until !== undefined && until > at;
  if (isOpen(incident)) {
    if (snoozedUntil !== undefined) moments.push(snoozedUntil);
    if (incident.cause === undefined) {
      if (isQuiet && (told !== 'open' || untold > 0)) moments.push(until);
      if (!isQuiet && told !== 'open') moments.push(incident.since + policy.waitFor);
      if (!isQuiet && told === 'open' && untold > 0) moments.push(toldAt + policy.repeatEvery);
      const step = policy.escalation[incident.steps];
      if (incident.status === 'OPEN' && step !== undefined) {
        moments.push(Math.max(incident.since + step.after, isQuiet ? until : 0));
      }
    }
  } else {
    const isOwed = isQuiet && told === 'open';
    if (lookAgainAt !== undefined) moments.push(lookAgainAt);
    // What people are still to hear is not forgotten before.
    moments.push(isOwed ? until : (resolvedAt ?? at) + policy.reopenWithin);
  }
  return moments.length === 0 ? undefined : Math.min(...moments);
}

/** What comes of time passing: a snooze ends, nobody has acknowledged, a child is still not good. */
export function pass(
  before: Incident,
  policy: IncidentPolicy,
  at: number,
  silencedUntil: number | undefined,
): { incident: Incident; transitions: readonly IncidentTransition[] } {
  if (!isOpen(before)) return { incident: before, transitions: [] };
  const transitions: IncidentTransition[] = [];
  let incident = before;
  if (incident.snoozedUntil !== undefined && incident.snoozedUntil <= at) {
    const words = 'the snooze is over';
    transitions.push({ type: 'WOKEN', at: incident.snoozedUntil, words });
    // Whoever snoozed it is asked again, and so the clock begins again.
    incident = {
      ...without(incident, 'snoozedUntil', 'acknowledgedAt', 'acknowledgedBy'),
      ...{ status: 'OPEN', since: incident.snoozedUntil, steps: 0 },
      ...(incident.told === 'open' ? { untold: incident.untold + 1, toldAt: 0 } : {}),
    };
  }
  const until = quietUntil(incident, silencedUntil);
  const isHeldBack = (until !== undefined && until > at) || incident.cause !== undefined;
  while (!isHeldBack && incident.status === 'OPEN') {
    const step = policy.escalation[incident.steps];
    if (step === undefined || incident.since + step.after > at) break;
    const person = step.to && personOf(policy, step.to, at);
    const whom = person ?? (step.channels.join(', ') || incident.owner || 'nobody');
    transitions.push({
      type: 'ESCALATED',
      at,
      words: `nobody has acknowledged it: step ${incident.steps + 1}, to ${whom}`,
      ...(step.channels.length === 0 ? {} : { channels: step.channels }),
    });
    incident = {
      ...incident,
      steps: incident.steps + 1,
      ...(person === undefined ? {} : { owner: person, ownerBecause: 'it was escalated to them' }),
    };
  }
  return { incident, transitions };
}

/** Whose it is now that its team's rules are others; what somebody has assigned or acknowledged stays as it is. */
export function ownedAnew(incident: Incident, policy: IncidentPolicy, at: number): Incident {
  if (incident.owner !== undefined || !isOpen(incident)) return incident;
  const { tags, pipeline, last } = incident;
  const { person, because } = ownerOf(
    policy,
    {
      tags,
      kind: last.kind,
      ...(pipeline === undefined ? {} : { pipeline }),
      ...(last.error === undefined ? {} : { error: last.error }),
    },
    at,
  );
  return person === undefined ? incident : { ...incident, owner: person, ownerBecause: because };
}
