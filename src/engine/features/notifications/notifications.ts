/**
 * Tells people: whoever has something to say hands over a notice, and this decides by which channels it goes, keeps it durably and
 * sees to it that it arrives.
 *
 *     notify(turn, notice) ──routes, templates──▶ a delivery for each channel, in the commit of the fact ──▶ sending.ts
 *
 * Every team has an outbox, which keeps what no route sends elsewhere.
 * @module
 */
import type { MessageLink } from '../../../channels/message.js';
import { OUTBOX_NAME } from '../../../pipelines/team-file/channels-section.js';
import type { AnyTable } from '../../../store/table.js';
import type { LoadedMachine } from '../../kernel/active-execution.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import { ChannelHealth } from './channel-health.js';
import { ExecutionNotices } from './execution-notices.js';
import type { Notice, NotificationPeers } from './notice.js';
import {
  CHANNEL_STATES,
  type DeliveryRow,
  NOTIFICATIONS,
  TEAM_SECTIONS,
  THREADS,
} from './notification-tables.js';
import { Sending } from './sending.js';
import { configOf, type DeclaredTeam, type RefusedSection, TeamChannels } from './team-channels.js';

/** What is kept of a message. */
const MOST = { facts: 40, links: 30, title: 1_000, text: 16_000, html: 512 * 1024 };
/** Characters of a path that can be a secret. */
const SECRET_PATH = 16;
const DAY = 86_400_000;
/** Threads go on for so long after the last message in them. */
const THREADS_KEPT = 400 * DAY;

export class Notifications implements Feature {
  readonly name = 'notifications';
  readonly tables: readonly AnyTable[] = [TEAM_SECTIONS, NOTIFICATIONS, THREADS, CHANNEL_STATES];
  readonly channels: TeamChannels;
  readonly health: ChannelHealth;
  readonly #kernel: Kernel;
  readonly #peers: NotificationPeers;
  readonly #sending: Sending;
  readonly #executions: ExecutionNotices;
  #last = 0;

