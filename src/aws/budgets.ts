/**
 * Turns of calls, so that this server takes no more of an account than its share, and a place that hangs holds up no other.
 *
 *     call ──▶ waits in the line of its place and API ──turn──▶ in flight ──▶ done │ throttled
 *                 tasks before looks                                     │        └─▶ the rate of that API is halved
 *                 a token of the API's bucket                            └─▶ the rate grows a little
 *
 * An API is an action of a service in one account and region: AWS throttles them one by one. The rate falls by half when AWS
 * throttles, at most once a second, and grows again with every answer (additive increase, multiplicative decrease). Calls
 * that wait for work over there (a function) are counted apart, since they take minutes.
 * @module
 */

export interface BudgetLimits {
  /** Calls a second that an API begins with, and the most that it is allowed. Default: 20 and 50. */
  readonly rate: number;
  readonly mostRate: number;
  /** Calls in flight, of one place and altogether. Default: 16 and 96. */
  readonly placeInFlight: number;
  readonly inFlight: number;
  /** The same for calls that wait for work. Default: 512. */
  readonly longInFlight: number;
  /** Calls that may wait for their turn. Default: 20,000. */
  readonly waiting: number;
  /** Milliseconds that a call may wait for its turn. Default: 300,000. */
  readonly longestWait: number;
}

export const BUDGET_LIMITS: BudgetLimits = {
  rate: 20,
  mostRate: 50,
  placeInFlight: 16,
  inFlight: 96,
  longInFlight: 512,
  waiting: 20_000,
  longestWait: 300_000,
};

/** Slower than that an API is never asked. */
const LEAST_RATE = 0.2;
const GROWTH = 0.2;
/** Part of all that is in flight which looks may take: a task finds a place at once. */
const SHARE_OF_LOOKS = 0.75;

export interface Turn {
  /** One of `done`, `throttled`; afterwards the turn is over. */
  done(): void;
  throttled(): void;
}

/** Why there was no turn: nobody waits any more, or too many do, or too long. */
export type NoTurn = 'aborted' | 'crowded';

export interface Asked {
  /** Account and region. */
  readonly place: string;
  /** Service and action. */
  readonly api: string;
  readonly urgency: 'task' | 'look';
  /** It waits for work over there. */
  readonly isLong: boolean;
  readonly signal: AbortSignal | undefined;
}

interface Waiter {
  readonly asked: Asked;
  readonly since: number;
  grant(turn: Turn | NoTurn): void;
}

interface Bucket {
  tokens: number;
  rate: number;
  filledAt: number;
  halvedAt: number;
  readonly task: Waiter[];
  readonly look: Waiter[];
}

interface Place {
  inFlight: number;
  readonly apis: Map<string, Bucket>;
}

