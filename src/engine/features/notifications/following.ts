/**
 * Follows tickets: asks over there whether people have closed one, since whoever closes a ticket has taken the trouble on.
 *
 *     told in a thread ──▶ followed ──every two minutes, at most one a second and channel──▶ open: asked again
 *                                                                      ├ closed: said to who knows what the thread is of
 *                                                                      ├ gone: nothing follows of it; the next message tells
 *                                                                      └ no answer: later and later, an hour at most
 *
 * Which are followed is in memory; at the start the store tells.
 * @module
 */
import type { Channel, ChannelPorts, Looked } from '../../../channels/channel.js';
import { CHANNELS } from '../../../channels/channels.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { NotificationPeers } from './notice.js';
import { THREADS, type ThreadRow } from './notification-tables.js';
import { configOf, type TeamChannels } from './team-channels.js';

/** Milliseconds between two looks at a ticket, and between two of one channel, at least. */
const EVERY = 120_000;
const APART = 1_000;
const LONGEST_PAUSE = 3_600_000;
/** Looks at a time. */
const AT_A_TIME = 4;
/** Tickets that are followed; of more, those that were told of last. */
const MOST = 5_000;

interface Parts {
  readonly channels: TeamChannels;
  readonly peers: NotificationPeers;
  /** It is due at another time than it said last. */
  dueChanged(): void;
}

interface Followed {
  readonly row: ThreadRow;
  dueAt: number;
  /** Looks in a row that told nothing. */
  failures: number;
  isAsked: boolean;
}

export class Following {
  readonly #kernel: Kernel;
  readonly #parts: Parts;
  /** In the order in which they were told of last. */
  readonly #followed: Map<string, Followed> = new Map();
  /** When a channel may be asked next. */
  readonly #openAt: Map<string, number> = new Map();
  readonly #closing = new AbortController();
  #asking = 0;
  #isOpen = false;
  #nextLook: number | undefined;

  constructor(kernel: Kernel, parts: Parts) {
    this.#kernel = kernel;
    this.#parts = parts;
  }

  /** Takes up what was followed before. */
  async begin(): Promise<void> {
    const { channels, peers } = this.#parts;
    this.#isOpen = peers.ports !== undefined;
    if (!this.#isOpen) return;
    for (const team of channels.teams()) {
      for (const [channel, { type }] of channels.of(team)) {
        if (CHANNELS.get(type)?.look === undefined) continue;
        const rows = await this.#kernel.store.listRows(THREADS, {
          where: { team, channel },
          limit: MOST,
        });
        for (const row of rows) this.#follow(row);
      }
    }
    this.#plan();
  }

  close(): void {
    this.#isOpen = false;
    this.#closing.abort();
  }

  nextDue(): number | undefined {
    return this.#isOpen ? this.#nextLook : undefined;
  }

  /** Something was told in a thread. */
  wentOn(row: ThreadRow): void {
    if (!this.#isOpen || this.#channelOf(row)?.look === undefined) return;
    this.#follow(row);
    this.#plan();
  }

  #channelOf({ team, channel }: ThreadRow): Channel | undefined {
    return CHANNELS.get(this.#parts.channels.find(team, channel)?.type ?? '');
  }

  #follow(row: ThreadRow): void {
    const key = keyOf(row);
    this.#followed.delete(key);
    this.#followed.set(key, {
      row,
      dueAt: this.#nextTurn(row, EVERY),
      failures: 0,
      isAsked: false,
    });
    const [oldest] = this.#followed.keys();
    if (this.#followed.size > MOST && oldest !== undefined) this.#followed.delete(oldest);
  }

  /** When it is asked, so that a channel is asked no more than once in a second. */
  #nextTurn({ team, channel }: ThreadRow, after: number): number {
    const key = JSON.stringify([team, channel]);
    const at = Math.max(this.#kernel.time.now() + after, this.#openAt.get(key) ?? 0);
    this.#openAt.set(key, at + APART);
    return at;
  }

  #plan(): void {
    let next: number | undefined;
    if (this.#asking < AT_A_TIME) {
      for (const { dueAt, isAsked } of this.#followed.values()) {
        if (!isAsked) next = Math.min(next ?? dueAt, dueAt);
      }
    }
    if (next === this.#nextLook) return;
    this.#nextLook = next;
    this.#parts.dueChanged();
  }

  /** Asks for what is due. */
  pump(): void {
    if (!this.#isOpen) return;
    const now = this.#kernel.time.now();
    if (this.#nextLook === undefined || this.#nextLook > now) return;
    for (const [key, one] of this.#followed) {
      if (this.#asking >= AT_A_TIME) break;
      if (one.isAsked || one.dueAt > now) continue;
      one.isAsked = true;
      this.#asking += 1;
      void this.#look(key, one);
    }
    this.#plan();
  }

  async #look(key: string, one: Followed): Promise<void> {
    let looked: Looked;
    try {
      looked = await this.#ask(one.row);
    } catch (error) {
      looked = { type: 'unknown', error: error instanceof Error ? error.message : String(error) };
    }
    this.#asking -= 1;
    one.isAsked = false;
    if (!this.#isOpen) return;
    // Something was told in the thread meanwhile: it is looked at again in its turn.
    if (this.#followed.get(key) === one) this.#judge(key, one, looked);
    this.#plan();
  }

  #judge(key: string, one: Followed, looked: Looked): void {
    switch (looked.type) {
      case 'open':
        one.failures = 0;
        one.dueAt = this.#nextTurn(one.row, EVERY);
        return;
      case 'unknown': {
        one.failures += 1;
        const pause = Math.min(LONGEST_PAUSE, EVERY * 2 ** Math.min(one.failures - 1, 10));
        one.dueAt = this.#nextTurn(one.row, Math.max(pause, looked.retryAfterMs ?? 0));
        return;
      }
      case 'left alone':
        this.#followed.delete(key);
        return;
      case 'closed':
      case 'gone':
        this.#followed.delete(key);
        this.#over(one.row, looked);
    }
  }

  async #ask(row: ThreadRow): Promise<Looked> {
    const { channels, peers } = this.#parts;
    const { team, channel: name, reference } = row;
    const written = channels.find(team, name);
    const channel = this.#channelOf(row);
    if (written === undefined || channel?.look === undefined) return { type: 'left alone' };
    const read = await configOf(written, (secret) => peers.secretOf(team, secret));
    if ('problem' in read) return { type: 'unknown', error: read.problem };
    return await channel.look(reference, read.config, {
      ports: peers.ports as ChannelPorts,
      now: this.#kernel.time.now(),
      signal: this.#closing.signal,
    });
  }

  #over(
    row: ThreadRow,
    { type, name, reference }: Extract<Looked, { type: 'closed' | 'gone' }>,
  ): void {
    const { team, channel, thread, address } = row;
    this.#kernel.submit({
      perform: (turn) => {
        // What was told in the thread in the meantime goes before.
        if (this.#followed.has(keyOf(row))) return 'done';
        turn.put(THREADS, { team, channel, thread, address, reference, at: row.at });
        if (type === 'closed') {
          this.#parts.peers.closedElsewhere(turn, { team, channel, thread, name });
        }
        return 'done';
      },
    });
  }
}

function keyOf({ team, channel, thread, address }: ThreadRow): string {
  return JSON.stringify([team, channel, thread, address]);
}
