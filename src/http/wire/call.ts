/**
 * One call of an operation: who calls, with what, on which engine.
 * @module
 */
import type { Engine } from '../../engine/engine.js';
import type { Caller } from './caller.js';

export interface Call {
  engine: Engine;
  caller: Caller;
  /** Checked against the operation's shape. */
  // biome-ignore lint/suspicious/noExplicitAny: each operation reads its own members, whose types its shape has checked.
  request: any;
  /** A signal that aborts when the client goes. */
  whenGone: () => AbortSignal;
}

/** Answers with the members of the response. */
export type Operation = (call: Call) => Promise<object> | object;

/** Milliseconds since the epoch as AWS writes times: seconds with a fraction. */
export function timestamp(ms: number): number {
  return ms / 1000;
}
