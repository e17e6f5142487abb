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
import type { JsonObject } from '../../asl/json.js';
import type { DeliveryRecord } from '../../store/store.js';
import type { Machinery } from '../machinery.js';
import type { WebhookAnswer } from '../ports.js';
import type { Turn } from '../turn.js';
import {
  type Delivery,
  deliveryOf,
  type Exhausted,
  type Failure,
  nextTry,
  policyOf,
  queueOf,
} from './delivery.js';
import type { EventRuleHost } from './event-rule-host.js';
import { hashOf } from './targets.js';
import { requestFor } from './webhook-request.js';

/** Milliseconds that a timer of the operating system is set ahead, at most. */
const AHEAD = 60_000;
/** Deliveries that are sent at a time, and those of them to one destination: one that hangs leaves room for others. */
const AT_A_TIME = 50;
const AT_A_TIME_EACH = 10;
/** Milliseconds that a delivery waits whose destination has enough to do. */
const BUSY_PAUSE = 1_000;
/** Deliveries that are looked at together. */
const PAGE = 100;
/** Deliveries of a team that may wait; more go to the dead letters at once. */
const MAX_PENDING = 10_000;

export class DeliveryHost {
  readonly #parts: Machinery;
  readonly #rules: EventRuleHost;
  /** What is on its way, and where to. */
  readonly #sending: Map<number, string> = new Map();
  /** What is being put off. */
  readonly #moving: Set<number> = new Set();
  /** What was put off until it is its turn. */
  readonly #promised: Set<number> = new Set();
  readonly #pending: Map<string, number> = new Map();
  /** When a destination may be called next, by its ARN. */
  readonly #nextCall: Map<string, number> = new Map();
  readonly #closing = new AbortController();
  #last = 0;
  #cancelWake: (() => void) | undefined;
  #isOpen = false;

  constructor(parts: Machinery, rules: EventRuleHost) {
    this.#parts = parts;
    this.#rules = rules;
  }

  async open(): Promise<void> {
    const { store } = this.#parts;
    this.#last = await store.lastDeliveryNumber();
    for (const [team, count] of Object.entries(await store.countPendingDeliveries())) {
      this.#pending.set(team, count);
    }
    this.#isOpen = true;
    await this.#watch();
  }

  /** What is on its way stays pending: it is sent again at the next start. */
  close(): void {
    this.#isOpen = false;
    this.#cancelWake?.();
    this.#closing.abort();
  }

