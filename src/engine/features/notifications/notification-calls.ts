/**
 * `engine.notifications`: channels and how they are, what was sent by them, and another try.
 * @module
 */
import type { WrittenChannel } from '../../../pipelines/team-file/channels-section.js';
import { type DurableRequest, durableWrite } from '../../kernel/durable-request.js';
import { EngineError } from '../../kernel/errors.js';
import type { Kernel } from '../../kernel/kernel.js';
import { fromCursor, limitOf, type Page, toCursor } from '../../kernel/pages.js';
import { type OneTeam, type Scope, sees, teamOf, teamsIn } from '../../kernel/scope.js';
import type { Notice } from './notice.js';
import {
  type ChannelStateRow,
  type DeliveryRow,
  type DeliveryStatus,
  NOTIFICATIONS,
} from './notification-tables.js';
import type { Notifications } from './notifications.js';
import type { DeclaredTeam, RefusedSection } from './team-channels.js';

export interface ShownChannel {
  readonly team: string;
  readonly name: string;
  readonly type: string;
  /** As it is written, without `type`: secrets are names in it. */
  readonly config: Omit<WrittenChannel, 'type'>;
  /** The file that declares it; absent for the outbox that every team has. */
  readonly file?: string;
  readonly state: 'working' | 'failing' | 'unused';
  readonly since?: number;
  readonly deliveredAt?: number;
  /** Why the last try failed. */
  readonly error?: string;
  /** What keeps it from being used: "secret SLACK_TOKEN is not set". */
  readonly problem?: string;
  /** Whether any route of the team names it. */
  readonly routed: boolean;
}

export interface ListDeliveries {
  readonly channel?: string;
  readonly thread?: string;
  readonly status?: DeliveryStatus;
  readonly limit?: number;
  readonly cursor?: string;
}

export interface NotificationCalls {
  /** Those that are declared, and the outbox of every team that the scope names. */
  channels(scope: Scope): Promise<ShownChannel[]>;
  /**
   * Sends a test message by a channel of the team; resolves when that is durable and before it has arrived.
   * Throws ChannelNotFound.
   */
  test(team: OneTeam, channel: string): Promise<DeliveryRow>;
  /**
   * Tells a team something, all of it in one commit; durable when it resolves. Features tell in the turn of what they tell of
   * instead (`Notifications.notify`).
   * @returns numbers of the deliveries
   */
  tell(team: OneTeam, notices: readonly Omit<Notice, 'team'>[]): Promise<number[]>;
  /** The newest first. */
  deliveries(scope: Scope, filter?: ListDeliveries): Promise<Page<DeliveryRow>>;
  /** Throws DeliveryNotFound. */
  describe(scope: Scope, number: number): Promise<DeliveryRow>;
  /** One that was given up, or waits, is tried now. Throws DeliveryNotFound, and DeliveryEnded for one that was told. */
  retry(scope: Scope, number: number): Promise<DeliveryRow>;
  /**
   * The files of the folder declare these, and no others.
   * @param broken files with mistakes: what they declared before goes on
   */
  declare(files: readonly DeclaredTeam[], broken: readonly string[]): Promise<RefusedSection[]>;
}

