/**
 * Reads what a process prints: every line becomes a log record, and the end is kept for the outcome.
 *
 * A task may print without end. Three bounds keep that harmless: a line is cut (`LINE_LIMIT`), an attempt has a budget of
 * log lines (`OutputBudget`; afterwards output is read and dropped, once with a note), and reading is paced, so that a
 * flood takes a small share of the server's time and none of its memory: the pipe fills up and the writer waits.
 * @module
 */
import type { Readable } from 'node:stream';
import type { LogRecord } from '../connector.js';
import { decodeUtf8, LineSplitter } from './line-splitter.js';
import { LINE_LIMIT, logRecord } from './log-lines.js';

/** Log bytes of one attempt, both streams together: 64 MiB. */
export const OUTPUT_LIMIT = 67_108_864;

/** What a line costs besides its bytes: an empty line is a record too. */
const LINE_OVERHEAD = 256;

/** Bytes at the end of a stream that are kept for the outcome: a last line with 256 KiB of JSON and 32 KiB around it. */
export const TAIL_LIMIT = 294_912;

/** Chunks that are collected before they are cut down to the limit; a chunk has at most 64 KiB. */
const TAIL_PIECES = 32;

/** Reading pauses after this many bytes in one slice of time: 20 MiB/s as log lines, 320 MiB/s when dropped. */
const SLICE_MILLISECONDS = 50;
const SLICE_BYTES_LOGGED = 1024 * 1024;
const SLICE_BYTES_DROPPED = 16 * 1024 * 1024;

/** How much an attempt may still log. Shared by its streams. */
export interface OutputBudget {
  remaining: number;
}

/** Where the lines of a stream go at the moment. */
export interface OutputSink {
  budget: OutputBudget;
  log(record: LogRecord): void;
  /** Output is a sign of life. */
  heartbeat(): void;
}

export class OutputCapture {
  /** Settles when the stream has ended and its last line was delivered. */
  readonly ended: Promise<void>;
  private readonly stream: Readable;
  private readonly name: 'stdout' | 'stderr';
  private readonly splitter: LineSplitter;
  private readonly chunks: Buffer[] = [];
  private kept = 0;
  private sliceStart = 0;
  private sliceBytes = 0;
  private sink: OutputSink | undefined;
  private readonly onLine: ((line: string) => boolean) | undefined;

  /** @param onLine sees each line first and answers true when it is not for the log */
  constructor(stream: Readable, name: 'stdout' | 'stderr', onLine?: (line: string) => boolean) {
    this.stream = stream;
    this.name = name;
    this.onLine = onLine;
    this.splitter = new LineSplitter(LINE_LIMIT, (line) => this.deliver(line));
    this.ended = new Promise((resolve) => {
      stream.once('close', () => {
        this.splitter.end();
        resolve();
      });
    });
    stream.on('error', () => undefined); // 'close' follows; an unreadable pipe is an ended one
    stream.on('data', (chunk: Buffer) => this.take(chunk));
  }

  /** From now on lines go to `sink`; without one they are dropped. The tail starts anew. */
  direct(sink: OutputSink | undefined): void {
    this.sink = sink;
    this.chunks.length = 0;
    this.kept = 0;
  }

  /** The end of what was printed, at most TAIL_LIMIT bytes. `complete` tells that nothing came before it. */
  tail(): { text: string; complete: boolean } {
    const bytes = Buffer.concat(this.chunks);
    const end = bytes.subarray(-TAIL_LIMIT);
    return { text: decodeUtf8(end, false), complete: this.kept <= TAIL_LIMIT };
  }

  /** Stops reading, whoever still holds the other end. */
  stop(): void {
    this.stream.destroy();
  }

  private take(chunk: Buffer): void {
    this.sink?.heartbeat();
    this.keepTail(chunk);
    const logging = this.sink !== undefined && this.sink.budget.remaining > 0;
    if (logging || this.onLine) this.splitter.push(chunk);
    this.pace(chunk.length, logging ? SLICE_BYTES_LOGGED : SLICE_BYTES_DROPPED);
  }

  private keepTail(chunk: Buffer): void {
    this.chunks.push(chunk);
    this.kept += chunk.length;
    if (this.chunks.length < TAIL_PIECES) return;
    const tail = Buffer.concat(this.chunks).subarray(-TAIL_LIMIT);
    this.chunks.splice(0, this.chunks.length, Buffer.from(tail));
  }

  private deliver(line: string): void {
    if (this.onLine?.(line) || line === '' || !this.sink || this.sink.budget.remaining <= 0) return;
    const { budget } = this.sink;
    budget.remaining -= line.length + LINE_OVERHEAD;
    const at = Date.now();
    this.sink.log(logRecord(line, this.name, at));
    if (budget.remaining <= 0) {
      this.sink.log({
        at,
        stream: 'system',
        level: 'warn',
        message: 'The log limit of this attempt is reached: further output is not kept.',
      });
    }
  }

  private pace(bytes: number, limit: number): void {
    const now = performance.now();
    if (now - this.sliceStart >= SLICE_MILLISECONDS) {
      this.sliceStart = now;
      this.sliceBytes = 0;
    }
    this.sliceBytes += bytes;
    if (this.sliceBytes < limit) return;
    this.stream.pause();
    setTimeout(() => this.stream.resume(), SLICE_MILLISECONDS - (now - this.sliceStart));
  }
}