  /** Stores a delivery in this turn; it is sent after the commit. */
  enqueue(turn: Turn, team: string, delivery: Delivery): void {
    if ((this.#pending.get(team) ?? 0) >= MAX_PENDING) {
      const message = `${MAX_PENDING} deliveries of the team wait already.`;
      this.bury(turn, team, delivery, { code: 'THROTTLING', message });
      return;
    }
    this.#count(turn, team, 1);
    this.#put(turn, { ...this.#newRecord(team, delivery), status: 'PENDING' });
    turn.afterCommit(() => void this.#watch());
  }

  /** Writes a dead letter in this turn, for what is not tried at all. */
  bury(turn: Turn, team: string, delivery: Delivery, failure: Failure): void {
    this.#put(turn, { ...this.#newRecord(team, delivery), status: 'DEAD', failure });
  }

  #newRecord(team: string, delivery: Delivery): Omit<DeliveryRecord, 'status'> {
    this.#last += 1;
    const now = this.#parts.time.now();
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
    turn.deliveries.push({ number: record.number, record });
  }

  #count(turn: Turn, team: string, change: number): void {
    this.#pending.set(team, (this.#pending.get(team) ?? 0) + change);
    turn.afterFailure(() => this.#pending.set(team, (this.#pending.get(team) ?? 0) - change));
  }

  /** Sends what is due, and sets the timer for what is due next. */
  async #watch(): Promise<void> {
    this.#cancelWake?.();
    if (!this.#isOpen) return;
    const now = this.#parts.time.now();
    const busy = this.#sending.size + this.#moving.size;
    const looked = await this.#parts.store.listDueDeliveries(Number.MAX_SAFE_INTEGER, busy + PAGE);
    if (!this.#isOpen) return;
    let wake = now + AHEAD;
    const later: DeliveryRecord[] = [];
    for (const record of looked) {
      if (this.#sending.has(record.number) || this.#moving.has(record.number)) continue;
      if (record.dueAt > now) {
        wake = Math.min(wake, record.dueAt);
        break;
      }
      // What waits only for others to end is looked at when they have.
      if (this.#sending.size >= AT_A_TIME) break;
      const at = this.#turnOf(record, now);
      if (at > now) later.push({ ...record, dueAt: at });
      else {
        this.#sending.set(record.number, deliveryOf(record).target.Arn);
        void this.#send(record);
      }
    }
    if (later.length > 0) this.#postpone(later);
    this.#cancelWake?.();
    const wait = Math.max(0, Math.min(wake - now, AHEAD));
    this.#cancelWake = this.#parts.clock.setTimer(() => void this.#watch(), wait);
  }

  /** When a delivery that is due may be sent: a destination is called no more often than it says, and a few times at once. */
  #turnOf(record: DeliveryRecord, now: number): number {
    const { target } = deliveryOf(record);
    let atOnce = 0;
    for (const arn of this.#sending.values()) if (arn === target.Arn) atOnce += 1;
    if (atOnce >= AT_A_TIME_EACH) return now + BUSY_PAUSE;
    // It has waited for its turn already.
    if (this.#promised.delete(record.number)) return now;
    const rate = this.#rules.destinationOf(record.team, target.Arn)?.ratePerSecond;
    if (rate === undefined) return now;
    if (this.#nextCall.size > MAX_PENDING) this.#nextCall.clear();
    const at = Math.max(now, this.#nextCall.get(target.Arn) ?? 0);
    this.#nextCall.set(target.Arn, at + 1_000 / rate);
    if (at > now) this.#promised.add(record.number);
    return at;
  }

  /** Written down, so that what waits for one destination does not stand in the way of others. */
  #postpone(records: readonly DeliveryRecord[]): void {
    for (const { number } of records) this.#moving.add(number);
    this.#parts.loop.add({
      perform: (turn) => {
        for (const record of records) this.#put(turn, record);
        turn.afterCommit(() => {
          for (const { number } of records) this.#moving.delete(number);
          void this.#watch();
        });
        return 'done';
      },
    });
  }

  async #send(record: DeliveryRecord): Promise<void> {
    const delivery = deliveryOf(record);
    const { webhooks, time } = this.#parts;
    let answer: WebhookAnswer;
    if (time.now() - record.createdAt > policyOf(delivery.target).ageMs) {
      this.#settle(record, { exhausted: 'MaximumEventAgeInSeconds' });
      return;
    }
    const request = requestFor(this.#parts, this.#rules, record.team, delivery);
    if ('code' in request) answer = { type: 'refused', failure: request };
    else if (webhooks === undefined) {
      const failure = {
        code: 'NO_RESOURCE',
        message: 'This server sends nothing over the network.',
      };
      answer = { type: 'refused', failure };
    } else {
      answer = await webhooks.send(request, this.#closing.signal);
    }
    // What the closing cut off says nothing about the target.
    if (this.#isOpen) this.#settle(record, { answer });
  }

  #settle(
    record: DeliveryRecord,
    came: { answer: WebhookAnswer } | { exhausted: Exhausted },
  ): void {
    this.#parts.loop.add({
      perform: (turn) => {
        const after = this.#after(record, came);
        if (after?.status !== 'PENDING') this.#count(turn, record.team, -1);
        turn.deliveries.push({ number: record.number, ...(after ? { record: after } : {}) });
        turn.afterCommit(() => {
          this.#sending.delete(record.number);
          void this.#watch();
        });
        return 'done';
      },
    });
  }

  /** What the store keeps of a delivery after a try: nothing when it has arrived. */
  #after(
    record: DeliveryRecord,
    came: { answer: WebhookAnswer } | { exhausted: Exhausted },
  ): DeliveryRecord | undefined {
    const now = this.#parts.time.now();
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
    const chance = Number.parseInt(hashOf(this.#parts.random.seed()).slice(0, 8), 16) / 2 ** 32;
    const { target } = deliveryOf(record);
    const next = nextTry(policyOf(target), { createdAt: record.createdAt, failed, now, chance });
    if ('exhausted' in next) return dead(failed, { ...answer.failure, exhausted: next.exhausted });
    const at = Math.max(next.at, now + Math.min(answer.retryAfterMs ?? 0, AHEAD));
    return { ...record, dueAt: at, attempts: failed, failure: answer.failure };
  }
}
