/**
 * Rows of `remote_jobs` that are open, in memory: what a turn changes of them is undone when its commit fails.
 *
 * What has ended stays in the store alone, until it is old.
 * @module
 */
import type { AnyTable } from '../../../store/table.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import { TurnMap } from '../../kernel/turn-memory.js';
import { OPEN_PHASES, REMOTE_JOBS, type RemoteJobRow } from './remote-job-table.js';

/** Rows that are read together. */
const PAGE = 1_000;

export class RemoteJobs {
  readonly tables: readonly AnyTable[] = [REMOTE_JOBS];
  readonly #kernel: Pick<Kernel, 'store' | 'time'>;
  /** By the id of their attempt. */
  readonly #open: TurnMap<string, RemoteJobRow> = new TurnMap((attempt, row) =>
    this.#note(attempt, row),
  );
  /** Attempts whose clusters are held, by the number of their execution. */
  readonly #held: Map<number, Set<string>> = new Map();
  readonly #holders: Map<string, number> = new Map();
  #last = 0;

  constructor(kernel: Pick<Kernel, 'store' | 'time'>) {
    this.#kernel = kernel;
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    this.#last = await store.lastNumber(REMOTE_JOBS);
    for (const phase of OPEN_PHASES) {
      for (let after = 0; ; ) {
        const page = await store.listRows(REMOTE_JOBS, {
          where: { phase },
          above: { number: after },
          limit: PAGE,
        });
        for (const row of page) this.#open.remember(row.attempt, row);
        if (page.length < PAGE) break;
        after = page.at(-1)?.number ?? after;
      }
    }
  }

  /** An open one, as the turn that runs now leaves it. */
  get(attempt: string): RemoteJobRow | undefined {
    return this.#open.get(attempt);
  }

  /** Those that are held for an execution, as the turn that runs now leaves them. */
  heldFor(execution: number): RemoteJobRow[] {
    const attempts = [...(this.#held.get(execution) ?? [])];
    return attempts.flatMap((attempt) => this.#open.get(attempt) ?? []);
  }

  #note(attempt: string, row: RemoteJobRow | undefined): void {
    const known = this.#holders.get(attempt);
    if (row?.phase === 'held') {
      this.#holders.set(attempt, row.execution);
      const all = this.#held.get(row.execution) ?? new Set();
      this.#held.set(row.execution, all.add(attempt));
    } else if (known !== undefined) {
      this.#holders.delete(attempt);
      const all = this.#held.get(known);
      all?.delete(attempt);
      if (all?.size === 0) this.#held.delete(known);
    }
  }

  get size(): number {
    return this.#open.size;
  }

  values(): IterableIterator<RemoteJobRow> {
    return this.#open.values();
  }

  /** A number for a new row. */
  number(): number {
    this.#last += 1;
    return this.#last;
  }

  /** A row that is open, or has just ended. */
  put(turn: Turn, row: RemoteJobRow): void {
    turn.put(REMOTE_JOBS, row, row.execution);
    this.#open.set(turn, row.attempt, row.phase === 'ended' ? undefined : row);
  }

  /** It comes into another phase. */
  move(turn: Turn, row: RemoteJobRow, change: Partial<RemoteJobRow>): RemoteJobRow {
    const { request: _request, ...kept } = row;
    const moved = { ...kept, since: this.#kernel.time.now(), ...change };
    // What was told of it while it was waited for says nothing of its end.
    if (change.phase === 'stopping') delete moved.trouble;
    this.put(turn, moved);
    return moved;
  }

  /** What has ended and is kept no longer. */
  readonly aging = {
    kind: 'remoteJobs' as const,
    needs: (limit: number): Need<unknown>[] => [this.#oldest(limit)],
    removeOld: (turn: Turn, before: number, limit: number): boolean => {
      const old = turn.known(this.#oldest(limit)).filter(({ since }) => since < before);
      for (const { number } of old) turn.remove(REMOTE_JOBS, [number]);
      return old.length === limit;
    },
  };

  #oldest(limit: number): Need<RemoteJobRow[]> {
    return {
      key: `oldest ${limit} jobs that have ended`,
      read: () => this.#kernel.store.listRows(REMOTE_JOBS, { where: { phase: 'ended' }, limit }),
    };
  }
}
