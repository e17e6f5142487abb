/**
 * Brings the history of an execution into the records, in batches: when it begins, at most once a second while it runs, when a run
 * ends and when the execution ends.
 *
 * Batches are written by a local activity until that has worked. What was not written before a crash is still in Temporal, and is
 * written after it.
 * @module
 */
import { sleep } from '@temporalio/workflow';
import type { ExecutionState } from '../../../src/asl/execution-state.js';
import type { JsonObject } from '../../../src/asl/json.js';
import type { HistoryEvent } from '../../../src/asl/transition.js';
import { type ExecutionInput, MOST_BYTES, type RecordBatch } from '../execution-input.js';
import { host } from './activities.js';

/** Milliseconds between two batches of one execution. */
const INTERVAL = 1_000;
/** Events that are kept for queries. */
const MOST_KEPT = 30_000;

export class Recorder {
  readonly #input: ExecutionInput;
  readonly #state: ExecutionState;
  /** Of this run, for queries and for a redrive. */
  #kept: HistoryEvent[] = [];
  /** Not in the records yet. */
  readonly #waiting: HistoryEvent[] = [];
  #writing: Promise<void> | undefined;
  #writtenAt = 0;
  #isWaiting = false;
  isRecorded: boolean;

  constructor(input: ExecutionInput, state: ExecutionState) {
    this.#input = input;
    this.#state = state;
    this.isRecorded = input.carried?.isRecorded ?? false;
  }

  /** Events of this run. */
  get events(): readonly HistoryEvent[] {
    return this.#kept;
  }

  add(events: readonly HistoryEvent[]): void {
    this.#kept.push(...events);
    if (this.#kept.length > MOST_KEPT) this.#kept = this.#kept.slice(-MOST_KEPT);
    if (this.#input.options.records) this.#waiting.push(...events);
  }

  /** Called whenever the execution waits: what there is is written when the last batch is a while ago. */
  rest(): void {
    if (!this.#isDue() || this.#writing !== undefined || this.#isWaiting) return;
    const left = this.#writtenAt + INTERVAL - Date.now();
    if (left <= 0) {
      void this.flush();
      return;
    }
    this.#isWaiting = true;
    void sleep(left).then(() => {
      this.#isWaiting = false;
      this.rest();
    });
  }

  #isDue(): boolean {
    return this.#input.options.records && (this.#waiting.length > 0 || !this.isRecorded);
  }

  /** Writes all that there is; resolves when it is durable. */
  async flush(stoppedAt?: number): Promise<void> {
    if (!this.#input.options.records) return;
    while (this.#writing !== undefined) await this.#writing;
    this.#writing = this.#write(stoppedAt).finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  async #write(stoppedAt: number | undefined): Promise<void> {
    for (let isFirst = true; isFirst || this.#isDue(); isFirst = false) {
      const events = this.#take();
      const batch = this.#batch(events, this.#waiting.length === 0 ? stoppedAt : undefined);
      await host.writeRecords(batch);
      this.isRecorded = true;
      this.#writtenAt = Date.now();
    }
  }

  /** As many events as may pass at once. */
  #take(): HistoryEvent[] {
    let bytes = 0;
    let count = 0;
    for (const event of this.#waiting) {
      bytes += 3 * JSON.stringify(event).length;
      if (count > 0 && bytes > MOST_BYTES) break;
      count += 1;
    }
    return this.#waiting.splice(0, count);
  }

  #batch(events: HistoryEvent[], stoppedAt: number | undefined): RecordBatch {
    const { id, deployment, pointer, context, startedAt } = this.#input;
    const { header, threads } = this.#state;
    const isOver = header.status !== 'RUNNING' && this.#waiting.length === 0;
    return {
      id,
      ...(this.isRecorded
        ? {}
        : {
            creation: {
              name: context.Execution.Name,
              pipeline: deployment.name,
              team: deployment.team,
              tags: deployment.tags,
              pointer,
              context,
              startedAt,
              deployment,
            },
          }),
      events,
      header: (isOver ? header : { ...header, status: 'RUNNING' }) as unknown as JsonObject,
      // Of one that runs there is always one: a server takes it for begun.
      root:
        isOver && header.status === 'SUCCEEDED'
          ? null
          : ((threads[0] ?? { id: 0 }) as unknown as JsonObject),
      context,
      redriveCount: context.Execution.RedriveCount ?? 0,
      ...(stoppedAt === undefined ? {} : { stoppedAt }),
    };
  }
}
