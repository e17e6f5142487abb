/**
 * Tables of notifications: what teams' files say of them, every delivery with what became of it, where threads go on, and how
 * channels are.
 * @module
 */
import type { Json } from '../../../asl/json.js';
import type { ThreadReference } from '../../../channels/channel.js';
import type { Message, MessageKind, MessageLevel } from '../../../channels/message.js';
import { defineTable, type Table } from '../../../store/table.js';

/** A section of a team's file, as it was written. */
export interface TeamSectionRow {
  team: string;
  section: string;
  /** Relative to the folder. */
  file: string;
  written: Json;
}

export const TEAM_SECTIONS: Table<TeamSectionRow> = defineTable<TeamSectionRow>({
  name: 'notification_sections',
  columns: { team: 'text', section: 'text', file: 'text', written: 'json' },
  key: ['team', 'section'],
  migrations: [
    `CREATE TABLE notification_sections (
       team TEXT NOT NULL,
       section TEXT NOT NULL,
       file TEXT NOT NULL,
       written TEXT NOT NULL,
       PRIMARY KEY (team, section)
     );`,
  ],
});

/**
 *     PENDING ──sent──▶ DELIVERED
 *        │  ├──told with others in one──▶ FOLDED
 *        │  └──refused, or a day too late──▶ DEAD ──retried──▶ PENDING
 *        └──failed──▶ PENDING, due later
 */
export type DeliveryStatus = 'PENDING' | 'DELIVERED' | 'FOLDED' | 'DEAD';

export const DELIVERY_STATUSES: readonly DeliveryStatus[] = [
  ...(['PENDING', 'DELIVERED', 'FOLDED', 'DEAD'] as const),
];

/** A message on its way by one channel, or what became of it. Of a channel they are sent in the order of their numbers. */
export interface DeliveryRow {
  number: number;
  team: string;
  /** Name of the channel. */
  channel: string;
  status: DeliveryStatus;
  /** The message's. */
  thread: string;
  kind: MessageKind;
  level: MessageLevel;
  message: Message;
  /** Whom the channel reaches in the place of those that it is configured for. */
  address?: string;
  /** Names of people. */
  people?: string[];
  incident?: number;
  /** Milliseconds since the epoch: when it was told, when it was queued (last), when it is tried next, when it ended. */
  createdAt: number;
  queuedAt: number;
  dueAt: number;
  endedAt?: number;
  /** Tries that have failed. */
  tries: number;
  /** Why the last try failed. */
  error?: string;
  /** What the channel says of it: "opened PIPE-12". */
  words?: string;
  /** Number of the delivery that told it with others. */
  summary?: number;
}

export const NOTIFICATIONS: Table<DeliveryRow> = defineTable<DeliveryRow>({
  name: 'notifications',
  columns: {
    number: 'integer',
    team: 'text',
    channel: 'text',
    status: 'text',
    thread: 'text',
    kind: 'text',
    level: 'text',
    message: 'json',
    address: 'text?',
    people: 'json?',
    incident: 'integer?',
    createdAt: 'integer',
    queuedAt: 'integer',
    dueAt: 'integer',
    endedAt: 'integer?',
    tries: 'integer',
    error: 'text?',
    words: 'text?',
    summary: 'integer?',
  },
  key: ['number'],
  lists: [
    { columns: ['team', 'channel'], only: { status: 'PENDING' } },
    { columns: ['team', 'status'] },
    { columns: ['team', 'channel', 'status'] },
    { columns: ['thread', 'team', 'channel', 'status'] },
  ],
  migrations: [
    `CREATE TABLE notifications (
       number INTEGER PRIMARY KEY,
       team TEXT NOT NULL,
       channel TEXT NOT NULL,
       status TEXT NOT NULL,
       thread TEXT NOT NULL,
       kind TEXT NOT NULL,
       level TEXT NOT NULL,
       message TEXT NOT NULL,
       address TEXT,
       people TEXT,
       incident BIGINT,
       created_at BIGINT NOT NULL,
       queued_at BIGINT NOT NULL,
       due_at BIGINT NOT NULL,
       ended_at BIGINT,
       tries BIGINT NOT NULL,
       error TEXT,
       words TEXT,
       summary BIGINT
     );
     CREATE INDEX notifications_pending ON notifications (team, channel, number) WHERE status = 'PENDING';
     CREATE INDEX notifications_of_team ON notifications (team, status, number);
     CREATE INDEX notifications_of_channel ON notifications (team, channel, status, number);
     CREATE INDEX notifications_of_thread ON notifications (thread, team, channel, status, number);`,
  ],
});

/** Where a thread goes on in a channel. */
export interface ThreadRow {
  team: string;
  channel: string;
  thread: string;
  /** Empty: of those that the channel is configured for. */
  address: string;
  reference: ThreadReference;
  /** When something was told in it last. */
  at: number;
}

export const THREADS: Table<ThreadRow> = defineTable<ThreadRow>({
  name: 'notification_threads',
  columns: {
    team: 'text',
    channel: 'text',
    thread: 'text',
    address: 'text',
    reference: 'json',
    at: 'integer',
  },
  key: ['team', 'channel', 'thread', 'address'],
  migrations: [
    `CREATE TABLE notification_threads (
       team TEXT NOT NULL,
       channel TEXT NOT NULL,
       thread TEXT NOT NULL,
       address TEXT NOT NULL,
       reference TEXT NOT NULL,
       at BIGINT NOT NULL,
       PRIMARY KEY (team, channel, thread, address)
     );
     CREATE INDEX notification_threads_old ON notification_threads (team, channel, at);`,
  ],
});

/** How a channel is. */
export interface ChannelStateRow {
  team: string;
  channel: string;
  state: 'working' | 'failing';
  /** Since when it is so, in milliseconds since the epoch. */
  since: number;
  /** Since when every try has failed. */
  failingSince?: number;
  error?: string;
  deliveredAt?: number;
}

export const CHANNEL_STATES: Table<ChannelStateRow> = defineTable<ChannelStateRow>({
  name: 'channel_states',
  columns: {
    team: 'text',
    channel: 'text',
    state: 'text',
    since: 'integer',
    failingSince: 'integer?',
    error: 'text?',
    deliveredAt: 'integer?',
  },
  key: ['team', 'channel'],
  migrations: [
    `CREATE TABLE channel_states (
       team TEXT NOT NULL,
       channel TEXT NOT NULL,
       state TEXT NOT NULL,
       since BIGINT NOT NULL,
       failing_since BIGINT,
       error TEXT,
       delivered_at BIGINT,
       PRIMARY KEY (team, channel)
     );`,
  ],
});
