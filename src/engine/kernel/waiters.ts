/**
 * Callers that wait for an execution to end.
 * @module
 */
import type { ActiveExecution } from './active-execution.js';

export class Waiters {
  readonly #byExecution: Map<number, Set<(ended: ActiveExecution) => void>> = new Map();

  /** Calls back once when the execution has durably ended; the answer gives up waiting. */
  add(execution: number, callback: (ended: ActiveExecution) => void): () => void {
    const known = this.#byExecution.get(execution);
    const callbacks = known ?? new Set();
    if (!known) this.#byExecution.set(execution, callbacks);
    callbacks.add(callback);
    return () => {
      callbacks.delete(callback);
      if (callbacks.size === 0) this.#byExecution.delete(execution);
    };
  }

  tell(ended: ActiveExecution): void {
    const callbacks = this.#byExecution.get(ended.number);
    if (!callbacks) return;
    this.#byExecution.delete(ended.number);
    for (const callback of callbacks) callback(ended);
  }
}
