/**
 * Sends what is told, channel by channel, until it arrives or is given up.
 *
 *     notify ──the fact's commit──▶ PENDING ──▶ lane ──▶ channel ──▶ one commit: what became of it, where its thread goes on
 *
 * What failed is tried again for a day. A message is sent twice only when the process dies, or the commit is lost, between an
 * answer and the commit that notes it; it has the same key then.
 * @module
 */
import type { ChannelPorts, Person, SendOutcome } from '../../../channels/channel.js';
import { CHANNELS } from '../../../channels/channels.js';
import { hashOf } from '../../kernel/derived-id.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Turn } from '../../kernel/turn.js';
import type { ChannelHealth } from './channel-health.js';
import { Lane, type LaneRules, pauseAfter } from './lane.js';
import type { NotificationPeers } from './notice.js';
import { type DeliveryRow, NOTIFICATIONS, THREADS, type ThreadRow } from './notification-tables.js';
import { summaryOf } from './summary.js';
import { configOf, type TeamChannels } from './team-channels.js';

/** Deliveries that are sent at a time, of all channels. */
const AT_A_TIME = 50;
/** Milliseconds that a delivery is tried for. */
const GIVEN_UP_AFTER = 86_400_000;
/** Milliseconds after which a store that could not be read is read again. */
const READ_AGAIN = 1_000;
/** Characters of what a channel says of a delivery. */
const MOST_WORDS = 500;
/** Of a channel that is no longer there. */
const RULES: LaneRules = { perSecond: 100, folds: false };

interface Parts {
  readonly channels: TeamChannels;
  readonly health: ChannelHealth;
  readonly peers: NotificationPeers;
  /** It is due at another time than it said last. */
  dueChanged(): void;
  /** The number of the next delivery. */
  nextNumber(): number;
}

export class Sending {
  readonly #kernel: Kernel;
  readonly #parts: Parts;
  readonly #lanes: Map<string, Lane> = new Map();
  readonly #closing = new AbortController();
  #inFlight = 0;
  #nextLook: number | undefined;
  #isOpen = false;

  constructor(kernel: Kernel, parts: Parts) {
    this.#kernel = kernel;
    this.#parts = parts;
  }

