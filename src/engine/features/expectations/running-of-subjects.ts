/**
 * What runs of each subject that expectations watch, by the number of the execution; what runs elsewhere has numbers below zero.
 * @module
 */
import type { Turn } from '../../kernel/turn.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import type { WatchedSubject } from './watched-subject.js';

/** @property since when it was begun, in milliseconds since the epoch */
interface RunOfSubject {
  readonly of: WatchedSubject;
  readonly since: number;
}

export class RunningOfSubjects {
  readonly #runs: TurnMap<number, RunOfSubject> = new TurnMap((number, run) =>
    this.#changed(number, run),
  );
  readonly #subjects: Map<number, WatchedSubject> = new Map();

  /** It runs, or, without a value, does no longer. */
  set(turn: Turn, number: number, run: RunOfSubject | undefined): void {
    this.#runs.set(turn, number, run);
  }

  #changed(number: number, run: RunOfSubject | undefined): void {
    const before = this.#subjects.get(number);
    if (run === undefined) {
      before?.running.delete(number);
      this.#subjects.delete(number);
      return;
    }
    run.of.running.set(number, run.since);
    this.#subjects.set(number, run.of);
  }
}
