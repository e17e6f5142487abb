/**
 * What an input must know of the store before it is performed.
 *
 *     inputs wait ──needs──▶ all reads of them together ──▶ perform, perform, perform (nothing waits) ──commit
 *
 * A turn is the only writer, so what was read when it begins still stands when its inputs are performed; what earlier
 * inputs of the same turn changed is in memory. Reads of one turn are asked for together, so a store that answers later
 * (PostgreSQL) costs one round trip and not one for each input.
 * @module
 */
import type { Awaitable } from '../../store/store.js';

/** One read. Needs of the same key are read once in a turn. */
export interface Need<Value> {
  /** What is asked, in words: `execution 12`. */
  readonly key: string;
  read(): Awaitable<Value>;
}

/** For inputs that have all they need in memory. */
export const NOTHING: readonly Need<unknown>[] = [];

/** What one turn has read. */
export class Knowledge {
  readonly #asked: Set<string> = new Set();
  readonly #values: Map<string, { value?: unknown; error?: unknown }> = new Map();

  /** Whether it was read. */
  has({ key }: Need<unknown>): boolean {
    return this.#values.has(key);
  }

  /**
   * What was read. Throws what the reading threw, and for what no input has named a defect's Error.
   * @example turn.known(nameNeed(ref, 'nightly-3')) // ExecutionRecord | undefined
   */
  get<Value>({ key }: Need<Value>): Value {
    const known = this.#values.get(key);
    if (known === undefined) throw new Error(`Not read before it was asked: ${key}`);
    if ('error' in known) throw known.error;
    return known.value as Value;
  }

  /** Reads those that are not known yet, all at once. A promise when any of them is answered later. */
  read(needs: readonly Need<unknown>[]): Promise<void> | undefined {
    const later: Promise<void>[] = [];
    for (const need of needs) {
      if (this.#asked.has(need.key)) continue;
      this.#asked.add(need.key);
      const reading = this.#read(need);
      if (reading) later.push(reading);
    }
    return later.length === 0 ? undefined : Promise.all(later).then(() => undefined);
  }

  /** What cannot be read is thrown at the input that asks for it, and at no other. */
  #read({ key, read }: Need<unknown>): Promise<void> | undefined {
    try {
      const answer = read();
      if (!(answer instanceof Promise)) {
        this.#values.set(key, { value: answer });
        return undefined;
      }
      return answer.then(
        (value: unknown) => void this.#values.set(key, { value }),
        (error: unknown) => void this.#values.set(key, { error }),
      );
    } catch (error) {
      this.#values.set(key, { error });
      return undefined;
    }
  }
}

/**
 * Goes on with an answer of the store: at once when it came at once, which on SQLite it always does.
 * @example whenKnown(store.findMachine(3), (record) => record?.version)
 */
export function whenKnown<Value, Next>(
  answer: Awaitable<Value>,
  proceed: (value: Value) => Awaitable<Next>,
): Awaitable<Next> {
  return answer instanceof Promise ? answer.then(proceed) : proceed(answer);
}
