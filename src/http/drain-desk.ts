/**
 * Ends a server when nothing runs on it any more, or when the time for that is over.
 *
 *     working ──begin──▶ draining ──nothing runs │ time over──▶ over: whoever runs the server closes it
 *         └────undo─────────┘
 *
 * Which requests begin work is told here, at the door: tasks that run already may ask the server's own services as before, or they
 * would fail for being waited for.
 * @module
 */
import type { FastifyRequest } from 'fastify';
import { startBackfill } from '../api/backfills.js';
import type { Drain } from '../api/drain.js';
import { redriveExecution, startExecution } from '../api/executions.js';
import { PREFIX } from '../api/paths.js';
import type { Engine } from '../engine/engine.js';

/** Routes that begin work. */
export const BEGINNING: ReadonlySet<string> = new Set(
  [startExecution, redriveExecution, startBackfill].map(
    ({ method, path }) => `${method} ${PREFIX}${path}`,
  ),
);

/** Operations of AWS's APIs that begin work, or hand it out. */
export const BEGINNING_OPERATIONS: ReadonlySet<string> = new Set([
  'StartExecution',
  'StartSyncExecution',
  'RedriveExecution',
  'GetActivityTask',
  'TestState',
]);

/** How a drain has ended. */
export interface Drained {
  /** Attempts that still ran when the time was over. */
  readonly left: number;
}

export interface DrainDesk {
  /** Undefined when the server takes work. */
  state(): Drain | undefined;
  /**
   * Begins, or goes on with another time.
   * @param by who asks
   * @throws EngineError Held, ShuttingDown
   */
  begin(seconds: number, by: string): Drain;
  /**
   * Takes work again. False when nothing was drained.
   * @throws EngineError ShuttingDown when it is over
   */
  undo(): Promise<boolean>;
  /** Resolves when it is over. */
  readonly over: Promise<Drained>;
}

export function createDrainDesk(
  engine: Pick<Engine, 'drain' | 'takeWork' | 'health' | 'expectReady'>,
  now: () => number,
): DrainDesk {
  let current: { since: number; until: number; by: string } | undefined;
  let timer: NodeJS.Timeout | undefined;
  let finish: (drained: Drained) => void = () => undefined;
  const over = new Promise<Drained>((resolve) => {
    finish = resolve;
  });
  const running = (): number =>
    Object.values(engine.health().running).reduce((sum, count) => sum + count, 0);
  const state = (): Drain | undefined => current && { ...current, running: running() };
  const stop = (): void => {
    clearTimeout(timer);
    finish({ left: running() });
  };

  return {
    state,
    begin(seconds, by) {
      engine.expectReady();
      const at = now();
      const isNew = current === undefined;
      const drain = { since: current?.since ?? at, until: at + seconds * 1000, by };
      current = drain;
      clearTimeout(timer);
      timer = setTimeout(stop, seconds * 1000);
      // What ends it early is that nothing runs; undone meanwhile, it was not this one that ended.
      if (isNew) void engine.drain().then(() => current?.since === drain.since && stop(), stop);
      return { ...drain, running: running() };
    },
    async undo() {
      engine.expectReady();
      if (current === undefined) return false;
      current = undefined;
      clearTimeout(timer);
      await engine.takeWork();
      return true;
    },
    over,
  };
}

/** Whether a request begins work by its route; operations of AWS's APIs are looked at when they are read. */
export function beginsWork({ method, routeOptions }: FastifyRequest): boolean {
  return BEGINNING.has(`${method} ${routeOptions.url}`);
}
