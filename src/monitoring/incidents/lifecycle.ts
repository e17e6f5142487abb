/**
 * What happens to an incident: signals, and what people do. Pure: the incident before and what happens give the incident after
 * and what is written in its timeline. Who is told is decided afterwards, in `telling.ts`.
 * @module
 */
import { fingerprintOf } from './fingerprint.js';
import {
  type Incident,
  type IncidentOutcome,
  type IncidentTransition,
  isOpen,
  MORE,
  MOST_PROBLEMS,
  type Problem,
} from './incident.js';
import type { Owner } from './owner.js';
import type { IncidentLevel, Signal } from './signal.js';

/** What a new incident is given by its team. */
export interface Beginning {
  readonly number: number;
  readonly thing: string;
  readonly owner: Owner;
}

/** @example open({ number: 42, thing, owner }, signal).incident.status // 'OPEN' */
export function open({ number, thing, owner }: Beginning, signal: Signal): IncidentOutcome {
  const { team, subject, tags, pipeline, level, at, words, execution, mutedUntil } = signal;
  const first = problemOf(signal);
  const incident: Incident = {
    ...{ number, team, thing, subject, tags, level },
    ...(pipeline === undefined ? {} : { pipeline }),
    status: 'OPEN',
    fingerprint: fingerprintOf(signal),
    problems: { [signal.problem]: first },
    last: first,
    openedAt: at,
    since: at,
    ...owned(owner),
    ...(mutedUntil === undefined ? {} : { mutedUntil }),
    ...{ steps: 0, reopened: 0, repeats: 0, untold: 0, told: 'nothing', messages: 0 },
  };
  return { incident, transitions: [{ type: 'OPENED', at, words, ...withExecution(execution) }] };
}

/** Something bad is heard of a thing whose incident is open, or was resolved so shortly ago that it is the same one. */
export function hearBad(before: Incident, signal: Signal): IncidentOutcome {
  const { at, words, level, execution } = signal;
  const known = isOpen(before) ? before.problems : {};
  const isFull = Object.keys(known).length >= MOST_PROBLEMS;
  const name = known[signal.problem] !== undefined || !isFull ? signal.problem : MORE;
  const problem = problemOf(signal, known[name]);
  const { mutedUntil: _, ...rest } = before;
  const heard: Incident = {
    ...(signal.mutedUntil === undefined ? rest : { ...rest, mutedUntil: signal.mutedUntil }),
    problems: { ...known, [name]: problem },
    last: problem,
    level: worse(isOpen(before) ? before.level : level, level),
    fingerprint: signal.error === undefined ? before.fingerprint : fingerprintOf(signal),
  };
  const said = { at, words, ...withExecution(execution) };
  if (!isOpen(before)) {
    const opened: Incident = {
      ...without(heard, 'resolvedAt', 'solved', 'acknowledgedAt', 'acknowledgedBy'),
      ...{ status: 'OPEN', since: at, steps: 0, reopened: before.reopened + 1 },
    };
    return {
      incident: without(opened, 'lookAgainAt', 'cause', 'snoozedUntil'),
      transitions: [{ type: 'REOPENED', ...said }],
    };
  }
  // Another sign of the same trouble is no repetition of it; one that makes it more urgent is told.
  const isMoreUrgent = heard.level !== before.level;
  const isWorse = known[name] === undefined || isMoreUrgent;
  const counted = {
    ...heard,
    repeats: before.repeats + (isWorse ? 0 : 1),
    untold: before.untold + (isWorse && !isMoreUrgent ? 0 : 1),
  };
  return {
    incident: counted,
    transitions: [{ type: isWorse ? 'WORSE' : 'REPEATED', ...said }],
  };
}

/** Something is good again. When nothing bad is left of it, it is over. */
export function hearGood(before: Incident, signal: Signal): IncidentOutcome {
  const nothing = { incident: before, transitions: [] };
  if (before.problems[signal.problem] === undefined) return nothing;
  const { [signal.problem]: over, ...problems } = before.problems;
  const { at, execution } = signal;
  const left = { ...before, problems };
  if (!isOpen(before)) {
    // It was closed with its cause, or by hand, and is good now as well.
    return Object.keys(problems).length === 0
      ? { incident: without(left, 'lookAgainAt'), transitions: [] }
      : { incident: left, transitions: [] };
  }
  const words = signal.solved ?? signal.words;
  const said = { at, words, ...withExecution(execution) };
  if (Object.keys(problems).length > 0) {
    return { incident: left, transitions: [{ type: 'BETTER', ...said }] };
  }
  return {
    incident: closed(left, at, words),
    transitions: [{ type: 'RESOLVED', ...said }],
  };
}

/** What people, and signed links, do to an incident. */
export type IncidentAct =
  | { readonly type: 'acknowledge' }
  | { readonly type: 'assign'; readonly to: string }
  | { readonly type: 'snooze'; readonly until: number }
  | { readonly type: 'comment'; readonly text: string }
  | { readonly type: 'resolve'; readonly note?: string };

