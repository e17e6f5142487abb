/**
 * A heartbeat: when a part last did its work, when it has to again, and whether it is behind.
 * @module
 */

/** Times in milliseconds since the epoch. */
export interface Heartbeat {
  /** `turns`, `schedules`, `expectations`, … */
  readonly part: string;
  /** When it was woken last; absent: not since the server started. */
  readonly lastAt?: number;
  /** When it is due; absent: not before something happens. */
  readonly nextAt?: number;
  /** Why it does not do its work. In it is nothing of any team. */
  readonly problem?: string;
}

/** Milliseconds by which a part may be behind before it is told. */
export const PATIENCE = 60_000;
/** The same for one turn: nothing waits in it but reading and one commit. */
export const TURN_PATIENCE = 15_000;

/**
 * What is wrong with a part that was due then; undefined: nothing.
 * @example behind(180_000, 0) // 'it is 3 min behind'
 */
export function behind(now: number, nextAt: number | undefined): string | undefined {
  if (nextAt === undefined || now - nextAt <= PATIENCE) return undefined;
  return `it is ${Math.floor((now - nextAt) / 60_000)} min behind`;
}

/** How the loop is that makes everything durable. */
export interface LoopState {
  readonly state: 'running' | 'paused' | 'ended';
  readonly isFull: boolean;
  /** Milliseconds for which the turn that runs now has been running; undefined: none does. */
  readonly turning: number | undefined;
}

/** What keeps anything from being durable; undefined: nothing does. */
export function loopProblem({ state, isFull, turning = 0 }: LoopState): string | undefined {
  if (state === 'ended') return 'nothing is written any more';
  if (isFull) return 'the disk is full';
  if (state === 'paused') return 'the store does not take what is written';
  if (turning <= TURN_PATIENCE) return undefined;
  return `one turn has been running for ${Math.floor(turning / 1_000)} s`;
}

/** `engine.heartbeats`. In what they answer is nothing of any team. */
export interface HeartbeatCalls {
  /** Of every part; nothing while the server does not work yet. */
  list(): Heartbeat[];
  /** What is wrong, part by part; empty: nothing. */
  degraded(): string[];
}
