/**
 * How long to wait before a server that did not answer is asked again: twice as long each time, up to ten seconds, and of that
 * a random share, so that many workers do not come at once.
 * @module
 */

const FIRST = 250;
const LONGEST = 10_000;

export class Backoff {
  #next = FIRST;
  #cancel: (() => void) | undefined;

  reset(): void {
    this.#next = FIRST;
  }

  /** Resolves when it is time to ask again, or at `cancel`. */
  wait(): Promise<void> {
    const ms = this.#next / 2 + (Math.random() * this.#next) / 2;
    this.#next = Math.min(LONGEST, this.#next * 2);
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, ms);
      this.#cancel = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Ends the wait that is under way. */
  cancel(): void {
    this.#cancel?.();
  }
}
