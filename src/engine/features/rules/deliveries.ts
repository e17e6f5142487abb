/**
 * Sends what rules deliver over the network, again and again until it arrives or is given up.
 *
 *     rule matched ──▶ PENDING ──sent──▶ gone
 *                        │  └──failed──▶ PENDING, due later (exponential, with jitter)
 *                        └──no retry left, too old, or refused for good──▶ DEAD
 *
 * A delivery is a row of the store, so tries go on after a restart. A target may get an event twice: when the server dies
 * between an answer and the commit that notes it. AWS promises no more.
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import { hashOf } from '../../kernel/derived-id.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { Need } from '../../kernel/needs.js';
import type { DestinationAnswer } from '../../kernel/ports.js';
import type { Turn } from '../../kernel/turn.js';
import type { Connections } from './connections.js';
import {
  type Delivery,
  deliveryOf,
  type Exhausted,
  type Failure,
  nextTry,
  policyOf,
  queueOf,
} from './delivery.js';
import { DELIVERIES, type DeliveryRecord } from './delivery-table.js';
import { requestFor } from './destination-request.js';
import type { DeclaredResources } from './resources.js';

/** Milliseconds after which what waits is looked at again in any case. */
const AHEAD = 60_000;
/** Deliveries that are sent at a time, and those of them to one destination: one that hangs leaves room for others. */
const AT_A_TIME = 50;
const AT_A_TIME_EACH = 10;
/** Deliveries to one destination that are held in memory. */
const MAX_QUEUED = 500;
/** Milliseconds that others wait in the store before they are looked at again. */
const BUSY_PAUSE = 1_000;
/** Deliveries that are read together. */
const PAGE = 200;
/** Dead letters that are kept of a team. */
const MAX_DEAD = 10_000;
const BETWEEN_TRIMS = 100;
/** Deliveries of a team that may wait; more go to the dead letters at once. */
const MAX_PENDING = 10_000;

/** Which dead letters are wanted. */
export interface DeadLetterQuery {
  teams?: readonly string[];
  queue?: string;
  /** Only numbers below it: the page after it. */
  below?: number;
  limit: number;
}

export class Deliveries {
  readonly #kernel: Kernel;
  readonly #rules: DeclaredResources;
  readonly #connections: Connections;
  /** What is due and in memory, by the ARN of its destination, the oldest first. */
  readonly #queues: Map<string, DeliveryRecord[]> = new Map();
  /** What is in memory: queued, on its way, or being put off. */
  readonly #known: Set<number> = new Set();
  /** How many are on their way, by the ARN of their destination. */
  readonly #sending: Map<string, number> = new Map();
  #inFlight = 0;
  #buried = 0;
  readonly #pending: Map<string, number> = new Map();
  /** When a destination may be called next, by its ARN. */
  readonly #nextCall: Map<string, number> = new Map();
  readonly #closing = new AbortController();
  #last = 0;
  /** When the store is looked at next. */
  #nextLook = Number.POSITIVE_INFINITY;
  readonly #dueChanged: () => void;
  #isOpen = false;

  constructor(
    kernel: Kernel,
    rules: DeclaredResources,
    connections: Connections,
    dueChanged: () => void,
  ) {
    this.#kernel = kernel;
    this.#rules = rules;
    this.#connections = connections;
    this.#dueChanged = dueChanged;
  }

  async open(): Promise<void> {
    const { store } = this.#kernel;
    this.#last = await store.lastNumber(DELIVERIES);
    const pending = await store.countRows(DELIVERIES, 'team', { status: 'PENDING' });
    for (const [team, count] of Object.entries(pending)) this.#pending.set(team, count);
  }

  async begin(): Promise<void> {
    this.#isOpen = true;
    await this.#watch();
  }

  /** What is on its way or to be tried again, by team. */
  pending(): ReadonlyMap<string, number> {
    return this.#pending;
  }

  /** What was given up and is kept, by team. */
  async dead(): Promise<{ readonly [team: string]: number }> {
    return this.#kernel.reads.countRows(DELIVERIES, 'team', { status: 'DEAD' });
  }

