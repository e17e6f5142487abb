/**
 * One call of an operation: who calls, with what, on which engine.
 * @module
 */
import type { Engine, View } from '../../engine/engine.js';
import type { Caller } from './access-keys.js';

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

/** True when the caller sees what belongs to the team. */
export function sees({ teams }: Caller, team: string): boolean {
  return teams === undefined || teams.includes(team);
}

/** Programs compute with what they read; who may only look sees no secrets. */
export function viewOf({ role }: Caller): View {
  return role === 'viewer' ? 'masked' : 'original';
}

/** The scope of a list: what of all teams the caller sees. */
export function scopeOf({ teams }: Caller): { teams?: readonly string[] } {
  return teams === undefined ? {} : { teams };
}

/** Milliseconds since the epoch as AWS writes times: seconds with a fraction. */
export function timestamp(ms: number): number {
  return ms / 1000;
}
