/**
 * What the engine offers to those who speak EventBridge's API.
 * @module
 */
import type { JsonObject } from '../../asl/json.js';
import type { DeadLetterQuery, DeliveryRecord } from '../../store/store.js';
import type { Machinery } from '../machinery.js';
import type { Settle } from '../requests.js';
import type { Turn } from '../turn.js';
import type { Input } from '../turn-loop.js';
import { secretsOf } from './destination-request.js';
import type { EventResources } from './event-rule-host.js';
import type { ConnectionRecord } from './records.js';

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
  parts: Machinery,
  request: <Value>(toInput: (settle: Settle<Value>) => Input) => Promise<Value>,
): EventCalls {
  const { rules, bus } = parts.triggers;
  return {
    eventResources: rules,
    changeEvents: (act) => request((settle) => rules.changeInput(act, settle)),
    lastEventNumber: () => bus.lastNumber,
    measureArchive: (team, archive) => rules.replaying.measure(team, archive),
    replayStarted: (turn) => turn.afterCommit(() => rules.replaying.watch()),
    listDeadLetters: async (query) => parts.reads.listDeadLetters(query),
    seal(text) {
      parts.secrets.declareIn(JSON.parse(text) as JsonObject);
      return parts.seal.close(text);
    },
    secretsOf: (connection) => secretsOf(parts, connection),
  };
}
