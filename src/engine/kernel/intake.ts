/**
 * Whether work that has not begun may begin. While it may not, executions are created and stay as they are, and attempts stay
 * scheduled: the store tells both from what has begun, so nothing is kept here and a restart begins them.
 *
 *     open ──pause──▶ paused ──resume──▶ open
 *
 * @module
 */
export class Intake {
  #isPaused = false;

  /** Nothing begins: what was created waits. */
  get isPaused(): boolean {
    return this.#isPaused;
  }

  pause(): void {
    this.#isPaused = true;
  }

  resume(): void {
    this.#isPaused = false;
  }
}