/**
 * What somebody does. What changes nothing answers no transitions: to acknowledge twice is no mistake.
 * @param by who does it
 * @example act(incident, { type: 'acknowledge' }, 'ana', now).incident.status // 'ACKNOWLEDGED'
 */
export function act(before: Incident, what: IncidentAct, by: string, at: number): IncidentOutcome {
  const nothing = { incident: before, transitions: [] };
  const said = (transition: Omit<IncidentTransition, 'at' | 'by'>): IncidentTransition[] => [
    { ...transition, at, by },
  ];
  if (what.type === 'comment') {
    return { incident: before, transitions: said({ type: 'COMMENTED', words: what.text }) };
  }
  if (!isOpen(before)) return nothing;
  switch (what.type) {
    case 'acknowledge': {
      if (before.status === 'ACKNOWLEDGED') return nothing;
      const taken = { status: 'ACKNOWLEDGED', acknowledgedAt: at, acknowledgedBy: by } as const;
      const owner =
        before.owner === undefined ? { owner: by, ownerBecause: 'acknowledged it' } : {};
      return {
        incident: { ...before, ...taken, ...owner },
        transitions: said({ type: 'ACKNOWLEDGED', words: `acknowledged by ${by}` }),
      };
    }
    case 'assign': {
      if (before.owner === what.to) return nothing;
      return {
        incident: { ...before, owner: what.to, ownerBecause: `assigned by ${by}` },
        transitions: said({ type: 'ASSIGNED', words: `assigned to ${what.to}` }),
      };
    }
    case 'snooze':
      return {
        incident: { ...before, snoozedUntil: what.until },
        transitions: said({ type: 'SNOOZED', words: `snoozed by ${by}`, until: what.until }),
      };
    case 'resolve': {
      const words = what.note ?? `resolved by ${by}`;
      // By hand means: what was wrong so far is dealt with.
      return {
        incident: closed({ ...before, problems: {} }, at, words),
        transitions: said({ type: 'RESOLVED', words }),
      };
    }
  }
}

/** It comes of another one's trouble. */
export function foldInto(before: Incident, cause: Incident, at: number): IncidentOutcome {
  const words = `caused by #${cause.number}`;
  return {
    incident: { ...before, cause: cause.number },
    transitions: [{ type: 'FOLDED', at, words, other: cause.number }],
  };
}

/** Its cause is over: so is it, unless it is still not good after a while. */
export function closeWith(
  before: Incident,
  cause: Incident,
  at: number,
  lookAgainAt: number,
): IncidentOutcome {
  const words = `closed with its cause #${cause.number}`;
  return {
    incident: { ...closed(before, at, words), lookAgainAt },
    transitions: [{ type: 'RESOLVED', at, words, other: cause.number }],
  };
}

/** It was closed with its cause, and is not good though time has passed: it stands for itself from now on. */
export function standAlone(before: Incident, at: number): IncidentOutcome {
  const opened: Incident = {
    ...without(before, 'resolvedAt', 'solved', 'acknowledgedAt', 'acknowledgedBy'),
    ...{ status: 'OPEN', since: at, steps: 0, reopened: before.reopened + 1 },
  };
  const words = `still not good after #${before.cause ?? 0} was resolved: ${before.last.words}`;
  return {
    incident: without(opened, 'cause', 'lookAgainAt'),
    transitions: [{ type: 'UNFOLDED', at, words }],
  };
}

function closed(incident: Incident, at: number, solved: string): Incident {
  const over: Incident = { ...incident, status: 'RESOLVED', resolvedAt: at, solved };
  return without(over, 'snoozedUntil', 'mutedUntil');
}

function problemOf(signal: Signal, known?: Problem): Problem {
  const { kind, level, at, words, error, state, execution, link } = signal;
  return {
    ...{ kind, level, lastAt: at, words },
    since: known?.since ?? at,
    count: (known?.count ?? 0) + 1,
    ...(error === undefined ? {} : { error }),
    ...(state === undefined ? {} : { state }),
    ...(execution === undefined ? {} : { execution }),
    ...(link === undefined ? {} : { link }),
  };
}

function owned({ person, because }: Owner): Pick<Incident, 'owner' | 'ownerBecause'> {
  return { ...(person === undefined ? {} : { owner: person }), ownerBecause: because };
}

function worse(one: IncidentLevel, other: IncidentLevel): IncidentLevel {
  return one === 'critical' || other === 'critical' ? 'critical' : 'warning';
}

function withExecution(execution: string | undefined): { execution?: string } {
  return execution === undefined ? {} : { execution };
}

/** A copy without some of what may be absent. */
export function without<Key extends keyof Incident>(incident: Incident, ...keys: Key[]): Incident {
  const copy: Partial<Record<keyof Incident, unknown>> = { ...incident };
  for (const key of keys) delete copy[key];
  return copy as unknown as Incident;
}
