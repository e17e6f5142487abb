/**
 * An engine in which a test says what is to be told, as a feature does, and hears how channels are.
 * @module
 */
import type { Json } from '../../src/asl/json.js';
import type { Message } from '../../src/channels/message.js';
import type { NotificationParts } from '../../src/engine/compose.js';
import type { Notice } from '../../src/engine/features/notifications/notice.js';
import type { ChannelChange } from '../../src/engine/kernel/facts.js';
import { type OneTeam, ofTeam } from '../../src/engine/kernel/scope.js';
import type { SecretSource } from '../../src/engine/kernel/secret-source.js';
import { TimedEngine } from '../support/timed-engine.js';
import { counted, UnderWay } from '../support/under-way.js';

export const PARCELS: OneTeam = ofTeam('parcels');

export class Notifier {
  readonly timed: TimedEngine;
  /** Facts about channels, as they were told. */
  readonly changes: ChannelChange[];
  #messages = 0;

  private constructor(timed: TimedEngine, changes: ChannelChange[]) {
    this.timed = timed;
    this.changes = changes;
  }

  /** @param secrets of every team, by name */
  static async open(
    parts: Partial<NotificationParts>,
    secrets: { readonly [name: string]: string } = {},
  ): Promise<Notifier> {
    const changes: ChannelChange[] = [];
    const underWay = new UnderWay();
    const { ports, ...rest } = parts;
    const source: SecretSource = {
      ...{ name: 'the test', teams: '*' },
      value: async (_team, name) => secrets[name],
    };
    const timed = new TimedEngine({
      secretSources: [source],
      notifications: { ...rest, ports: ports && counted(ports, underWay) },
      additions: [
        () => ({
          name: 'test-of-channels',
          heard(_turn, fact) {
            if (fact.type === 'ChannelChanged') changes.push(fact.change);
          },
        }),
      ],
    });
    timed.clock.awaits(underWay);
    await timed.open();
    return new Notifier(timed, changes);
  }

  /** The only file of a team. */
  async declare(sections: { readonly [name: string]: Json }, team = 'parcels'): Promise<void> {
    await this.timed.engine.notifications.declare([{ file: 'team.yaml', team, sections }], []);
  }

  message(some: Partial<Message>): Message {
    this.#messages += 1;
    return {
      ...{ key: `key-${this.#messages}`, thread: 'thread', kind: 'opened', level: 'critical' },
      ...{ team: 'parcels', at: this.timed.clock.now(), title: 'orders failed', text: 'NoDisk' },
      ...{ facts: [], links: [], actions: [], tags: {} },
      ...some,
    };
  }

  /** Tells something in a turn of its own. */
  async notify(notice: Omit<Notice, 'team'>): Promise<readonly number[]> {
    return await this.#tell([notice]);
  }

  /** Tells many in one turn. */
  async notifyAll(messages: readonly Message[]): Promise<void> {
    await this.#tell(messages.map((message) => ({ message })));
  }

  async #tell(notices: readonly Omit<Notice, 'team'>[]): Promise<number[]> {
    const numbers = await this.timed.engine.notifications.tell(PARCELS, notices);
    await this.timed.settled();
    return numbers;
  }

  async close(): Promise<void> {
    await this.timed.close();
  }
}
