/**
 * A lane: what waits for one channel, and what of it may be sent now.
 *
 *     store, in the order of numbers ──a page──▶ window ──next──▶ one to send │ many to fold │ nothing before a moment
 *
 *     working ──3 tries in a row have failed──▶ down: one try at a time, further and further apart, a minute at most
 *        ▲                                        │
 *        └────────── one has succeeded ───────────┘ and all that waits is due
 *
 * Within a thread the order is kept: a later message waits until the one before it is delivered or given up. Nothing passes a
 * summary, which tells of many threads. Of what waits only a window is in memory.
 * @module
 */
import type { DeliveryRow } from './notification-tables.js';

/** Deliveries of a channel that are in memory, at most. */
export const WINDOW = 200;
/** Messages that wait before they are told as one. */
export const STORM = 20;
/** Tries in a row that have failed before a channel counts as down. */
const DOWN = 3;
/** Sent by one channel at a time while it works. */
const AT_A_TIME = 10;
const FIRST_PAUSE = 1_000;
const LONGEST_PAUSE = 60_000;

/**
 * Milliseconds before the next try: twice as long each time up to a minute, and somewhere in the upper half of that.
 * @param failed tries that have failed
 * @param chance 0 to 1
 * @example pauseAfter(1, 0.5) // 750
 */
export function pauseAfter(failed: number, chance: number): number {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failed - 1, 20));
  return Math.round(longest / 2 + (chance * longest) / 2);
}

interface Waiting {
  row: DeliveryRow;
  isSending: boolean;
}

export type Next =
  | { readonly type: 'send'; readonly row: DeliveryRow }
  | { readonly type: 'fold'; readonly rows: readonly [DeliveryRow, ...DeliveryRow[]] }
  /** Undefined: nothing is to be done until something happens. */
  | { readonly type: 'wait'; readonly until: number | undefined };

export interface LaneRules {
  readonly perSecond: number;
  readonly folds: boolean;
}

export class Lane {
  readonly team: string;
  readonly channel: string;
  /** In the order of numbers. */
  #window: Waiting[] = [];
  #sending = 0;
  #failures = 0;
  /** Nothing is sent before, in milliseconds since the epoch. */
  #openAt = 0;
  /** The greatest number that was taken into the window. */
  #taken = 0;
  /** The store has some that are not in the window. */
  #isBehind: boolean;
  #isReading = false;
  /** More became durable while the store was read: what was read may be without it. */
  #cameMeanwhile = false;
  #isFolding = false;

  /** @param isBehind whether there may be some in the store */
  constructor(team: string, channel: string, isBehind: boolean) {
    this.team = team;
    this.channel = channel;
    this.#isBehind = isBehind;
  }

  get isEmpty(): boolean {
    return this.#window.length === 0 && !this.#isBehind && !this.#isReading;
  }

  get isDown(): boolean {
    return this.#failures >= DOWN;
  }

