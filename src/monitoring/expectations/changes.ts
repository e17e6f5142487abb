/**
 * The way of a standing through its states, and the transitions that it leaves behind.
 * @module
 */
import type { ExpectationState, Reason, Standing, Transition } from './expectation.js';
import type { Judgement } from './judgement.js';

interface About {
  readonly reason?: Reason;
  /** The due moment. */
  readonly due?: number;
}

export class Changes {
  standing: Standing;
  readonly #transitions: Transition[] = [];

  constructor(standing: Standing) {
    this.standing = standing;
  }

  get state(): ExpectationState {
    return this.standing.state;
  }

  /** Whether it came short, and nothing has come since. */
  get isUnmet(): boolean {
    return this.state === 'LATE' || this.state === 'MISSING';
  }

  /** It is in a state from a moment on. */
  to(state: ExpectationState, at: number, words: string, about: About = {}): void {
    const { judged, declared } = this.standing;
    const { due, reason } = about;
    const said = {
      ...(due === undefined ? {} : { due }),
      ...(reason === undefined ? {} : { reason }),
    };
    this.#transitions.push({ from: this.state, to: state, at, words, ...said });
    this.standing = { state, since: at, judged, declared, ...said };
  }

  /** All that was due before now has been judged. */
  passed(now: number): void {
    if (now - 1 > this.standing.judged) this.standing = { ...this.standing, judged: now - 1 };
  }

  /** @param next when time alone changes something next */
  end(next: number | undefined): Judgement {
    const { standing } = this;
    const transitions = this.#transitions;
    return next === undefined ? { standing, transitions } : { standing, transitions, next };
  }
}
