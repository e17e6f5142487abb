/**
 * People who are told of executions in the simulated world, by a channel that fails, hangs, and takes what it then denies:
 *
 *     I13 at the end every message that is durable has reached the channel, with its own key, those of a thread in their order, and no
 *         more often than crashes and answers that were lost explain; and every execution that has ended has its message
 *
 * @module
 */
import type { JsonObject } from '../../src/asl/json.js';
import type { ChannelAnswer, ChannelPorts } from '../../src/channels/channel.js';
import type { Engine } from '../../src/engine/engine.js';
import {
  type DeliveryRow,
  NOTIFICATIONS,
} from '../../src/engine/features/notifications/notification-tables.js';
import type { SynchronousStore } from '../../src/store/store.js';
import type { VirtualWorld } from './virtual-world.js';

export const TOLD_TEAM = 'team';
const CHANNEL = 'hook';

/** Section of the pipelines whose executions are told. */
export const TOLD_SECTION: JsonObject = {
  type: 'FULL_EXECUTION',
  targets: [{ channel: 'WEBHOOK', addresses: [CHANNEL] }],
};

/** How often the channel does wrong, 0 to 1. */
export interface ChannelFaults {
  /** Nothing arrives, and that is said. */
  readonly lost: number;
  /** It arrives, and nobody hears of it. */
  readonly denied: number;
  /** It takes its time. */
  readonly slow: number;
}

const OK: ChannelAnswer = { type: 'answered', status: 200, headers: {}, body: '' };
const NO: ChannelAnswer = { type: 'unreachable', error: 'simulated' };

/** Makes the channel, unless it is there. What fails is for the next process to make good. */
export async function makeChannel({ notifications }: Engine): Promise<void> {
  const channels = { [CHANNEL]: { type: 'webhook', url: 'https://hook.example/' } };
  const file = { file: 'team.yaml', team: TOLD_TEAM, sections: { channels } };
  await notifications.declare([file], []).catch(() => {});
}

export class PeopleTold {
  /** Keys that have arrived, in their order; again when they came again. */
  readonly #arrived: string[] = [];
  /** Times that something arrived and the engine does not know it. */
  #unknown = 0;
  readonly #world: VirtualWorld;

  constructor(world: VirtualWorld) {
    this.#world = world;
  }

  /** The channel, for one life of an engine. */
  ports(faults: () => ChannelFaults, isAlive: () => boolean): ChannelPorts {
    const world = this.#world;
    const take = (body: string): void => {
      this.#arrived.push((JSON.parse(body) as { key: string }).key);
    };
    return {
      mail: async () => ({ type: 'failed', error: 'nobody has mail here' }),
      aws: async () => ({ type: 'failed', error: 'there is no AWS here' }),
      http: ({ body = '' }) =>
        new Promise((resolve) => {
          const { lost, denied, slow } = faults();
          const ms = world.chance(slow) ? world.between(1, 9_000) : world.between(0, 5);
          world.after(ms, () => {
            // What a dead process has sent may be on its way all the same.
            const isLost = world.chance(lost);
            const isDenied = world.chance(denied);
            if (!isLost) take(body);
            if (!isLost && (isDenied || !isAlive())) this.#unknown += 1;
            if (isAlive()) resolve(isLost || isDenied ? NO : OK);
          });
        }),
    };
  }

  /** @param crashes after each so many answers as a channel is sent at a time may be known to nobody */
  violations(store: SynchronousStore, crashes: number): string[] {
    const rows = store.listRows(NOTIFICATIONS, { order: { by: ['number'] }, limit: 1_000_000 });
    const sent = rows.filter(({ channel }) => channel === CHANNEL);
    const arrived = new Set(this.#arrived);
    const stored = new Set(sent.map(({ message }) => message.key));
    const extra = this.#arrived.length - arrived.size;
    return [
      ...sent.flatMap(({ number, status, message }) =>
        status === 'DELIVERED' && arrived.has(message.key)
          ? []
          : [
              `I13 message ${number} is ${status}, and has ${arrived.has(message.key) ? '' : 'not '}arrived`,
            ],
      ),
      ...[...arrived]
        .filter((key) => !stored.has(key))
        .map((key) => `I13 ${key} has arrived and is not stored`),
      ...(extra > this.#unknown + crashes * 10
        ? [`I13 ${extra} came again, and ${this.#unknown} are explained`]
        : []),
      ...this.#disorder(sent),
      ...untold(store, rows),
    ];
  }

  /** Threads whose messages arrived first in another order than they were told. */
  #disorder(sent: readonly DeliveryRow[]): string[] {
    const firsts = new Map<string, number>();
    for (const [at, key] of this.#arrived.entries()) if (!firsts.has(key)) firsts.set(key, at);
    const last = new Map<string, number>();
    return sent.flatMap(({ number, thread, message }) => {
      const at = firsts.get(message.key) ?? Number.POSITIVE_INFINITY;
      const before = last.get(thread) ?? -1;
      last.set(thread, Math.max(at, before));
      return at > before ? [] : [`I13 message ${number} has overtaken one of ${thread}`];
    });
  }
}

/** Executions that have ended, and of which nobody was told so. */
function untold(store: SynchronousStore, rows: readonly DeliveryRow[]): string[] {
  const keys = new Set(rows.map(({ message }) => message.key));
  const missing: string[] = [];
  for (let number = 1; number <= store.lastExecutionNumber(); number += 1) {
    const record = store.findExecution(number);
    if (record === undefined || record.team !== TOLD_TEAM || record.mapRun !== undefined) continue;
    if (record.testRun !== undefined) continue;
    const { deployment = {} } = store.findMachine(record.machine) ?? {};
    const sections = deployment.sections as JsonObject | undefined;
    if (sections?.notifications === undefined || record.header.status === 'RUNNING') continue;
    const key = `execution-${record.id}-ended-${record.redriveCount}`;
    const isSkipped = record.header.error === 'Millrace.Skipped';
    if (!isSkipped && !keys.has(key)) missing.push(`I13 nobody was told ${key}`);
  }
  return missing;
}
