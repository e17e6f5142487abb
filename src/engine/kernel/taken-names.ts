/**
 * Names of executions that are taken though the execution is no longer kept.
 *
 * A name is an idempotency key, so it must not become free because its execution was removed: AWS keeps names for 90 days
 * (https://docs.aws.amazon.com/step-functions/latest/apireference/API_StartExecution.html), and what a file has started must
 * not be started by it again for as long as it lies there.
 * @module
 */
import type { Awaitable, Store } from '../../store/store.js';
import { defineTable, type Table } from '../../store/table.js';
import type { EngineTime } from './engine-time.js';
import { whenKnown } from './needs.js';
import type { Turn } from './turn.js';

interface TakenName {
  team: string;
  pipeline: string;
  name: string;
  /** Milliseconds since the epoch; absent: for good. */
  until?: number;
}

export const TAKEN_NAMES: Table<TakenName> = defineTable<TakenName>({
  name: 'taken_names',
  columns: { team: 'text', pipeline: 'text', name: 'text', until: 'integer?' },
  key: ['team', 'pipeline', 'name'],
  migrations: [
    `CREATE TABLE taken_names (
       team TEXT NOT NULL,
       pipeline TEXT NOT NULL,
       name TEXT NOT NULL,
       until BIGINT,
       PRIMARY KEY (team, pipeline, name)
     );
     CREATE INDEX taken_names_until ON taken_names (until) WHERE until IS NOT NULL;`,
  ],
});

interface Parts {
  readonly store: Pick<Store, 'listRows' | 'findRow'>;
  readonly time: EngineTime;
}

export class TakenNames {
  readonly #parts: Parts;
  /** Nothing was ever removed: no start need ask. */
  #isEmpty = true;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  async open(): Promise<void> {
    this.#isEmpty = (await this.#parts.store.listRows(TAKEN_NAMES, { limit: 1 })).length === 0;
  }

  /** Reads whether an execution of that name was there once, and its name is still taken. */
  has(team: string, pipeline: string, name: string): Awaitable<boolean> {
    if (this.#isEmpty) return false;
    const found = this.#parts.store.findRow(TAKEN_NAMES, [team, pipeline, name]);
    return whenKnown(
      found,
      (row) =>
        row !== undefined && (row.until ?? Number.POSITIVE_INFINITY) > this.#parts.time.now(),
    );
  }

  /** @param until milliseconds since the epoch; undefined: for good */
  take(turn: Turn, name: Omit<TakenName, 'until'>, until: number | undefined): void {
    turn.afterCommit(() => {
      this.#isEmpty = false;
    });
    turn.put(TAKEN_NAMES, { ...name, ...(until === undefined ? {} : { until }) });
  }
}
