/**
 * Traces: one of each execution that has ended, sent to a receiver of OpenTelemetry; and what tasks are told, so that their
 * own spans hang under their attempt's.
 *
 *     ExecutionEnded ──commit──▶ exporter's queue ──▶ exporter's process reads the history, sends the spans
 *
 * The history is what a trace is made of, so nothing is kept twice. What is durable besides is a mark: everything that ended
 * before it has been done with. After a crash, what has ended since the mark is sent again, with the same ids; of what
 * lies further back than the last 10,000 executions nobody looks.
 * @module
 */

import type { ExecutionRecord } from '../../../store/store.js';
import { defineTable, type Table } from '../../../store/table.js';
import type { ActiveExecution } from '../../kernel/active-execution.js';
import { recordOf } from '../../kernel/active-execution.js';
import { type Fact, wasSkipped } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { Kernel } from '../../kernel/kernel.js';
import { traceparent } from '../../kernel/trace-ids.js';
import type { TraceCounts, TracedExecution, TraceExporter } from '../../kernel/trace-port.js';
import type { Turn } from '../../kernel/turn.js';

interface TraceMark {
  name: string;
  /** Milliseconds since the epoch. */
  at: number;
}

/** Table `trace_marks`: one row, how far traces have been sent. */
export const TRACE_MARKS: Table<TraceMark> = defineTable<TraceMark>({
  name: 'trace_marks',
  columns: { name: 'text', at: 'integer' },
  key: ['name'],
  migrations: [
    `CREATE TABLE trace_marks (
      name TEXT PRIMARY KEY,
      at BIGINT NOT NULL
    );`,
  ],
});

const MARK = 'sent';
/** Milliseconds between two marks. */
const BETWEEN = 5_000;
/** Milliseconds that a server which is stopped gives what waits. */
const CLOSING = 2_000;
const PAGE = 1_000;
const LOOKED_BACK = 10_000;

export class Traces implements Feature {
  readonly name = 'traces';
  readonly tables = [TRACE_MARKS];
  readonly #kernel: Kernel;
  readonly #exporter: TraceExporter | undefined;
  /** When the mark is written next; undefined: nothing has ended since. */
  #due: number | undefined;

  /** @param exporter undefined: nothing is traced, and tasks are told of no trace */
  constructor(kernel: Kernel, exporter: TraceExporter | undefined) {
    this.#kernel = kernel;
    this.#exporter = exporter;
    if (exporter === undefined) return;
    kernel.hooks.traceparent = ({ creation, state }, { thread }) =>
      // Its latest event is the one by which the attempt has started.
      traceparent(creation.id, state.threads[thread]?.previousEvent ?? 0);
  }

  /** Counts for metrics; undefined: nothing is traced. */
  get counts(): TraceCounts | undefined {
    return this.#exporter?.counts;
  }

  /** Takes up what had ended when the server did not end well. */
  async begin(): Promise<void> {
    if (this.#exporter === undefined) return;
    const { store } = this.#kernel;
    const mark = await store.findRow(TRACE_MARKS, [MARK]);
    if (mark === undefined) return this.#mark();
    const left: TracedExecution[] = [];
    let below: number | undefined;
    for (let seen = 0; seen < LOOKED_BACK; seen += PAGE) {
      const page = await store.listExecutionHeads({
        ...(below === undefined ? {} : { below }),
        limit: PAGE,
      });
      for (const record of page) {
        if ((record.stoppedAt ?? 0) >= mark.at) left.push(toTraced(record));
      }
      if (page.length < PAGE) break;
      below = page.at(-1)?.number;
    }
    for (const execution of left.reverse()) this.#exporter.add(execution);
    this.#plan();
  }

  heard(turn: Turn, fact: Fact): void {
    const exporter = this.#exporter;
    if (exporter === undefined || fact.type !== 'ExecutionEnded') return;
    const { execution } = fact;
    if (!execution.keepsHistory || wasSkipped(execution)) return;
    turn.afterCommit(() => {
      exporter.add(this.#traced(execution));
      this.#plan();
    });
  }

  #traced(active: ActiveExecution): TracedExecution {
    const { secrets } = this.#kernel;
    const traced = toTraced(recordOf(active));
    const { error } = traced;
    return error === undefined ? traced : { ...traced, error: secrets.text(error, active.secrets) };
  }

  #plan(): void {
    if (this.#due !== undefined) return;
    this.#due = this.#kernel.time.now() + BETWEEN;
    this.#kernel.dueChanged(this);
  }

  nextDue(): number | undefined {
    return this.#due;
  }

  due(): void {
    if (this.#due === undefined || this.#kernel.time.now() < this.#due) return;
    this.#due = undefined;
    void this.#mark().catch(() => undefined);
    if ((this.counts?.waiting ?? 0) > 0) this.#plan();
  }

  #mark(): Promise<void> {
    const at = this.#exporter?.oldest() ?? this.#kernel.time.now();
    return this.#kernel.write((turn) => turn.put(TRACE_MARKS, { name: MARK, at }));
  }

  async close(): Promise<void> {
    if (this.#exporter === undefined) return;
    await this.#exporter.close(CLOSING);
    // What is left is sent after the next start.
    await this.#mark().catch(() => undefined);
  }
}

function toTraced(record: ExecutionRecord): TracedExecution {
  const { number, id, name, pipeline, team, tags, startedAt, header, interval } = record;
  const { triggeredBy, parent } = record;
  return {
    ...{ number, id, name, pipeline, team, tags, startedAt },
    status: header.status,
    stoppedAt: record.stoppedAt ?? startedAt,
    ...(header.error === undefined ? {} : { error: header.error }),
    ...(interval === undefined ? {} : { interval }),
    ...(typeof triggeredBy?.type === 'string' ? { trigger: triggeredBy.type } : {}),
    ...(parent === undefined ? {} : { parent: parent.execution }),
  };
}
