/**
 * A request to the engine: queued as an input of the turn loop, answered when it is durable.
 * @module
 */
import type { Settle } from './requests.js';
import type { Turn } from './turn.js';
import type { Input } from './turn-loop.js';

/** Rejects with what refuses it: the engine's state (Held, ShuttingDown), too many that wait (TooManyQueued), the input. */
export type DurableRequest = <Value>(toInput: (settle: Settle<Value>) => Input) => Promise<Value>;

/** Performs something in a turn, and answers what it answers once that is durable. */
export type DurableWrite = <Value>(perform: (turn: Turn) => Value) => Promise<Value>;

/**
 * For requests that need to know nothing of the store.
 * @example const write = durableWrite(request); const row = await write((turn) => rows.put(turn, wanted));
 */
export function durableWrite(request: DurableRequest): DurableWrite {
  return <Value>(perform: (turn: Turn) => Value) =>
    request<Value>((settle) => ({
      refuse: settle.reject,
      perform: (turn) => {
        const value = perform(turn);
        turn.afterCommit(() => settle.resolve(value));
        return 'done';
      },
    }));
}
