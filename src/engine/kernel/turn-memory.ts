/**
 * Memory that runs ahead of the store.
 *
 *     set in a turn ──▶ seen at once by what comes later in the turn ──commit──▶ durable
 *                                                                 └──failure──▶ as it was before the turn
 *
 * A turn that fails writes nothing, so whatever a feature holds in memory of what it wrote must be as before. This is the
 * one place that sees to it: features keep such things in a `TurnMap`, or in a `RowMap` when they are rows of a table.
 * @module
 */
import type { Store } from '../../store/store.js';
import { keyOfRow, type Table } from '../../store/table.js';
import type { Turn } from './turn.js';

/** Hears of every value that is there, has changed (also back) or is gone. */
export type OnChange<Key, Value> = (key: Key, value: Value | undefined) => void;

export class TurnMap<Key, Value> {
  readonly #all: Map<Key, Value> = new Map();
  /** What is durable of those that an open turn has changed. */
  readonly #durable: Map<Key, Value | undefined> = new Map();
  readonly #onChange: OnChange<Key, Value> | undefined;

  constructor(onChange?: OnChange<Key, Value>) {
    this.#onChange = onChange;
  }

  /** As the turn that runs now leaves it. */
  get(key: Key): Value | undefined {
    return this.#all.get(key);
  }

  has(key: Key): boolean {
    return this.#all.has(key);
  }

  get size(): number {
    return this.#all.size;
  }

  /** As the store has it. */
  durable(key: Key): Value | undefined {
    return this.#durable.has(key) ? this.#durable.get(key) : this.#all.get(key);
  }

  /** As the turn that runs now leaves them. */
  entries(): IterableIterator<[Key, Value]> {
    return this.#all.entries();
  }

  values(): IterableIterator<Value> {
    return this.#all.values();
  }

  /** As the store has them. */
  durableEntries(): [Key, Value][] {
    const entries = new Map(this.#all);
    for (const [key, value] of this.#durable) {
      if (value === undefined) entries.delete(key);
      else entries.set(key, value);
    }
    return [...entries];
  }

  /** What was read when it opened: durable already. */
  remember(key: Key, value: Value): void {
    this.#change(key, value);
  }

  /** Without a value: it is gone. What it was before comes back should the turn fail. */
  set(turn: Turn, key: Key, value: Value | undefined): void {
    if (!this.#durable.has(key)) {
      this.#durable.set(key, this.#all.get(key));
      turn.afterCommit(() => void this.#durable.delete(key));
      turn.afterFailure(() => {
        const before = this.#durable.get(key);
        this.#durable.delete(key);
        this.#change(key, before);
      });
    }
    this.#change(key, value);
  }

  /** For the rest of this turn alone: it is gone when the turn is over, whichever way. */
  setForTurn(turn: Turn, key: Key, value: Value): void {
    this.#change(key, value);
    const forget = (): void => {
      if (this.#all.get(key) === value) this.#change(key, undefined);
    };
    turn.afterCommit(forget);
    turn.afterFailure(forget);
  }

  #change(key: Key, value: Value | undefined): void {
    if (value === undefined) this.#all.delete(key);
    else this.#all.set(key, value);
    this.#onChange?.(key, value);
  }
}

/** All rows of a table, in memory for reading and in the store for good: for tables of some thousand rows. */
export class RowMap<Row extends object> {
  readonly #table: Table<Row>;
  readonly #map: TurnMap<string, Row>;

  /** @param onChange hears of every row that is there, has changed (also back) or is gone */
  constructor(
    table: Table<Row>,
    onChange?: (key: readonly (string | number)[], row: Row | undefined) => void,
  ) {
    this.#table = table;
    this.#map = new TurnMap(
      onChange && ((key, row) => onChange(JSON.parse(key) as (string | number)[], row)),
    );
  }

  async open(store: Pick<Store, 'listRows'>): Promise<void> {
    for (const row of await store.listRows(this.#table)) {
      this.#map.remember(JSON.stringify(keyOfRow(this.#table, row)), row);
    }
  }

  /** @param key values of the key's columns, in their order */
  get(...key: readonly (string | number)[]): Row | undefined {
    return this.#map.get(JSON.stringify(key));
  }

  /** As the store has it. */
  durable(...key: readonly (string | number)[]): Row | undefined {
    return this.#map.durable(JSON.stringify(key));
  }

  get size(): number {
    return this.#map.size;
  }

  values(): IterableIterator<Row> {
    return this.#map.values();
  }

  /** As the store has them. */
  durableValues(): Row[] {
    return this.#map.durableEntries().map(([, row]) => row);
  }

  put(turn: Turn, row: Row): void {
    turn.put(this.#table, row);
    this.#map.set(turn, JSON.stringify(keyOfRow(this.#table, row)), row);
  }

  delete(turn: Turn, ...key: readonly (string | number)[]): void {
    turn.remove(this.#table, key);
    this.#map.set(turn, JSON.stringify(key), undefined);
  }
}