export class Budgets {
  readonly #limits: BudgetLimits;
  readonly #now: () => number;
  readonly #places = new Map<string, Place>();
  #inFlight = 0;
  #looks = 0;
  #long = 0;
  #waiting = 0;
  #alarm: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(limits: BudgetLimits, now: () => number) {
    this.#limits = limits;
    this.#now = now;
  }

  /** Waits for its turn. */
  take(asked: Asked): Promise<Turn | NoTurn> {
    if (this.#isClosed || asked.signal?.aborted) return Promise.resolve('aborted');
    if (this.#waiting >= this.#limits.waiting) return Promise.resolve('crowded');
    return new Promise((resolve) => {
      const bucket = this.#bucketOf(asked);
      const line = bucket[asked.urgency];
      const giveUp = (): void => {
        const at = line.indexOf(waiter);
        if (at < 0) return;
        line.splice(at, 1);
        this.#waiting -= 1;
        waiter.grant('aborted');
      };
      const waiter: Waiter = {
        asked,
        since: this.#now(),
        grant(turn) {
          asked.signal?.removeEventListener('abort', giveUp);
          resolve(turn);
        },
      };
      asked.signal?.addEventListener('abort', giveUp, { once: true });
      line.push(waiter);
      this.#waiting += 1;
      this.#serve();
    });
  }

  /** Calls that wait for their turn now. */
  get waiting(): number {
    return this.#waiting;
  }

  /** The rate of an API, in calls a second. */
  rateOf(place: string, api: string): number {
    return this.#places.get(place)?.apis.get(api)?.rate ?? this.#limits.rate;
  }

  close(): void {
    this.#isClosed = true;
    clearTimeout(this.#alarm);
    for (const { apis } of this.#places.values()) {
      for (const { task, look } of apis.values()) {
        for (const waiter of [...task.splice(0), ...look.splice(0)]) waiter.grant('aborted');
      }
    }
    this.#waiting = 0;
  }

  #bucketOf({ place, api }: Asked): Bucket {
    let found = this.#places.get(place);
    if (found === undefined) {
      found = { inFlight: 0, apis: new Map() };
      this.#places.set(place, found);
    }
    let bucket = found.apis.get(api);
    if (bucket === undefined) {
      const { rate } = this.#limits;
      const now = this.#now();
      bucket = { tokens: rate, rate, filledAt: now, halvedAt: -1_000, task: [], look: [] };
      found.apis.set(api, bucket);
    }
    return bucket;
  }

  /** Gives turns to all who can have one; wakes again when the next token is there. */
  #serve(): void {
    clearTimeout(this.#alarm);
    if (this.#waiting === 0 || this.#isClosed) return;
    const now = this.#now();
    let soonest = Number.POSITIVE_INFINITY;
    for (const urgency of ['task', 'look'] as const) {
      for (const [name, place] of this.#places) {
        for (const bucket of place.apis.values()) {
          soonest = Math.min(soonest, this.#serveLine(name, place, bucket, urgency, now));
        }
      }
    }
    if (!Number.isFinite(soonest) || this.#waiting === 0) return;
    this.#alarm = setTimeout(() => this.#serve(), Math.max(1, Math.ceil(soonest)));
  }

  /** @returns milliseconds until somebody in this line should be looked at again; infinite when an end in flight will do it */
  #serveLine(
    name: string,
    place: Place,
    bucket: Bucket,
    urgency: 'task' | 'look',
    now: number,
  ): number {
    const line = bucket[urgency];
    if (line.length === 0) return Number.POSITIVE_INFINITY;
    const { mostRate, longestWait } = this.#limits;
    while (line[0] !== undefined && now - line[0].since > longestWait) {
      this.#waiting -= 1;
      line.shift()?.grant('crowded');
    }
    bucket.tokens = Math.min(
      Math.max(1, Math.min(bucket.rate, mostRate)),
      bucket.tokens + ((now - bucket.filledAt) / 1000) * bucket.rate,
    );
    bucket.filledAt = now;
    while (line[0] !== undefined && bucket.tokens >= 1 && this.#hasRoom(place, line[0].asked)) {
      const waiter = line.shift() as Waiter;
      bucket.tokens -= 1;
      this.#waiting -= 1;
      waiter.grant(this.#begin(name, place, bucket, waiter.asked));
    }
    if (line.length === 0) return Number.POSITIVE_INFINITY;
    return bucket.tokens < 1 ? ((1 - bucket.tokens) / bucket.rate) * 1000 : 1_000;
  }

  #hasRoom(place: Place, { isLong, urgency }: Asked): boolean {
    const { inFlight, placeInFlight, longInFlight } = this.#limits;
    if (isLong) return this.#long < longInFlight;
    if (this.#inFlight >= inFlight || place.inFlight >= placeInFlight) return false;
    return urgency === 'task' || this.#looks < Math.max(1, inFlight * SHARE_OF_LOOKS);
  }

  #begin(_name: string, place: Place, bucket: Bucket, { isLong, urgency }: Asked): Turn {
    const count = (by: 1 | -1): void => {
      if (isLong) {
        this.#long += by;
        return;
      }
      this.#inFlight += by;
      place.inFlight += by;
      if (urgency === 'look') this.#looks += by;
    };
    count(1);
    let isOver = false;
    const end = (change: () => void): void => {
      if (isOver) return;
      isOver = true;
      count(-1);
      change();
      this.#serve();
    };
    return {
      done: () =>
        end(() => {
          bucket.rate = Math.min(this.#limits.mostRate, bucket.rate + GROWTH);
        }),
      throttled: () =>
        end(() => {
          const now = this.#now();
          bucket.tokens = 0;
          bucket.filledAt = now;
          // Calls that were in flight together are throttled together, and that is one sign.
          if (now - bucket.halvedAt < 1_000) return;
          bucket.halvedAt = now;
          bucket.rate = Math.max(LEAST_RATE, bucket.rate / 2);
        }),
    };
  }
}
