/**
 * Who asks the simulated server: clients that start executions, and tell events, again and again until they are answered.
 * @module
 */
import type { Engine } from '../../src/engine/engine.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import type { SynchronousStore } from '../../src/store/store.js';
import type { Invariants } from './invariants.js';
import { INPUT, MACHINES, TEAMS } from './machines.js';
import type { VirtualWorld } from './virtual-world.js';

interface ClientParts {
  readonly world: VirtualWorld;
  readonly seed: number;
  readonly store: SynchronousStore;
  readonly invariants: Invariants;
  /** Whoever answers now. */
  reached(): Engine | undefined;
}

export class Clients {
  readonly #parts: ClientParts;
  /** Clients that have no answer yet. */
  open = 0;
  /** Ids of events that were acknowledged. */
  readonly told: Set<string> = new Set();

  constructor(parts: ClientParts) {
    this.#parts = parts;
  }

  /** Starts one execution, by name, again and again until it is acknowledged; then perhaps stops or redrives it. */
  start(i: number): void {
    this.open += 1;
    const world = this.#parts.world;
    const pipelines = [...MACHINES.keys()];
    const pipeline = pipelines[world.between(0, pipelines.length - 1)] as string;
    // Two clients, one of each team, choose the same name.
    const team = TEAMS[i % 2] as string;
    const name = `client-${Math.floor(i / 2)}`;
    let acknowledged = false;
    const again = (): void => void world.after(world.between(100, 4000), attempt);
    const attempt = (): void => {
      if (acknowledged) return;
      const engine = this.#parts.reached();
      if (engine === undefined) {
        again();
        return;
      }
      engine.executions.start(EVERYTHING, { pipeline, team, name, input: INPUT }).then(
        ({ id }) => {
          this.#parts.invariants.acknowledged(
            this.#parts.store,
            { team, name: pipeline },
            name,
            id,
          );
          if (acknowledged) return;
          acknowledged = true;
          this.open -= 1;
          this.#afterwards(id);
        },
        (error: Error) => {
          this.#parts.invariants.note(`start refused: ${error.message}`);
          again();
        },
      );
      // An engine that crashes does not answer.
      world.after(5000, () => {
        if (!acknowledged) attempt();
      });
    };
    world.after(world.between(0, 30_000), attempt);
  }

  /** Puts an event, again and again until it is acknowledged, and once more. */
  tell(i: number): void {
    const world = this.#parts.world;
    const id = `told-${i}`;
    const attempt = (): void => {
      const isAgain = this.told.has(id);
      const again = (): void => {
        if (!isAgain) world.after(1_500, attempt);
      };
      const engine = this.#parts.reached();
      if (engine === undefined) {
        again();
        return;
      }
      const event = { id, source: 'client', detailType: 'Told', detail: { i } };
      engine.events.put(ofTeam('team'), [event]).then(
        () => this.told.add(id),
        () => {},
      );
      // An engine that crashes does not answer; one that did is told again all the same.
      world.after(5000, again);
    };
    // By arithmetic: what is drawn at random stays with the executions.
    world.after((this.#parts.seed * 7_919 + i * 10_473) % 60_000, attempt);
  }

  #afterwards(id: string): void {
    const world = this.#parts.world;
    const ignore = (): void => {};
    if (world.chance(0.15)) {
      world.after(world.between(0, 40_000), () => {
        this.#parts.reached()?.executions.stop(EVERYTHING, id, { error: 'Stopped' }).catch(ignore);
      });
    }
    if (world.chance(0.4)) {
      world.after(world.between(20_000, 80_000), () => {
        this.#parts.reached()?.executions.redrive(EVERYTHING, id).catch(ignore);
      });
    }
  }
}
