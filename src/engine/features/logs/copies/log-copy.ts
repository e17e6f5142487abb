/**
 * A copy of log lines on its way elsewhere. The original stays where it is.
 *
 *     lines (durable) ──▶ queue, bounded ──a batch──▶ sink ──▶ the next batch
 *                            │ full: left out, counted, said    └─ failed: tried again, later and later
 *
 * A sink that is slow or dead never holds the engine up: what does not fit into the queue is left out of the copy, and how many
 * lines those were is said once when it begins and once when it goes on.
 * @module
 */
import type { JsonObject } from '../../../../asl/json.js';
import type { FoundLogLine } from '../../../../store/store.js';
import type { Clock } from '../../../kernel/ports.js';
import { type RecordForm, recordOf } from '../log-record.js';

/** A line and its record. */
export interface CopiedLine {
  readonly line: FoundLogLine;
  readonly record: JsonObject;
}

/** Where lines go. */
export interface LogSink {
  /** As the operator wrote it, without secrets: `loki:http://loki:3100`. */
  readonly to: string;
  /** Resolves when they have arrived. Never rejects: `again` may be tried, `refused` never will arrive. */
  send(lines: readonly CopiedLine[], signal: AbortSignal): Promise<SendOutcome>;
  close(): Promise<void> | void;
}

export type SendOutcome =
  | { readonly type: 'arrived' }
  | {
      readonly type: 'again' | 'refused';
      readonly problem: string;
      /** Milliseconds that the receiver asks for. */
      readonly after?: number;
    };

export interface CopyCounts {
  sent: number;
  /** For want of room, or because the receiver refused them. */
  dropped: number;
}

interface Parts {
  form(): RecordForm;
  onProblem(problem: string): void;
  readonly clock: Clock;
}

/** Lines that wait, and that go together, at most. */
const WAITING = 20_000;
const BATCH = 1_000;
/** Characters of lines that wait, at most: a line may have 8 KiB and fields. */
const WAITING_TEXT = 32 * 1024 * 1024;
/** Milliseconds between two tries. */
const FIRST_PAUSE = 250;
const LONGEST_PAUSE = 30_000;
/** Milliseconds that closing waits for what is in the queue. */
const PARTING = 2_000;

export class LogCopy {
  readonly counts: CopyCounts = { sent: 0, dropped: 0 };
  readonly #sink: LogSink;
  readonly #parts: Parts;
  readonly #end = new AbortController();
  #waiting: FoundLogLine[] = [];
  #text = 0;
  /** Left out since it was last said. */
  #unsaid = 0;
  #isFailing = false;
  #sending: Promise<void> | undefined;

  constructor(sink: LogSink, parts: Parts) {
    this.#sink = sink;
    this.#parts = parts;
  }

  get to(): string {
    return this.#sink.to;
  }

  /** Takes lines, or as many as there is room for. Waits for nothing. */
  add(lines: readonly FoundLogLine[]): void {
    for (const line of lines) {
      if (this.#waiting.length >= WAITING || this.#text >= WAITING_TEXT) this.#leaveOut(1);
      else {
        this.#waiting.push(line);
        this.#text += sizeOf(line);
      }
    }
    this.#sending ??= this.#send().finally(() => {
      this.#sending = undefined;
    });
  }

  /** Waits a little for what is in the queue; what has not gone then is left out. */
  async close(): Promise<void> {
    const { clock } = this.#parts;
    let stop: (() => void) | undefined;
    const late = new Promise<void>((resolve) => {
      stop = clock.setTimer(resolve, PARTING);
    });
    await Promise.race([this.#sending, late]);
    stop?.();
    this.#end.abort();
    await this.#sending;
    this.#leaveOut(this.#waiting.length);
    await this.#sink.close();
  }

  async #send(): Promise<void> {
    // Whoever adds has not waited for us.
    await Promise.resolve();
    let pause = FIRST_PAUSE;
    while (this.#waiting.length > 0 && !this.#end.signal.aborted) {
      const batch = this.#waiting.slice(0, BATCH);
      const form = this.#parts.form();
      const copied = batch.map((line) => ({ line, record: recordOf(line, form) }));
      const outcome = await this.#sink.send(copied, this.#end.signal);
      if (outcome.type === 'again') {
        this.#fail(`lines wait, it is tried again: ${outcome.problem}`);
        await this.#pause(outcome.after ?? pause);
        pause = Math.min(LONGEST_PAUSE, pause * 2);
        continue;
      }
      this.#waiting.splice(0, batch.length);
      for (const line of batch) this.#text -= sizeOf(line);
      if (outcome.type === 'refused') {
        this.#fail(`lines are refused: ${outcome.problem}`);
        this.#leaveOut(batch.length);
        continue;
      }
      pause = FIRST_PAUSE;
      this.counts.sent += batch.length;
      this.#recover();
    }
  }

  #fail(problem: string): void {
    if (this.#isFailing) return;
    this.#isFailing = true;
    this.#say(problem);
  }

  #leaveOut(count: number): void {
    if (count === 0) return;
    if (this.#unsaid === 0) this.#say('lines are left out: they come faster than they can be sent');
    this.counts.dropped += count;
    this.#unsaid += count;
  }

  #recover(): void {
    if (this.#unsaid > 0) this.#say(`it goes on; ${this.#unsaid} lines were left out`);
    else if (this.#isFailing) this.#say('it goes on; no line was left out');
    this.#unsaid = 0;
    this.#isFailing = false;
  }

  #say(what: string): void {
    this.#parts.onProblem(`copy of logs to ${this.#sink.to}: ${what}`);
  }

  #pause(milliseconds: number): Promise<void> {
    const { signal } = this.#end;
    if (signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const stop = this.#parts.clock.setTimer(resolve, Math.min(LONGEST_PAUSE, milliseconds));
      signal.addEventListener(
        'abort',
        () => {
          stop();
          resolve();
        },
        { once: true },
      );
    });
  }
}

/** Fields are part of the line's 8 KiB. */
function sizeOf({ message, fields }: FoundLogLine): number {
  return message.length + (fields === undefined ? 256 : 1_024);
}
