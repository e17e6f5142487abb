/**
 * How much a team may have of what EventBridge's API makes, as AWS counts it for an account, and its defaults.
 * https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-quota.html
 * @module
 */
import { EngineError } from '../../../kernel/errors.js';

export const EVENT_QUOTAS = {
  buses: 100,
  /** Bytes of a bus's policy. */
  policyBytes: 10_240,
  rulesOfBus: 300,
  targetsOfRule: 5,
  archives: 100,
  /** Replays that have not ended. */
  activeReplays: 10,
  /** Replays that are kept: the oldest that have ended make room. */
  keptReplays: 1_000,
  /** Rules that a replay may be for. */
  rulesOfReplay: 300,
  connections: 3_000,
  apiDestinations: 3_000,
  /** Tags of a bus or rule. https://docs.aws.amazon.com/eventbridge/latest/APIReference/API_Tag.html */
  tags: 50,
} as const;

/** Requests a second to an API destination that says nothing else. */
export const DEFAULT_RATE = 300;

type Counted = Exclude<
  keyof typeof EVENT_QUOTAS,
  'policyBytes' | 'tags' | 'keptReplays' | 'rulesOfReplay'
>;

/**
 * Lets one more be made.
 * @param count how many there are
 * @throws EngineError EventQuotaReached
 */
export function expectRoom(what: Counted, count: number): void {
  const limit = EVENT_QUOTAS[what];
  if (count >= limit) throw new EngineError('EventQuotaReached', { what, limit });
}

/** Throws EventTagsRefused. */
export function checkTagCount(tags: object): void {
  const limit = EVENT_QUOTAS.tags;
  if (Object.keys(tags).length > limit) throw new EngineError('EventTagsRefused', { limit });
}