  /** Where the store is to be read, when there is room: above this number, so many. */
  get wants(): { above: number; limit: number } | undefined {
    const limit = WINDOW - this.#window.length;
    if (!this.#isBehind || this.#isReading || this.#isFolding || limit < WINDOW / 2)
      return undefined;
    return { above: this.#taken, limit };
  }

  reading(): void {
    this.#isReading = true;
  }

  /** What the store had. @param limit that was asked for */
  took(rows: readonly DeliveryRow[], limit: number): void {
    this.#isReading = false;
    for (const row of rows) this.#take(row);
    if (rows.length < limit) this.#isBehind = this.#cameMeanwhile;
    this.#cameMeanwhile = false;
  }

  /** The store could not be read: it is asked again. */
  readFailed(): void {
    this.#isReading = false;
  }

  /** One that is durable now. It is taken when all before it are. */
  add(row: DeliveryRow): void {
    if (this.#isReading) this.#cameMeanwhile = true;
    if (this.#isReading || this.#window.length >= WINDOW) this.#isBehind = true;
    else if (!this.#isBehind) this.#take(row);
  }

  /** One that had been given up, or waits: it is due now. */
  again(row: DeliveryRow, wasGivenUp: boolean): void {
    this.#openAt = Math.min(this.#openAt, row.dueAt);
    const known = this.#window.find((one) => one.row.number === row.number);
    if (known !== undefined) known.row = row;
    // What lies behind the window is read in its turn; what waited and is not there has just arrived.
    else if (wasGivenUp && (row.number <= this.#taken || !this.#isBehind)) this.#take(row);
  }

  #take(row: DeliveryRow): void {
    const { number } = row;
    if (this.#window.some((one) => one.row.number === number)) return;
    const at = this.#window.findIndex((one) => one.row.number > number);
    const waiting = { row, isSending: false };
    if (at < 0) this.#window.push(waiting);
    else this.#window.splice(at, 0, waiting);
    this.#taken = Math.max(this.#taken, number);
  }

  /** What is to be done now. */
  next(now: number, { folds }: LaneRules): Next {
    const most = this.isDown ? 1 : AT_A_TIME;
    if (this.#isFolding || this.#sending >= most) return { type: 'wait', until: undefined };
    if (this.#openAt > now) return { type: 'wait', until: this.#openAt };
    if (folds && !this.isDown) {
      const rows = this.#storm();
      // What is on its way arrives first: the summary may go on with its threads.
      if (rows !== undefined && this.#sending > 0) return { type: 'wait', until: undefined };
      if (rows !== undefined) return { type: 'fold', rows };
    }
    let until: number | undefined;
    const blocked = new Set<string>();
    for (const { row, isSending } of this.#window) {
      const place = placeOf(row);
      const isReady = !isSending && !blocked.has(place);
      if (isReady && row.dueAt <= now) return { type: 'send', row };
      if (isReady) until = Math.min(until ?? row.dueAt, row.dueAt);
      blocked.add(place);
      if (row.kind === 'summary') break;
    }
    return { type: 'wait', until };
  }

  /** Those of one address that are too many, unless a summary is on its way already. */
  #storm(): readonly [DeliveryRow, ...DeliveryRow[]] | undefined {
    if (this.#window.length <= STORM) return undefined;
    const byAddress = new Map<string, DeliveryRow[]>();
    for (const { row, isSending } of this.#window) {
      if (row.kind === 'summary') break;
      if (isSending) continue;
      const own = byAddress.get(row.address ?? '') ?? [];
      own.push(row);
      byAddress.set(row.address ?? '', own);
    }
    for (const [first, ...rest] of byAddress.values()) {
      if (first !== undefined && rest.length >= STORM) return [first, ...rest];
    }
    return undefined;
  }

  folding(): void {
    this.#isFolding = true;
  }

  /** They are told by this one, which stands where the last of them stood. */
  folded(rows: readonly DeliveryRow[], summary: DeliveryRow): void {
    const gone = new Set(rows.map(({ number }) => number));
    this.#window = this.#window.filter(({ row }) => !gone.has(row.number));
    this.#isFolding = false;
    this.#take(summary);
  }

  sent({ number }: DeliveryRow, now: number, { perSecond }: LaneRules): void {
    const waiting = this.#window.find(({ row }) => row.number === number);
    if (waiting !== undefined) waiting.isSending = true;
    this.#sending += 1;
    this.#openAt = Math.max(this.#openAt, now) + 1_000 / perSecond;
  }

  /** It has arrived, or was given up. */
  ended({ number }: DeliveryRow, outcome: 'delivered' | 'given up', now: number): void {
    this.#sending -= 1;
    this.#window = this.#window.filter(({ row }) => row.number !== number);
    if (outcome === 'given up') return;
    if (this.isDown) {
      for (const one of this.#window) one.row = { ...one.row, dueAt: Math.min(one.row.dueAt, now) };
    }
    this.#failures = 0;
  }

  /**
   * A try has failed.
   * @param row with when it is tried again
   * @param askedMs that the service asks to be left alone
   */
  failed(row: DeliveryRow, askedMs: number, chance: number, now: number): void {
    this.#sending -= 1;
    this.#failures += 1;
    const waiting = this.#window.find((one) => one.row.number === row.number);
    if (waiting !== undefined) {
      waiting.row = row;
      waiting.isSending = false;
    }
    const pause = this.isDown ? pauseAfter(this.#failures - DOWN + 1, chance) : 0;
    this.#openAt = Math.max(this.#openAt, now + Math.max(pause, askedMs));
  }
}

/** Within it the order is kept. */
function placeOf({ thread, address = '' }: DeliveryRow): string {
  return `${address}\n${thread}`;
}
