/**
 * A notice: what somebody has to say to a team, before it is decided by which ways; and what this feature needs of others.
 * @module
 */
import type { ChannelPorts, Person } from '../../../channels/channel.js';
import type { Message } from '../../../channels/message.js';
import type { Turn } from '../../kernel/turn.js';

export interface Notice {
  readonly team: string;
  readonly message: Message;
  /** Number of the incident that it is about. */
  readonly incident?: number;
  /** What routes are chosen by, besides what the message says. */
  readonly pipeline?: string;
  readonly owner?: string;
  /** Names of channels of the team. Default: its routes decide. */
  readonly channels?: readonly string[];
  /** Whom one channel reaches in the place of those that it is configured for. Only with one channel. */
  readonly address?: string;
  /** Names of people who are told in particular. */
  readonly people?: readonly string[];
  /** Why it goes where it goes, when that is not what was asked for; for the log. */
  readonly words?: string;
  /** Why it cannot be told there at all: it is in the log as given up. */
  readonly unreachable?: string;
}

/** A thread that goes on in a channel: `PIPE-12` of the channel `jira`. */
export interface ThreadElsewhere {
  readonly team: string;
  readonly channel: string;
  readonly thread: string;
  readonly name: string;
}

/** What of others is needed to send. */
export interface NotificationPeers {
  /** How channels touch the world. Undefined: nothing is sent, and waits. */
  readonly ports: ChannelPorts | undefined;
  /** The value of a team's secret; undefined: it is not set. */
  secretOf(team: string, name: string): Promise<string | undefined>;
  /** How somebody is reached; undefined: nobody knows such a person. */
  personOf(team: string, name: string): Person | undefined;
  /** What a thread refers to was closed over there, by people. `name`: what they call it. */
  closedElsewhere(turn: Turn, thread: ThreadElsewhere): void;
  /** Where people reach this server; undefined: nowhere. */
  url(): string | undefined;
}
