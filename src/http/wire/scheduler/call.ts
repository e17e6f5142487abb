/**
 * One call of an operation of EventBridge Scheduler.
 * @module
 */
import type { Engine } from '../../../engine/engine.js';
import type { Caller } from '../caller.js';

export interface SchedulerCall {
  engine: Engine;
  caller: Caller;
  /** Checked against the operation's shape. */
  // biome-ignore lint/suspicious/noExplicitAny: each operation reads its own members, whose types its shape has checked.
  request: any;
}
