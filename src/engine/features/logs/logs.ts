/**
 * What happens to log lines once they are durable: copies go elsewhere, and they grow old.
 *
 * They are written by the kernel (kernel/captured-output.ts), in the commit of what else happens.
 * @module
 */
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { Turn } from '../../kernel/turn.js';
import { type CopyCounts, LogCopy, type LogSink } from './copies/log-copy.js';
import type { RecordForm } from './log-record.js';

/** What the feature needs of those who put it together. */
export interface LogParts {
  /** Where copies go. */
  readonly sinks: readonly LogSink[];
  /** How records are formed, asked for each time. */
  form(): RecordForm;
  /** Told when a copy begins to lose lines, and when it goes on. */
  onProblem(problem: string): void;
}

export class Logs implements Feature {
  readonly name = 'logs';
  readonly #kernel: Kernel;
  readonly #copies: readonly LogCopy[];
  #stop: (() => void) | undefined;

  constructor(kernel: Kernel, { sinks, form, onProblem }: LogParts) {
    this.#kernel = kernel;
    this.#copies = sinks.map((sink) => new LogCopy(sink, { form, onProblem, clock: kernel.clock }));
  }

  begin(): void {
    if (this.#copies.length === 0) return;
    this.#stop = this.#kernel.output.onStored((lines) => {
      for (const copy of this.#copies) copy.add(lines);
    });
  }

  async close(): Promise<void> {
    this.#stop?.();
    await Promise.all(this.#copies.map((copy) => copy.close()));
  }

  /** How many lines each copy took, and how many it left out. */
  copies(): { to: string; counts: CopyCounts }[] {
    return this.#copies.map(({ to, counts }) => ({ to, counts }));
  }

  /** Lines grow old by their own time, whether their execution runs or not. */
  readonly aging = {
    kind: 'logs' as const,
    needs: (limit: number, before: number): Need<unknown>[] => [this.#oldest(limit, before)],
    removeOld: (turn: Turn, before: number, limit: number): boolean => {
      const old = turn.known(this.#oldest(limit, before));
      turn.logRemovals.push(...old);
      return old.length === limit;
    },
  };

  #oldest(limit: number, before: number): Need<number[]> {
    return {
      key: `logs before ${before}`,
      read: () => this.#kernel.store.listOldLogs({ before, limit }),
    };
  }
}
