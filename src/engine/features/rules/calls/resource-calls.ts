/**
 * What the engine offers to those who speak EventBridge's API: one object a kind of resource. Each takes the scope of one
 * team first, the one that a caller is of. What is asked of them is checked here, quotas included; whoever words refusals for
 * clients goes by their codes.
 * @module
 */
import type { DurableRequest } from '../../../kernel/durable-request.js';
import type { Kernel } from '../../../kernel/kernel.js';
import type { EventRules } from '../event-rules.js';
import { type ApiDestinationCalls, apiDestinationCalls } from './api-destination-calls.js';
import { type ArchiveCalls, archiveCalls } from './archive-calls.js';
import { type BusCalls, busCalls } from './bus-calls.js';
import type { CallParts } from './call-parts.js';
import { type ConnectionCalls, connectionCalls } from './connection-calls.js';
import { type DeadLetterCalls, deadLetterCalls } from './dead-letter-calls.js';
import { type ReplayCalls, replayCalls } from './replay-calls.js';
import { type RuleCalls, ruleCalls } from './rule-calls.js';
import { type EventTagCalls, eventTagCalls } from './tag-calls.js';

export interface EventResourceCalls {
  readonly buses: BusCalls;
  readonly rules: RuleCalls;
  readonly archives: ArchiveCalls;
  readonly replays: ReplayCalls;
  readonly connections: ConnectionCalls;
  readonly apiDestinations: ApiDestinationCalls;
  readonly eventTags: EventTagCalls;
  readonly deadLetters: DeadLetterCalls;
}

/** @param lastEventNumber number of the last event that came */
export function eventResourceCalls(
  kernel: Kernel,
  rules: EventRules,
  lastEventNumber: () => number,
  request: DurableRequest,
): EventResourceCalls {
  const parts: CallParts = {
    kernel,
    rules,
    resources: rules.resources,
    change: (act) => request((settle) => rules.changeInput(act, settle)),
    lastEventNumber,
  };
  return {
    buses: busCalls(parts),
    rules: ruleCalls(parts),
    archives: archiveCalls(parts),
    replays: replayCalls(parts),
    connections: connectionCalls(parts),
    apiDestinations: apiDestinationCalls(parts),
    eventTags: eventTagCalls(parts),
    deadLetters: deadLetterCalls(rules),
  };
}
