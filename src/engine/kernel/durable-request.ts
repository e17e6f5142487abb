/**
 * A request to the engine: queued as an input of the turn loop, answered when it is durable.
 * @module
 */
import type { Settle } from './requests.js';
import type { Input } from './turn-loop.js';

/** Rejects with what refuses it: the engine's state (Held, ShuttingDown), too many that wait (TooManyQueued), the input. */
export type DurableRequest = <Value>(toInput: (settle: Settle<Value>) => Input) => Promise<Value>;