  /** Takes up what waits. */
  async begin(): Promise<void> {
    const { store } = this.#kernel;
    this.#isOpen = this.#parts.peers.ports !== undefined;
    if (!this.#isOpen) return;
    const status = 'PENDING';
    for (const team of Object.keys(await store.countRows(NOTIFICATIONS, 'team', { status }))) {
      const counts = await store.countRows(NOTIFICATIONS, 'channel', { status, team });
      for (const channel of Object.keys(counts)) this.#laneOf(team, channel, true);
    }
    this.pump();
  }

  /** What is on its way stays pending: it is sent again at the next start. */
  close(): void {
    this.#isOpen = false;
    this.#closing.abort();
  }

  nextDue(): number | undefined {
    return this.#isOpen && this.#nextLook !== undefined ? Math.ceil(this.#nextLook) : undefined;
  }

  /** One that this turn stores: it is sent after the commit. */
  queued(turn: Turn, row: DeliveryRow): void {
    turn.afterCommit(() => {
      if (!this.#isOpen) return;
      this.#laneOf(row.team, row.channel, false).add(row);
      this.pump();
    });
  }

  /** One that had been given up, or waits for its next try, is due. */
  again(turn: Turn, row: DeliveryRow, wasDead: boolean): void {
    turn.afterCommit(() => {
      if (!this.#isOpen) return;
      this.#laneOf(row.team, row.channel, false).again(row, wasDead);
      this.pump();
    });
  }

  #laneOf(team: string, channel: string, isBehind: boolean): Lane {
    const key = `${team}/${channel}`;
    const lane = this.#lanes.get(key) ?? new Lane(team, channel, isBehind);
    this.#lanes.set(key, lane);
    return lane;
  }

  #rulesOf({ team, channel }: Lane): LaneRules {
    const kind = CHANNELS.get(this.#parts.channels.find(team, channel)?.type ?? '');
    if (kind === undefined) return RULES;
    return { perSecond: kind.perSecond, folds: kind.storms === 'folded' };
  }

  /** Sends what may be sent now, and sees to it that what may be later is. */
  pump(): void {
    if (!this.#isOpen) return;
    const now = this.#kernel.time.now();
    let wake: number | undefined;
    for (const [key, lane] of this.#lanes) {
      if (lane.isEmpty && !lane.isDown) {
        this.#lanes.delete(key);
        continue;
      }
      const until = this.#pumpLane(lane, now);
      if (until !== undefined) wake = Math.min(wake ?? until, until);
    }
    if (wake === this.#nextLook) return;
    this.#nextLook = wake;
    this.#parts.dueChanged();
  }

  /** @returns when there is more to do, in milliseconds since the epoch */
  #pumpLane(lane: Lane, now: number): number | undefined {
    this.#read(lane);
    const rules = this.#rulesOf(lane);
    for (;;) {
      if (this.#inFlight >= AT_A_TIME) return undefined;
      const next = lane.next(now, rules);
      if (next.type === 'wait') return next.until;
      if (next.type === 'fold') {
        this.#fold(lane, next.rows);
        return undefined;
      }
      lane.sent(next.row, now, rules);
      this.#inFlight += 1;
      void this.#send(lane, next.row);
    }
  }

  #read(lane: Lane): void {
    const wanted = lane.wants;
    if (wanted === undefined) return;
    const { above, limit } = wanted;
    lane.reading();
    const { team, channel } = lane;
    const answer = Promise.resolve().then(() =>
      this.#kernel.store.listRows(NOTIFICATIONS, {
        where: { team, channel, status: 'PENDING' },
        above: { number: above },
        limit,
      }),
    );
    answer.then(
      (rows) => {
        lane.took(rows, limit);
        this.pump();
      },
      () => {
        lane.readFailed();
        if (!this.#isOpen) return;
        this.#nextLook = this.#kernel.time.now() + READ_AGAIN;
        this.#parts.dueChanged();
      },
    );
  }

  async #send(lane: Lane, row: DeliveryRow): Promise<void> {
    let told: Told;
    try {
      told = await this.#tell(row);
    } catch (error) {
      const words = error instanceof Error ? error.message : String(error);
      told = { outcome: { type: 'failed', error: words }, thread: undefined };
    }
    // What the closing cut off says nothing about the channel.
    if (this.#isOpen) this.#settle(lane, row, told);
  }

  async #tell(row: DeliveryRow): Promise<Told> {
    const { channels, peers } = this.#parts;
    const { team, channel: name, thread: place, address = '', people = [], message } = row;
    const refused = (error: string): Told => ({
      outcome: { type: 'refused', error },
      thread: undefined,
    });
    const written = channels.find(team, name);
    if (written === undefined) return refused(`team ${team} has no channel "${name}" any longer`);
    const channel = CHANNELS.get(written.type);
    const read = await configOf(written, (secret) => peers.secretOf(team, secret));
    if (channel === undefined) return refused(`there is no kind of channel "${written.type}"`);
    if ('problem' in read) {
      return { outcome: { type: 'failed', error: read.problem }, thread: undefined };
    }
    const key = [team, name, place, address];
    const thread = await this.#kernel.store.findRow(THREADS, key);
    const outcome = await channel.send(message, read.config, {
      ports: peers.ports as ChannelPorts,
      address: address === '' ? undefined : address,
      people: people.flatMap((one): readonly Person[] => {
        const person = peers.personOf(team, one);
        return person === undefined ? [] : [person];
      }),
      thread: thread?.reference,
      now: this.#kernel.time.now(),
      signal: this.#closing.signal,
    });
    return { outcome, thread };
  }

  #settle(lane: Lane, row: DeliveryRow, { outcome, thread }: Told): void {
    const { health } = this.#parts;
    const { team, channel, number } = row;
    const chance = Number.parseInt(hashOf(this.#kernel.random.seed()).slice(0, 8), 16) / 2 ** 32;
    this.#kernel.submit({
      perform: (turn) => {
        const now = this.#kernel.time.now();
        const after = afterTry(row, outcome, now, chance);
        const { status, dueAt, tries, endedAt, error, words } = after;
        turn.change(NOTIFICATIONS, [number], {
          ...{ status, dueAt, tries },
          ...(endedAt === undefined ? {} : { endedAt }),
          ...(error === undefined ? {} : { error: this.#masked(error) }),
          ...(words === undefined ? {} : { words: this.#masked(words) }),
        });
        if (outcome.type === 'delivered') {
          health.delivered(turn, team, channel, now);
          this.#goOn(turn, row, outcome, thread, now);
        } else if (this.#parts.channels.find(team, channel) !== undefined) {
          const how = status === 'DEAD' ? 'given up' : 'failed';
          health.failed(turn, team, channel, { how, error: this.#masked(outcome.error), now });
        }
        turn.afterCommit(() => {
          this.#inFlight -= 1;
          const asked = outcome.type === 'failed' ? (outcome.retryAfterMs ?? 0) : 0;
          if (status === 'PENDING') lane.failed(after, asked, chance, now);
          else lane.ended(row, status === 'DEAD' ? 'given up' : 'delivered', now);
          this.pump();
        });
        return 'done';
      },
    });
  }

  /** Where the thread goes on; that it does so is noted even when the place is the same. */
  #goOn(
    turn: Turn,
    { team, channel, thread: place, address = '' }: DeliveryRow,
    { reference = undefined }: { reference?: ThreadRow['reference'] | undefined },
    thread: ThreadRow | undefined,
    at: number,
  ): void {
    const there = reference ?? thread?.reference;
    if (there === undefined) return;
    turn.put(THREADS, { team, channel, thread: place, address, reference: there, at });
  }

  #masked(words: string): string {
    return this.#kernel.secrets.text(words.slice(0, MOST_WORDS));
  }

  /**
   * One message in the place of many. It takes the number of the last of them, so that what comes after it in a thread comes after
   * it here too; that last one goes on under a number of its own.
   */
  #fold(lane: Lane, rows: readonly [DeliveryRow, ...DeliveryRow[]]): void {
    lane.folding();
    const last = rows.at(-1) ?? rows[0];
    this.#kernel.submit({
      perform: (turn) => {
        const now = this.#kernel.time.now();
        const message = summaryOf(rows, this.#parts.peers.url());
        const { error: _, tries: __, ...kept } = last;
        const summary: DeliveryRow = {
          ...{ ...kept, tries: 0, dueAt: now, queuedAt: now, createdAt: now, message },
          ...{ thread: message.thread, kind: message.kind, level: message.level },
        };
        const people = [...new Set(rows.flatMap(({ people = [] }) => people))].slice(0, 20);
        if (people.length > 0) summary.people = people;
        const told = { status: 'FOLDED', summary: last.number, endedAt: now } as const;
        for (const { number } of rows.slice(0, -1)) turn.change(NOTIFICATIONS, [number], told);
        turn.put(NOTIFICATIONS, { ...last, ...told, number: this.#parts.nextNumber() });
        turn.put(NOTIFICATIONS, summary);
        turn.afterCommit(() => {
          lane.folded(rows, summary);
          this.pump();
        });
        return 'done';
      },
    });
  }
}

/** What came of a try, and where the thread was. */
interface Told {
  readonly outcome: SendOutcome;
  readonly thread: ThreadRow | undefined;
}

/**
 * A delivery after a try.
 * @param chance 0 to 1
 */
function afterTry(
  row: DeliveryRow,
  outcome: SendOutcome,
  now: number,
  chance: number,
): DeliveryRow {
  if (outcome.type === 'delivered') {
    return { ...row, status: 'DELIVERED', endedAt: now, words: outcome.words };
  }
  const tries = row.tries + 1;
  const { error } = outcome;
  if (outcome.type === 'refused' || now - row.queuedAt >= GIVEN_UP_AFTER) {
    return { ...row, status: 'DEAD', endedAt: now, tries, error };
  }
  const pause = Math.max(pauseAfter(tries, chance), outcome.retryAfterMs ?? 0);
  return { ...row, tries, error, dueAt: now + pause };
}
