/**
 * What incidents need of others: handed to them by `compose.ts`.
 * @module
 */
import type { Message } from '../../../channels/message.js';
import type { Neighbours } from '../../../monitoring/incidents/fold.js';
import type { IncidentChange } from '../../../monitoring/incidents/incident.js';
import type { IncidentPolicy } from '../../../monitoring/incidents/policy.js';
import type { Subject } from '../../../monitoring/subject.js';
import type { Turn } from '../../kernel/turn.js';

/** Something to tell people. */
export interface Notice {
  readonly team: string;
  readonly message: Message;
  readonly incident?: number;
  /** What routes are chosen by. */
  readonly pipeline?: string;
  readonly owner?: string;
  /** Names of channels; without them the team's routes decide. */
  readonly channels?: readonly string[];
  /** Names of people whom it is for besides. */
  readonly people?: readonly string[];
}

export interface IncidentPeers {
  /** What is upstream and downstream of a subject, by keys of subjects. */
  readonly neighbours: Neighbours;
  /** Who answers for a thing that is no execution; undefined: nobody says so. */
  ownerOf(team: string, subject: Subject): string | undefined;
  /** Whether a monitor watches the results of a series. */
  isMonitored(series: number): boolean;
  /** Names of the channels of a team; the outbox, which every team has, comes last. */
  waysOf(team: string): readonly string[];
  /** Tells people; durable in this turn. */
  notify(turn: Turn, notice: Notice): void;
  /** Puts an event on the team's bus in this turn. */
  tell(turn: Turn, change: IncidentChange): void;
}

export type PolicyOf = (team: string) => IncidentPolicy;
