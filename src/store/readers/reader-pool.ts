/**
 * Reads beside the main loop: lists, histories, logs.
 *
 *     read ──▶ waits ──▶ a reader is idle ──▶ answered
 *                │             └─ too late: the reader is killed, the read fails
 *                └─ too many, or too late: refused, nothing was read
 *
 * The server writes through one connection and must not stand still while somebody reads; so what may take long is read by
 * a few processes, each with a connection that cannot write. The write-ahead log begins anew only when nobody reads from it:
 * the deadline bounds that as well.
 * @module
 */
import { StoreError } from '../errors.js';
import type { StoreSource } from '../source.js';
import type { Answer, Order } from './messages.js';
import { READS, type ReadMethod, type ReadStore } from './read-store.js';
import { ReaderProcess } from './reader-process.js';

export interface ReaderPoolOptions {
  /** A store that is open for writing in this process. A file is read by the driver that writes it. */
  source: StoreSource;
  /** Readers, at most. Default: 2. They start with the first reads. */
  readers?: number;
  /** Reads that may wait. Default: 500. */
  waiting?: number;
  /** Milliseconds from the call to the answer. Default: 10,000. */
  deadline?: number;
  /** Told of damage that a reader has come upon. Default: nobody is told. */
  onDamage?: (what: string) => void;
}

export interface ReaderPool extends ReadStore {
  /** Refuses what waits and ends the readers. To be closed before the connection that writes. */
  close(): Promise<void>;
}

/** Times that a read is begun: a reader may end for a reason that lies elsewhere. */
const TRIES = 2;

interface Read {
  order: Order;
  tries: number;
  timer: NodeJS.Timeout;
  resolve(answer: unknown): void;
  reject(error: StoreError): void;
}

/**
 * Readers for a database. Failures are StoreErrors: `reads-full`, `read-late`, `reader-lost`, `closing`, and whatever SQLite
 * says.
 *
 * @example
 * const readers = createReaderPool({ source: { kind: 'sqlite', database: 'data/millrace.db', driver: 'libsql' } });
 * await readers.listExecutionHeads({ status: 'FAILED', limit: 100 });
 */
export function createReaderPool(options: ReaderPoolOptions): ReaderPool {
  const pool = new Pool(options);
  const methods = READS.map((method) => [
    method,
    (...values: unknown[]) => pool.read(method, values),
  ]);
  return {
    ...(Object.fromEntries(methods) as ReadStore),
    close: () => pool.close(),
  };
}

class Pool {
  readonly #options: ReaderPoolOptions;
  readonly #most: number;
  readonly #mostWaiting: number;
  readonly #deadline: number;
  readonly #readers: Set<ReaderProcess> = new Set();
  readonly #waiting: Map<number, Read> = new Map();
  readonly #running: Map<number, Read> = new Map();
  #lastId = 0;
  #isClosed = false;

  constructor(options: ReaderPoolOptions) {
    this.#options = options;
    this.#most = options.readers ?? 2;
    this.#mostWaiting = options.waiting ?? 500;
    this.#deadline = options.deadline ?? 10_000;
  }

  read(method: ReadMethod, values: unknown[]): Promise<unknown> {
    if (this.#isClosed) return Promise.reject(closing());
    if (this.#waiting.size >= this.#mostWaiting) {
      return Promise.reject(
        new StoreError('reads-full', `${this.#waiting.size} reads wait already`),
      );
    }
    return new Promise((resolve, reject) => {
      this.#lastId += 1;
      const id = this.#lastId;
      const timer = setTimeout(() => this.#expire(id), this.#deadline);
      const order = { id, method, values };
      this.#waiting.set(id, { order, tries: 0, timer, resolve, reject });
      this.#begin();
    });
  }

  /** Gives what waits to whoever is idle. */
  #begin(): void {
    for (const [id, read] of this.#waiting) {
      const reader = this.#idle();
      if (reader === undefined) return;
      this.#waiting.delete(id);
      this.#running.set(id, read);
      read.tries += 1;
      reader.send(read.order);
    }
  }

  #idle(): ReaderProcess | undefined {
    for (const reader of this.#readers) if (reader.busy === undefined) return reader;
    if (this.#readers.size >= this.#most) return undefined;
    const reader = new ReaderProcess({
      source: this.#options.source,
      deadline: this.#deadline,
      answered: (answer) => this.#answered(answer),
      ended: (ended) => this.#ended(ended),
    });
    this.#readers.add(reader);
    return reader;
  }

  #answered(answer: Answer): void {
    const read = this.#take(answer.id);
    if (answer.failure === undefined) read?.resolve(answer.answer);
    else {
      const { code, message } = answer.failure;
      if (code === 'corrupt') this.#options.onDamage?.(message);
      read?.reject(new StoreError(code, message));
    }
    this.#begin();
  }

  #take(id: number): Read | undefined {
    const read = this.#running.get(id) ?? this.#waiting.get(id);
    clearTimeout(read?.timer);
    this.#running.delete(id);
    this.#waiting.delete(id);
    return read;
  }

  #expire(id: number): void {
    const reader = [...this.#readers].find(({ busy }) => busy === id);
    this.#take(id)?.reject(
      new StoreError('read-late', `a read was not answered within ${this.#deadline} ms`),
    );
    // Its place is free when it is gone: so there are never more of them than there may be.
    reader?.kill();
  }

  #ended(reader: ReaderProcess): void {
    this.#readers.delete(reader);
    const read = reader.busy === undefined ? undefined : this.#running.get(reader.busy);
    if (read !== undefined) {
      this.#running.delete(read.order.id);
      if (read.tries < TRIES) this.#waiting.set(read.order.id, read);
      else {
        this.#take(read.order.id);
        clearTimeout(read.timer);
        read.reject(
          new StoreError(
            'reader-lost',
            reader.isProven ? 'the reader ended' : 'the reader could not be started',
          ),
        );
      }
    }
    if (!this.#isClosed) this.#begin();
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    for (const id of [...this.#waiting.keys(), ...this.#running.keys()]) {
      this.#take(id)?.reject(closing());
    }
    await Promise.all([...this.#readers].map((reader) => reader.close()));
  }
}

function closing(): StoreError {
  return new StoreError('closing', 'the store is being closed');
}
