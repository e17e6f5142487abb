/**
 * Hands traced executions to the exporter's process, one batch at a time.
 *
 *     ended ──▶ queue (10,000) ──▶ batch (100) ──▶ exporter ──▶ done ──▶ the next batch
 *                 └─ full: dropped and counted       └─ ended: started again, the batch is tried once more
 *
 * Whatever the receiver does, the server waits for nothing: a dead one makes the queue full, and then what ends is counted
 * as dropped.
 * @module
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { sourceEnvironment } from '../../../store/source-environment.js';
import type { TraceCounts, TracedExecution, TraceExporter } from '../../kernel/trace-port.js';
import type { Exported, ExportSettings, ToExporter } from './export-messages.js';

export interface TraceExporterOptions extends ExportSettings {
  /** Executions that may wait. Default: 10,000. */
  readonly queued?: number;
  /** Told why traces were dropped. */
  readonly onProblem: (problem: string) => void;
}

const QUEUED = 10_000;
const BATCH = 100;
/** MiB of heap. */
const MEMORY = 256;

/** @example const exporter = createTraceExporter({ url: 'http://127.0.0.1:4318/v1/traces', … }) */
export function createTraceExporter(options: TraceExporterOptions): TraceExporter {
  return new Exporting(options);
}

class Exporting implements TraceExporter {
  readonly #options: TraceExporterOptions;
  readonly #most: number;
  #queue: TracedExecution[] = [];
  #batch: readonly TracedExecution[] = [];
  #wasLost = false;
  #child: ChildProcess | undefined;
  #isClosed = false;
  #taken = 0;
  #dropped = 0;
  #idle: (() => void)[] = [];

  constructor(options: TraceExporterOptions) {
    this.#options = options;
    this.#most = options.queued ?? QUEUED;
  }

  get counts(): TraceCounts {
    const waiting = this.#queue.length + this.#batch.length;
    return { taken: this.#taken, dropped: this.#dropped, waiting };
  }

  oldest(): number | undefined {
    let least: number | undefined;
    for (const { stoppedAt } of [...this.#batch, ...this.#queue]) {
      least = Math.min(stoppedAt, least ?? stoppedAt);
    }
    return least;
  }

  add(execution: TracedExecution): void {
    if (this.#isClosed || this.#queue.length >= this.#most) {
      this.#dropped += 1;
      return;
    }
    this.#queue.push(execution);
    // Together with what else ends in this turn.
    if (this.#queue.length === 1) setImmediate(() => this.#next());
  }

  #next(): void {
    if (this.#batch.length > 0) return;
    if (this.#queue.length === 0) {
      for (const resolve of this.#idle.splice(0)) resolve();
      return;
    }
    this.#batch = this.#queue.splice(0, BATCH);
    this.#wasLost = false;
    this.#send();
  }

  #send(): void {
    this.#child ??= this.#start();
    const message: ToExporter = { type: 'export', executions: this.#batch };
    // A broken channel is told by `exit` as well.
    this.#child.send(message, () => undefined);
  }

  #start(): ChildProcess {
    const { onProblem: _, queued: __, ...settings } = this.#options;
    const { NODE_EXTRA_CA_CERTS: certificates } = process.env;
    const child = fork(program(), [], {
      env: {
        ...sourceEnvironment(settings.source.kind),
        ...(certificates === undefined ? {} : { NODE_EXTRA_CA_CERTS: certificates }),
      },
      execArgv: [`--max-old-space-size=${MEMORY}`],
      stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    });
    child.unref();
    child.channel?.unref();
    child.on('message', (done: Exported) => this.#done(done));
    const ended = (): void => {
      if (this.#child !== child) return;
      this.#child = undefined;
      this.#lost();
    };
    child.on('error', ended);
    child.on('exit', ended);
    child.send({ type: 'settings', settings } satisfies ToExporter, () => undefined);
    return child;
  }

  #done({ executions, taken, dropped, problem }: Exported): void {
    this.#taken += taken;
    this.#dropped += dropped;
    if (problem !== undefined) {
      this.#options.onProblem(`${dropped} of ${executions} traces were not sent: ${problem}`);
    }
    this.#batch = [];
    this.#next();
  }

  /** The process is gone. What it was busy with may be what ended it, so it is tried once more and not again. */
  #lost(): void {
    if (this.#isClosed || this.#batch.length === 0) return;
    if (!this.#wasLost) {
      this.#wasLost = true;
      this.#send();
      return;
    }
    const { length } = this.#batch;
    this.#done({ executions: length, taken: 0, dropped: length, problem: 'the exporter ended' });
  }

  async close(ms: number): Promise<number> {
    if (this.counts.waiting > 0 && ms > 0) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, ms);
        this.#idle.push(() => {
          clearTimeout(timer);
          resolve();
        });
      });
    }
    this.#isClosed = true;
    const child = this.#child;
    this.#child = undefined;
    if (child !== undefined && child.exitCode === null) {
      const gone = new Promise<void>((resolve) => child.once('exit', () => resolve()));
      child.ref();
      child.kill('SIGKILL');
      await gone;
    }
    return this.counts.waiting;
  }
}

/** Child processes run plain Node: when the sources run directly, the compiled file lies in `dist` at the same place. */
function program(): string {
  const beside = fileURLToPath(new URL('export-program.js', import.meta.url));
  return import.meta.url.endsWith('.ts')
    ? beside.replace(/([\\/])src([\\/]engine[\\/])/, '$1dist$2')
    : beside;
}
