/**
 * A message before any channel has given it its form: what failed, where, since when, why in one line, whose it is, and links.
 *
 * Every text is plain: what looks like markup, a mention or a template in it is somebody's data. Each channel escapes for itself.
 * @module
 */

/** What a message tells. Of incidents, of executions and their states, and of nothing but itself. */
export type MessageKind =
  | 'opened'
  | 'reopened'
  | 'repeated'
  | 'escalated'
  | 'acknowledged'
  | 'assigned'
  | 'commented'
  | 'resolved'
  | 'execution'
  | 'state'
  | 'digest'
  | 'summary'
  | 'test';

export type MessageLevel = 'critical' | 'warning' | 'info' | 'good';

/** Where a reader may go, or what a click does. */
export interface MessageLink {
  readonly name: string;
  readonly url: string;
}

export interface Message {
  /** Stable over retries and restarts: a receiver knows a repetition by it. `incident-42-3` */
  readonly key: string;
  /** What belongs together: one thread, one ticket. `incident-42`, `execution-0190…` */
  readonly thread: string;
  readonly kind: MessageKind;
  readonly level: MessageLevel;
  readonly team: string;
  /** When it was so, in milliseconds since the epoch. */
  readonly at: number;
  /** One line: what failed, or is over. */
  readonly title: string;
  /** Why, in one line. */
  readonly text: string;
  /** Where, since when, whose: in this order, each a line. */
  readonly facts: readonly { readonly name: string; readonly value: string }[];
  /** To the state, its logs, "redrive". */
  readonly links: readonly MessageLink[];
  /** What acts by a click: signed, and good for once. */
  readonly actions: readonly MessageLink[];
  readonly tags: { readonly [tag: string]: string };
  /** Already written in HTML, by us: the digest. Channels without HTML tell `text`. */
  readonly html?: string;
}