  constructor(kernel: Kernel, peers: NotificationPeers) {
    this.#kernel = kernel;
    this.#peers = {
      ...peers,
      secretOf: async (...of) => this.#masking(await peers.secretOf(...of)),
    };
    this.channels = new TeamChannels();
    this.health = new ChannelHealth((turn, change) =>
      kernel.hooks.tell(turn, { type: 'ChannelChanged', change }),
    );
    this.#sending = new Sending(kernel, {
      ...{ channels: this.channels, health: this.health, peers: this.#peers },
      dueChanged: () => kernel.dueChanged(this),
      nextNumber: () => ++this.#last,
    });
    this.#executions = new ExecutionNotices(kernel, {
      channels: this.channels,
      url: () => peers.url(),
      notify: (turn, notice) => void this.notify(turn, notice),
    });
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    await this.channels.open(store);
    await this.health.open(store);
    this.#last = await store.lastNumber(NOTIFICATIONS);
  }

  begin(): Promise<void> {
    return this.#sending.begin();
  }

  close(): void {
    this.#sending.close();
  }

  nextDue(): number | undefined {
    return this.#sending.nextDue();
  }

  due(): void {
    this.#sending.pump();
  }

  deployed(machine: LoadedMachine): void {
    this.#executions.deployed(machine);
  }

  withdrawn(key: string): void {
    this.#executions.withdrawn(key);
  }

  heard(turn: Turn, fact: Fact): void {
    this.#executions.heard(turn, fact);
  }

  /** From now on it is masked in whatever is told; of an address its path too, which is what is secret in it. */
  #masking(value: string | undefined): string | undefined {
    if (value === undefined) return undefined;
    const { secrets } = this.#kernel;
    secrets.declare(value);
    const { pathname = '' } = URL.canParse(value) ? new URL(value) : {};
    if (pathname.length >= SECRET_PATH) secrets.declare(pathname);
    return value;
  }

  /** Whether anything is ever sent by this server. */
  get sends(): boolean {
    return this.#peers.ports !== undefined;
  }

  /** What keeps a channel from being used; undefined: nothing that is known. */
  async problemOf(team: string, channel: string): Promise<string | undefined> {
    const written = this.channels.find(team, channel);
    if (written === undefined) return undefined;
    const read = await configOf(written, (name) => this.#peers.secretOf(team, name));
    return 'problem' in read ? read.problem : undefined;
  }

  /**
   * Tells a team something, in this turn; it is sent after the commit.
   * @returns numbers of the deliveries, at least one
   * @example notifications.notify(turn, { team: 'parcels', message, incident: 42, pipeline: 'orders' })
   */
  notify(turn: Turn, notice: Notice): readonly number[] {
    const { team, channels, pipeline, owner } = notice;
    const { level, kind, tags } = notice.message;
    const names = channels ?? this.channels.routed(team, { level, kind, tags, pipeline, owner });
    return [...new Set(names)].map((name) => this.#deliver(turn, notice, name));
  }

  #deliver(turn: Turn, notice: Notice, wanted: string): number {
    const { team, incident, address, people = [] } = notice;
    const isThere = this.channels.find(team, wanted) !== undefined;
    const channel = isThere ? wanted : OUTBOX_NAME;
    const words = isThere ? notice.words : `team ${team} has no channel "${wanted}": kept here`;
    const now = this.#kernel.time.now();
    const message = this.#bounded(this.channels.worded(notice.message));
    this.#last += 1;
    const row: DeliveryRow = {
      ...{ number: this.#last, team, channel, status: 'PENDING' },
      ...{ thread: message.thread, kind: message.kind, level: message.level, message },
      ...{ createdAt: now, queuedAt: now, dueAt: now, tries: 0 },
      ...(isThere && address !== undefined ? { address } : {}),
      ...(people.length === 0 ? {} : { people: [...people] }),
      ...(incident === undefined ? {} : { incident }),
      ...(words === undefined ? {} : { words }),
    };
    if (notice.unreachable !== undefined) {
      const { unreachable: error } = notice;
      turn.put(NOTIFICATIONS, { ...row, status: 'DEAD', endedAt: now, error });
    } else if (this.channels.find(team, channel)?.type === OUTBOX_NAME) {
      const kept = words ?? 'kept in the outbox';
      turn.put(NOTIFICATIONS, { ...row, status: 'DELIVERED', endedAt: now, words: kept });
    } else {
      turn.put(NOTIFICATIONS, row);
      this.#sending.queued(turn, row);
    }
    return row.number;
  }

  /** Masked, and no larger than a message may be. */
  #bounded(message: Notice['message']): Notice['message'] {
    const { title, text, facts, links, actions, html, ...rest } = message;
    const { secrets } = this.#kernel;
    const some = (all: readonly MessageLink[]): MessageLink[] => all.slice(0, MOST.links);
    const told = secrets.json({
      ...rest,
      title: title.slice(0, MOST.title),
      text: text.slice(0, MOST.text),
      facts: facts.slice(0, MOST.facts).map(({ name, value }) => ({
        name: name.slice(0, MOST.title),
        value: value.slice(0, MOST.title),
      })),
      links: some(links),
      ...(html === undefined || html.length > MOST.html ? {} : { html }),
    });
    // What acts is signed: a mask would break it, and it is ours.
    return { ...told, actions: some(actions) };
  }

  /** One that was given up, or waits for its next try, is due now. @param row as it is */
  retry(turn: Turn, row: DeliveryRow): void {
    const now = this.#kernel.time.now();
    const { endedAt: _, ...kept } = row;
    const again: DeliveryRow = { ...kept, status: 'PENDING', queuedAt: now, dueAt: now };
    const { queuedAt, dueAt } = again;
    // Of one that waits nothing else: it may have arrived in this very turn.
    if (row.status === 'DEAD') turn.put(NOTIFICATIONS, again);
    else turn.change(NOTIFICATIONS, [row.number], { queuedAt, dueAt });
    this.#sending.again(turn, again, row.status === 'DEAD');
  }

  /** See `TeamChannels.declare`. */
  declare(turn: Turn, files: readonly DeclaredTeam[], broken: readonly string[]): RefusedSection[] {
    const before = this.#all();
    const refused = this.channels.declare(turn, files, broken);
    for (const [team, channel] of before) {
      if (this.channels.find(team, channel) === undefined) this.health.forget(turn, team, channel);
    }
    return refused;
  }

  #all(): [team: string, channel: string][] {
    return this.channels
      .teams()
      .flatMap((team) =>
        [...this.channels.of(team).keys()].map((name): [string, string] => [team, name]),
      );
  }

  /** Deliveries that ended long ago, and threads in which nothing was told for longer. */
  readonly aging = {
    kind: 'notifications' as const,
    needs: (limit: number): Need<unknown>[] => [this.#oldest(limit)],
    removeOld: (turn: Turn, before: number, limit: number): boolean => {
      const old = turn
        .known(this.#oldest(limit))
        .filter(({ endedAt }) => endedAt !== undefined && endedAt < before);
      for (const { number } of old) turn.remove(NOTIFICATIONS, [number]);
      const upTo = this.#kernel.time.now() - THREADS_KEPT;
      for (const [team, channel] of this.#all()) {
        turn.removeRange(THREADS, { where: { team, channel }, column: 'at', upTo });
      }
      return old.length === limit;
    },
  };

  #oldest(limit: number): Need<DeliveryRow[]> {
    return {
      key: `oldest ${limit} notifications`,
      read: () => this.#kernel.store.listRows(NOTIFICATIONS, { limit }),
    };
  }
}