  /** What is on its way stays pending: it is sent again at the next start. */
  close(): void {
    this.#isOpen = false;
    this.#closing.abort();
  }

  /** When the store is looked at next. */
  nextDue(): number | undefined {
    return this.#isOpen && this.#nextLook < Number.POSITIVE_INFINITY
      ? Math.ceil(this.#nextLook)
      : undefined;
  }

  due(): void {
    this.#nextLook = Number.POSITIVE_INFINITY;
    void this.#watch();
  }

  /** What could not be delivered, the newest first. */
  listDead(query: DeadLetterQuery): DeliveryRecord[] | Promise<DeliveryRecord[]> {
    const { teams, queue, below, limit } = query;
    return this.#kernel.reads.listRows(DELIVERIES, {
      where: {
        status: 'DEAD',
        ...(teams === undefined ? {} : { team: teams }),
        ...(queue === undefined ? {} : { queue }),
      },
      ...(below === undefined ? {} : { below: { number: below } }),
      order: { by: ['number'], down: true },
      limit,
    });
  }

  /** Stores a delivery in this turn; it is sent after the commit. */
  enqueue(turn: Turn, team: string, delivery: Delivery): void {
    if ((this.#pending.get(team) ?? 0) >= MAX_PENDING) {
      const message = `${MAX_PENDING} deliveries of the team wait already.`;
      this.bury(turn, team, delivery, { code: 'THROTTLING', message });
      return;
    }
    this.#count(turn, team, 1);
    const record = { ...this.#newRecord(team, delivery), status: 'PENDING' } as const;
    this.#put(turn, record);
    turn.afterCommit(() => {
      // What finds no room is read from the store when there is some.
      if (this.#isOpen && this.#admit(record)) this.#wakeAt(this.#pump());
      else this.#wakeAt(this.#kernel.time.now() + BUSY_PAUSE);
    });
  }

  /** Writes a dead letter in this turn, for what is not tried at all. */
  bury(turn: Turn, team: string, delivery: Delivery, failure: Failure): void {
    this.#put(turn, { ...this.#newRecord(team, delivery), status: 'DEAD', failure });
    this.#trim(turn, team);
  }

  /** Of each team the newest dead letters are kept. Now and then is enough: the bound is there for the disk. */
  #trim(turn: Turn, team: string): void {
    this.#buried += 1;
    if (this.#buried % BETWEEN_TRIMS !== 0) return;
    const where = { status: 'DEAD', team } as const;
    const order = { by: ['number'], down: true } as const;
    const need: Need<DeliveryRecord[]> = {
      key: `dead letters of ${team}`,
      read: () =>
        this.#kernel.store.listRows(DELIVERIES, { where, order, limit: 1, offset: MAX_DEAD }),
    };
    turn.also({
      needs: () => [need],
      perform(later) {
        const [oldest] = later.known(need);
        const { number: upTo } = oldest ?? {};
        if (upTo !== undefined) later.removeRange(DELIVERIES, { where, column: 'number', upTo });
        return 'done';
      },
    });
  }

  /** The dead letters that were given up first. */
  oldest(limit: number): Need<DeliveryRecord[]> {
    return {
      key: `oldest ${limit} dead letters`,
      read: () => this.#kernel.store.listRows(DELIVERIES, { where: { status: 'DEAD' }, limit }),
    };
  }

  /** Removes up to so many dead letters that were given up before a moment. Answers whether there may be more. */
  removeOld(turn: Turn, before: number, limit: number): boolean {
    const old = turn.known(this.oldest(limit)).filter(({ dueAt }) => dueAt < before);
    for (const { number } of old) turn.remove(DELIVERIES, [number]);
    return old.length === limit;
  }

  #newRecord(team: string, delivery: Delivery): Omit<DeliveryRecord, 'status'> {
    this.#last += 1;
    const now = this.#kernel.time.now();
    return {
      number: this.#last,
      team,
      queue: queueOf(delivery.target),
      dueAt: now,
      createdAt: now,
      attempts: 0,
      request: delivery as unknown as JsonObject,
    };
  }

  #put(turn: Turn, record: DeliveryRecord): void {
    turn.put(DELIVERIES, record);
  }

  /** What has changed of one that was there. */
  #change(turn: Turn, { number, status, dueAt, attempts, failure }: DeliveryRecord): void {
    const why = failure === undefined ? {} : { failure };
    turn.change(DELIVERIES, [number], { status, dueAt, attempts, ...why });
  }

  #count(turn: Turn, team: string, change: number): void {
    this.#pending.set(team, (this.#pending.get(team) ?? 0) + change);
    turn.afterFailure(() => this.#pending.set(team, (this.#pending.get(team) ?? 0) - change));
  }

  /** Sees to it that the store is looked at then, or sooner. */
  #wakeAt(at: number): void {
    if (!this.#isOpen || at >= this.#nextLook) return;
    this.#nextLook = at;
    this.#dueChanged();
  }

  /** Takes a delivery that is due into memory, unless enough wait for its destination there. */
  #admit(record: DeliveryRecord): boolean {
    const { Arn } = deliveryOf(record).target;
    const queue = this.#queues.get(Arn) ?? [];
    if (queue.length >= MAX_QUEUED) return false;
    queue.push(record);
    this.#queues.set(Arn, queue);
    this.#known.add(record.number);
    return true;
  }

  /** Sends what may be sent now. Answers when more may be, in milliseconds since the epoch. */
  #pump(): number {
    const now = this.#kernel.time.now();
    let wake = now + AHEAD;
    for (const [arn, queue] of this.#queues) {
      const sending = this.#sending.get(arn) ?? 0;
      const free = Math.min(AT_A_TIME_EACH - sending, AT_A_TIME - this.#inFlight);
      for (let left = free; left > 0 && queue.length > 0; left -= 1) {
        const at = this.#nextCall.get(arn) ?? 0;
        if (at > now) {
          wake = Math.min(wake, at);
          break;
        }
        const record = queue.shift() as DeliveryRecord;
        this.#takeTurn(record, arn, now);
        void this.#send(record);
      }
      if (queue.length === 0) this.#queues.delete(arn);
    }
    return wake;
  }

  /** A destination is called no more often than it says. */
  #takeTurn({ team }: DeliveryRecord, arn: string, now: number): void {
    this.#inFlight += 1;
    this.#sending.set(arn, (this.#sending.get(arn) ?? 0) + 1);
    const rate = this.#rules.destinationOf(team, arn)?.ratePerSecond;
    if (rate === undefined) return;
    if (this.#nextCall.size > MAX_PENDING) this.#nextCall.clear();
    this.#nextCall.set(arn, Math.max(now, this.#nextCall.get(arn) ?? 0) + 1_000 / rate);
  }

  /** Takes what is due from the store, sends, and sets the timer for what is due next. */
  async #watch(): Promise<void> {
    if (!this.#isOpen) return;
    const now = this.#kernel.time.now();
    const limit = this.#known.size + PAGE;
    const looked = await this.#kernel.store.listRows(DELIVERIES, {
      where: { status: 'PENDING' },
      order: { by: ['dueAt', 'number'] },
      limit,
    });
    if (!this.#isOpen) return;
    let wake = now + AHEAD;
    const later: DeliveryRecord[] = [];
    for (const record of looked) {
      if (this.#known.has(record.number)) continue;
      if (record.dueAt > now) {
        wake = Math.min(wake, record.dueAt);
        break;
      }
      if (!this.#admit(record)) later.push({ ...record, dueAt: now + BUSY_PAUSE });
    }
    if (later.length > 0) this.#postpone(later);
    // There may be more behind this page.
    else if (looked.length === limit && (looked.at(-1)?.dueAt ?? 0) <= now) wake = now;
    wake = Math.min(wake, this.#pump());
    // Without anything that waits, nothing need be looked at until something comes.
    if (looked.length > 0) this.#wakeAt(wake);
  }

  /** Written down, so that what waits for one destination does not stand in the way of others. */
  #postpone(records: readonly DeliveryRecord[]): void {
    for (const { number } of records) this.#known.add(number);
    this.#kernel.submit({
      perform: (turn) => {
        for (const record of records) this.#change(turn, record);
        turn.afterCommit(() => {
          for (const { number } of records) this.#known.delete(number);
          void this.#watch();
        });
        return 'done';
      },
    });
  }

  async #send(record: DeliveryRecord): Promise<void> {
    const delivery = deliveryOf(record);
    const { destinations, time } = this.#kernel;
    let answer: DestinationAnswer;
    if (time.now() - record.createdAt > policyOf(delivery.target).ageMs) {
      this.#settle(record, { exhausted: 'MaximumEventAgeInSeconds' });
      return;
    }
    const request = await requestFor(this.#rules, this.#connections, record.team, delivery);
    if ('code' in request) answer = { type: 'refused', failure: request };
    else if (destinations === undefined) {
      const failure = {
        code: 'NO_RESOURCE',
        message: 'This server sends nothing over the network.',
      };
      answer = { type: 'refused', failure };
    } else {
      answer = await destinations.send(request, this.#closing.signal);
      if (answer.type === 'failed' && answer.isUnauthorized === true) {
        const { target } = delivery;
        const destination = this.#rules.destinationOf(record.team, target.Arn);
        if (destination) this.#connections.refused(record.team, destination.connection);
      }
    }
    // What the closing cut off says nothing about the target.
    if (this.#isOpen) this.#settle(record, { answer });
  }

  #settle(
    record: DeliveryRecord,
    came: { answer: DestinationAnswer } | { exhausted: Exhausted },
  ): void {
    this.#kernel.submit({
      perform: (turn) => {
        const after = this.#after(record, came);
        if (after?.status !== 'PENDING') this.#count(turn, record.team, -1);
        if (after?.status === 'DEAD') this.#trim(turn, record.team);
        if (after) this.#change(turn, after);
        else turn.remove(DELIVERIES, [record.number]);
        turn.afterCommit(() => {
          this.#known.delete(record.number);
          this.#arrived(deliveryOf(record).target.Arn);
          if (after?.status === 'PENDING') this.#wakeAt(after.dueAt);
        });
        return 'done';
      },
    });
  }

  /** A try has ended: another one may begin. */
  #arrived(arn: string): void {
    this.#inFlight -= 1;
    const left = (this.#sending.get(arn) ?? 1) - 1;
    if (left > 0) this.#sending.set(arn, left);
    else this.#sending.delete(arn);
    if (this.#isOpen) this.#wakeAt(this.#pump());
  }

  /** What the store keeps of a delivery after a try: nothing when it has arrived. */
  #after(
    record: DeliveryRecord,
    came: { answer: DestinationAnswer } | { exhausted: Exhausted },
  ): DeliveryRecord | undefined {
    const now = this.#kernel.time.now();
    const dead = (
      attempts: number,
      failure: Failure & { exhausted?: Exhausted },
    ): DeliveryRecord => ({
      ...record,
      status: 'DEAD',
      dueAt: now,
      attempts,
      failure,
    });
    if ('exhausted' in came) {
      const known = record.failure as Failure | undefined;
      const failure = known ?? {
        code: 'EXPIRED',
        message: 'The event grew too old to be delivered.',
      };
      return dead(record.attempts, { ...failure, exhausted: came.exhausted });
    }
    const { answer } = came;
    if (answer.type === 'arrived') return undefined;
    const failed = record.attempts + 1;
    if (answer.type === 'refused') return dead(failed, answer.failure);
    const chance = Number.parseInt(hashOf(this.#kernel.random.seed()).slice(0, 8), 16) / 2 ** 32;
    const { target } = deliveryOf(record);
    const next = nextTry(policyOf(target), { createdAt: record.createdAt, failed, now, chance });
    if ('exhausted' in next) return dead(failed, { ...answer.failure, exhausted: next.exhausted });
    const at = Math.max(next.at, now + Math.min(answer.retryAfterMs ?? 0, AHEAD));
    return { ...record, dueAt: at, attempts: failed, failure: answer.failure };
  }
}
