/**
 * How a team wants its incidents: whose they are, how soon somebody must have taken one, who hears of it when nobody has.
 * A team that has said nothing has the defaults.
 * @module
 */
import type { WantedTag } from '../tags.js';
import type { Rotation } from './rotation.js';

/** Whose something is: a person, or whoever is on call in a rotation. */
export type Assignee = { readonly person: string } | { readonly rotation: string };

/** The first rule that matches says whose an incident is; everything that it names must match. */
export interface OwnerRule {
  readonly tags: readonly WantedTag[];
  /** Names of pipelines, with `*`. */
  readonly pipelines: readonly string[];
  /** Names of errors, with `*`. */
  readonly errors: readonly string[];
  readonly kinds: readonly string[];
  readonly owner: Assignee;
}

/** Somebody else, when nobody has acknowledged for so long since it opened. */
export interface EscalationStep {
  /** Milliseconds. */
  readonly after: number;
  /** Undefined: only channels. */
  readonly to?: Assignee;
  readonly channels: readonly string[];
}

export interface Person {
  readonly name: string;
  readonly email?: string;
  /** IANA name: in it they read times. */
  readonly timezone?: string;
  /** What channels know them by: `slack: U012AB`. */
  /** Member id of Slack. */
  readonly slack?: string;
}

export interface IncidentPolicy {
  readonly team: string;
  readonly people: ReadonlyMap<string, Person>;
  readonly rotations: ReadonlyMap<string, Rotation>;
  readonly owners: readonly OwnerRule[];
  /** Who has what no rule gives to anybody. */
  readonly otherwise?: Assignee;
  readonly escalation: readonly EscalationStep[];
  /** Milliseconds within which the same trouble opens its incident again. */
  readonly reopenWithin: number;
  /** Milliseconds before anybody is told: a cause that is noticed after its effects then has one message, not each of them. */
  readonly waitFor: number;
  /** Milliseconds between two messages that it happened again. */
  readonly repeatEvery: number;
  /** Whether a failed execution is an incident: `unless-monitored` leaves it to the monitor that watches it. */
  readonly failures: 'always' | 'unless-monitored' | 'never';
  /** Tags that tell the things of one subject apart. */
  readonly by: readonly string[];
}

const MINUTE = 60_000;

/** Of a team that has no file. */
export function defaultPolicy(team: string): IncidentPolicy {
  return {
    team,
    people: new Map(),
    rotations: new Map(),
    owners: [],
    escalation: [],
    reopenWithin: 60 * MINUTE,
    waitFor: 5_000,
    repeatEvery: 5 * MINUTE,
    failures: 'unless-monitored',
    by: [],
  };
}
