/**
 * What the engine offers to those who speak EventBridge's API.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Settle } from '../../kernel/requests.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input } from '../../kernel/turn-loop.js';
import type { DeadLetterQuery } from './deliveries.js';
import type { DeliveryRecord } from './delivery-table.js';
import { secretsOf } from './destination-request.js';
import type { EventRules } from './event-rules.js';
import type { ConnectionRecord } from './records.js';
import type { EventResources } from './resources.js';

export interface EventCalls {
  /** What clients declare of EventBridge. */
  readonly eventResources: EventResources;
  /**
   * Changes what clients have declared; answered when it is durable.
   * @param act checks, then changes; what it throws refuses the change
   */
  changeEvents<Value>(act: (turn: Turn) => Value): Promise<Value>;
  /** Number of the last event that came. */
  lastEventNumber(): number;
  /** How many of the stored events an archive holds, and their bytes; counted up to some bound. */
  measureArchive(team: string, archive: string): Promise<{ count: number; bytes: number }>;
  /** A replay was declared in this turn: it begins when the turn is durable. */
  replayStarted(turn: Turn): void;
  /** What could not be delivered, the newest first. */
  listDeadLetters(query: DeadLetterQuery): Promise<DeliveryRecord[]>;
  /** What the store may see of a secret. */
  seal(text: string): string;
  /** All of a connection's AuthParameters; undefined when they were sealed under another key, or are forgotten. */
  secretsOf(connection: ConnectionRecord): JsonObject | undefined;
}

export function eventCalls(
  kernel: Kernel,
  rules: EventRules,
  lastEventNumber: () => number,
  request: <Value>(toInput: (settle: Settle<Value>) => Input) => Promise<Value>,
): EventCalls {
  return {
    eventResources: rules.resources,
    changeEvents: (act) => request((settle) => rules.changeInput(act, settle)),
    lastEventNumber,
    measureArchive: (team, archive) => rules.measureArchive(team, archive),
    replayStarted: (turn) => turn.afterCommit(() => rules.replaysChanged()),
    listDeadLetters: async (query) => rules.deadLetters.listDead(query),
    seal(text) {
      kernel.secrets.declareIn(JSON.parse(text) as JsonObject);
      return kernel.encryption.close(text);
    },
    secretsOf: (connection) => secretsOf(kernel, connection),
  };
}
