/**
 * A delivery: an event that is on its way to a target, and what the dead letters say of one that did not arrive.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-event-delivery.html
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import type { DeliveryRecord } from './delivery-table.js';
import type { TargetRecord } from './records.js';

export type Delivery = {
  /** ARN of the rule. */
  rule: string;
  target: TargetRecord;
  eventId: string;
  /** What the target gets. */
  body: string;
};

export type Failure = {
  code: string;
  message: string;
};

/** Which bound of the retry policy ended the tries. */
export type Exhausted = 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds';

export interface RetryPolicy {
  attempts: number;
  ageMs: number;
}

/** https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_RetryPolicy.html */
const DEFAULT_ATTEMPTS = 185;
const DEFAULT_AGE_SECONDS = 86_400;
/** The name of the dead letters of targets that name no queue. */
export const DEFAULT_QUEUE = 'default';

/** Milliseconds before the first retry, about. */
const FIRST_PAUSE = 1_000;
/** Milliseconds between two tries, at most: 185 of them take about a day. */
const LONGEST_PAUSE = 640_000;

export function policyOf({ RetryPolicy }: TargetRecord): RetryPolicy {
  const { MaximumRetryAttempts, MaximumEventAgeInSeconds } = (RetryPolicy ?? {}) as JsonObject;
  const whole = (value: unknown, otherwise: number): number =>
    typeof value === 'number' ? value : otherwise;
  return {
    attempts: whole(MaximumRetryAttempts, DEFAULT_ATTEMPTS),
    ageMs: whole(MaximumEventAgeInSeconds, DEFAULT_AGE_SECONDS) * 1_000,
  };
}

/** The queue that a target's dead letters are kept under: the ARN that it names, though no queue need be there. */
export function queueOf({ DeadLetterConfig }: TargetRecord): string {
  const { Arn } = (DeadLetterConfig ?? {}) as JsonObject;
  return typeof Arn === 'string' ? Arn : DEFAULT_QUEUE;
}

/**
 * Milliseconds until the next try: twice as long each time, and somewhere in the upper half of that.
 * @param failed tries that have failed
 * @param chance 0 to 1
 */
export function pauseAfter(failed: number, chance: number): number {
  const longest = Math.min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** Math.min(failed - 1, 20));
  return Math.round(longest / 2 + (chance * longest) / 2);
}

/**
 * When a delivery that has failed is tried again, or why it is not.
 * @param failed tries that have failed, this one included
 */
export function nextTry(
  policy: RetryPolicy,
  delivery: { createdAt: number; failed: number; now: number; chance: number },
): { at: number } | { exhausted: Exhausted } {
  const { createdAt, failed, now, chance } = delivery;
  if (failed > policy.attempts) return { exhausted: 'MaximumRetryAttempts' };
  const at = now + pauseAfter(failed, chance);
  if (at - createdAt > policy.ageMs) return { exhausted: 'MaximumEventAgeInSeconds' };
  return { at };
}

/** What a record delivers. */
export function deliveryOf({ request }: DeliveryRecord): Delivery {
  return request as unknown as Delivery;
}

/** The attributes that AWS gives a dead letter. */
export function attributesOf(record: DeliveryRecord): { [name: string]: string } {
  const { attempts, failure } = record;
  const { rule, target } = deliveryOf(record);
  const { code, message, exhausted } = (failure ?? {}) as Partial<Failure> & {
    exhausted?: Exhausted;
  };
  return {
    RULE_ARN: rule,
    TARGET_ARN: target.Arn,
    ERROR_CODE: code ?? '',
    ERROR_MESSAGE: message ?? '',
    ...(exhausted === undefined ? {} : { EXHAUSTED_RETRY_CONDITION: exhausted }),
    RETRY_ATTEMPTS: String(Math.max(0, attempts - 1)),
  };
}