export function notificationCalls(
  kernel: Pick<Kernel, 'reads' | 'store' | 'time'>,
  notifications: Notifications,
  request: DurableRequest,
): NotificationCalls {
  const { reads, store, time } = kernel;
  const write = durableWrite(request);

  async function describe(scope: Scope, number: number): Promise<DeliveryRow> {
    const row = await reads.findRow(NOTIFICATIONS, [number]);
    if (row === undefined || !sees(scope, row.team)) {
      throw new EngineError('DeliveryNotFound', { number });
    }
    return row;
  }

  async function show(team: string, name: string, written: WrittenChannel): Promise<ShownChannel> {
    const { type, ...config } = written;
    const health: Partial<ChannelStateRow> = notifications.health.of(team, name) ?? {};
    const { state = 'unused', since, deliveredAt, error } = health;
    const file = notifications.channels.fileOf(team);
    const problem = await notifications.problemOf(team, name).catch(wordsOf);
    return {
      ...{ team, name, type, config, state },
      ...(file === undefined ? {} : { file }),
      ...(since === undefined ? {} : { since }),
      ...(deliveredAt === undefined ? {} : { deliveredAt }),
      ...(error === undefined ? {} : { error }),
      ...(problem === undefined ? {} : { problem }),
      routed: notifications.channels.isRouted(team, name),
    };
  }

  return {
    describe,
    async channels(scope) {
      // Who sees all teams sees the outbox of pipelines that name none, too.
      const named = teamsIn(scope) ?? ['default'];
      const teams = [...new Set([...notifications.channels.teams(), ...named])].sort();
      const shown = teams
        .filter((team) => sees(scope, team))
        .flatMap((team) =>
          [...notifications.channels.of(team)].map(([name, written]) => show(team, name, written)),
        );
      return await Promise.all(shown);
    },
    async test(scope, channel) {
      const team = teamOf(scope);
      const number = await write((turn) => {
        if (notifications.channels.find(team, channel) === undefined) {
          throw new EngineError('ChannelNotFound', { name: channel.slice(0, 100) });
        }
        const now = time.now();
        const [sent = 0] = notifications.notify(turn, {
          team,
          channels: [channel],
          message: {
            ...{ key: `test-${team}-${channel}-${now}`, thread: `test-${channel}-${now}` },
            ...{ kind: 'test', level: 'info', team, at: now },
            title: `Test of channel ${channel}`,
            text: 'This is a test: nothing has happened, and messages of this team arrive here.',
            facts: [{ name: 'Team', value: team }],
            ...{ links: [], actions: [], tags: {} },
          },
        });
        return sent;
      });
      return await describe(scope, number);
    },
    tell(scope, notices) {
      const team = teamOf(scope);
      return write((turn) =>
        notices.flatMap((notice) => {
          const message = { ...notice.message, team };
          return notifications.notify(turn, { ...notice, team, message });
        }),
      );
    },
    async deliveries(scope, filter = {}) {
      const { channel, thread, status, cursor } = filter;
      const limit = limitOf(filter.limit);
      const [below] = cursor === undefined ? [] : fromCursor('deliveries', cursor, 1);
      const teams = teamsIn(scope);
      const rows = await reads.listRows(NOTIFICATIONS, {
        where: {
          ...(teams === undefined ? {} : { team: teams }),
          ...(channel === undefined ? {} : { channel }),
          ...(thread === undefined ? {} : { thread }),
          ...(status === undefined ? {} : { status }),
        },
        ...(below === undefined ? {} : { below: { number: below } }),
        order: { by: ['number'], down: true },
        limit: limit + 1,
      });
      const items = rows.slice(0, limit);
      const last = items.at(-1);
      if (rows.length <= limit || last === undefined) return { items };
      return { items, next: toCursor('deliveries', [last.number]) };
    },
    async retry(scope, number) {
      const need = {
        key: `notification ${number}`,
        read: () => store.findRow(NOTIFICATIONS, [number]),
      };
      await request<undefined>((settle) => ({
        refuse: settle.reject,
        needs: () => [need],
        perform: (turn) => {
          const row = turn.known(need);
          if (row === undefined || !sees(scope, row.team)) {
            throw new EngineError('DeliveryNotFound', { number });
          }
          if (row.status === 'DELIVERED' || row.status === 'FOLDED') {
            throw new EngineError('DeliveryEnded', { number, status: row.status });
          }
          notifications.retry(turn, row);
          turn.afterCommit(() => settle.resolve(undefined));
          return 'done';
        },
      }));
      return await describe(scope, number);
    },
    declare: (files, broken) => write((turn) => notifications.declare(turn, files, broken)),
  };
}

/** Why a secret could not be had, as it is shown. */
function wordsOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
