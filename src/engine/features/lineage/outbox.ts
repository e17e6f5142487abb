/**
 * Sends events of OpenLineage, in order and until they have arrived.
 *
 *     execution begun, ended ──commit──▶ row ──its turn──▶ facts of it are read, the event is sent ──arrived──▶ row gone
 *                                         └─ failed: the same again, later and later │ refused: gone, counted, and said
 *
 * The row says of whom the event is and no more: what it tells is read when it is sent, so nothing is kept twice, and a receiver that is away for
 * a day costs a row of four numbers for each event. Events are sent again after a crash: receivers know a run by its id.
 * @module
 */
import type { ActiveExecution } from '../../kernel/active-execution.js';
import { wasSkipped } from '../../kernel/facts.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Destinations } from '../../kernel/ports.js';
import type { Turn } from '../../kernel/turn.js';
import { OUTBOX, type OutboxRow } from './lineage-tables.js';
import type { KnownDatasets } from './peers.js';
import { eventsOf } from './run-facts.js';

export interface OpenLineageConfig {
  /** Events are posted there: `http://marquez:5000/api/v1/lineage`. */
  readonly url: string;
  /** Sent with each; by names in small letters. Default: none. */
  readonly headers?: { readonly [name: string]: string };
  /** Version of Millrace, told with each. */
  readonly version: string;
  readonly destinations: Destinations;
}

/** What became of events, since the server was started. */
export interface OutboxCounts {
  /** Without credentials. */
  readonly to: string;
  readonly sent: number;
  readonly waiting: number;
  /** Refused by the receiver, or too many waited. */
  readonly lost: number;
  /** Why the last try failed; absent: it did not. */
  readonly failure?: string;
}

/** Milliseconds before the next try, and at most. */
const AGAIN = 1_000;
const MOST_AGAIN = 300_000;
/** Events that wait; of more the oldest are lost. */
const MOST_WAITING = 100_000;
const PAGE = 100;

export class Outbox {
  readonly #kernel: Kernel;
  readonly #datasets: KnownDatasets;
  readonly #config: OpenLineageConfig;
  readonly #shown: string;
  readonly #url: string;
  readonly #authorization: { authorization?: string };
  readonly #closing = new AbortController();
  #last = 0;
  #waiting = 0;
  #sent = 0;
  #lost = 0;
  #failures = 0;
  #failure: string | undefined;
  #isOpen = false;
  #sending: Promise<void> | undefined;
  /** When the next try is due; undefined: as soon as something waits. */
  #due: number | undefined;

  readonly #dueChanged: () => void;

  constructor(
    kernel: Kernel,
    datasets: KnownDatasets,
    config: OpenLineageConfig,
    dueChanged: () => void,
  ) {
    this.#dueChanged = dueChanged;
    this.#kernel = kernel;
    this.#datasets = datasets;
    this.#config = config;
    const url = new URL(config.url);
    const { username, password } = url;
    const pair = `${decodeURIComponent(username)}:${decodeURIComponent(password)}`;
    this.#authorization =
      username === '' ? {} : { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
    url.username = '';
    url.password = '';
    this.#url = url.href;
    url.search = '';
    this.#shown = url.href;
  }

  get counts(): OutboxCounts {
    return {
      to: this.#shown,
      sent: this.#sent,
      waiting: this.#waiting,
      lost: this.#lost,
      ...(this.#failure === undefined ? {} : { failure: this.#failure }),
    };
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    this.#last = await store.lastNumber(OUTBOX);
    const first = await store.listRows(OUTBOX, { limit: 1 });
    this.#waiting = first[0] === undefined ? 0 : this.#last - first[0].number + 1;
  }

  begin(): void {
    this.#isOpen = true;
    this.#go();
  }

  async close(): Promise<void> {
    this.#isOpen = false;
    this.#closing.abort();
    await this.#sending;
  }

  /** Children of map runs are part of their execution, and one that was not let begin has read and written nothing. */
  add(turn: Turn, execution: ActiveExecution, type: OutboxRow['type']): void {
    if (execution.creation.mapRun !== undefined || wasSkipped(execution)) return;
    this.#last += 1;
    const at = this.#kernel.time.now();
    turn.put(OUTBOX, { number: this.#last, execution: execution.number, type, at });
    turn.afterCommit(() => {
      this.#waiting += 1;
      this.#go();
    });
  }

  nextDue(): number | undefined {
    return this.#due;
  }

  due(): void {
    if (this.#due === undefined || this.#kernel.time.now() < this.#due) return;
    this.#due = undefined;
    this.#go();
  }

  #go(): void {
    if (!this.#isOpen || this.#sending !== undefined || this.#due !== undefined) return;
    if (this.#waiting === 0) return;
    this.#sending = this.#sendAll()
      // A store that cannot be read now is asked again with the next try.
      .catch((error: unknown) =>
        this.#failed(error instanceof Error ? error.message : String(error)),
      )
      .then(() => {
        this.#sending = undefined;
        this.#go();
      });
  }

  async #sendAll(): Promise<void> {
    while (this.#isOpen && this.#due === undefined) {
      const rows = await this.#kernel.store.listRows(OUTBOX, { limit: PAGE });
      if (rows.length === 0) {
        this.#waiting = 0;
        return;
      }
      const over = Math.max(0, this.#waiting - MOST_WAITING);
      const done: number[] = [];
      for (const [at, row] of rows.entries()) {
        if (!this.#isOpen) break;
        if (at < over) this.#lost += 1;
        else if (!(await this.#send(row))) break;
        done.push(row.number);
      }
      if (done.length > 0) {
        await this.#kernel.write((turn) => {
          for (const number of done) turn.remove(OUTBOX, [number]);
        });
        this.#waiting = Math.max(0, this.#waiting - done.length);
      }
    }
  }

  /** Whether it needs no other try. */
  async #send(row: OutboxRow): Promise<boolean> {
    const { headers = {}, version, destinations } = this.#config;
    for (const event of await eventsOf(this.#kernel, this.#datasets, row, version)) {
      const answer = await destinations.send(
        {
          url: this.#url,
          method: 'POST',
          headers: { 'content-type': 'application/json', ...this.#authorization, ...headers },
          body: JSON.stringify(event),
        },
        this.#closing.signal,
      );
      if (answer.type === 'failed') {
        this.#failed(answer.failure.message, answer.retryAfterMs);
        return false;
      }
      if (answer.type === 'refused') {
        this.#lost += 1;
        this.#failure = answer.failure.message;
        return true;
      }
      this.#sent += 1;
    }
    this.#failures = 0;
    this.#failure = undefined;
    return true;
  }

  #failed(message: string, asked = 0): void {
    this.#failure = message;
    const pause = Math.max(asked, Math.min(MOST_AGAIN, AGAIN * 2 ** this.#failures));
    this.#failures += 1;
    if (!this.#isOpen) return;
    this.#due = this.#kernel.time.now() + Math.min(pause, MOST_AGAIN);
    this.#dueChanged();
  }
}
