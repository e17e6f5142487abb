/**
 * The activities that workflows call.
 *
 * Tasks are activities named after the kind of their connector, with one attempt: whether there is another one says the state's
 * Retry. What the host itself needs runs as local activities, which cost no way to the server, again and again until it has worked.
 * @module
 */
import {
  type LocalActivityOptions,
  proxyActivities,
  proxyLocalActivities,
} from '@temporalio/workflow';
import type { AttemptAnswer, AttemptInput } from '../execution-input.js';
import type { HostActivities } from '../host-activities.js';

const HOST: LocalActivityOptions = {
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '200ms', maximumInterval: '30 seconds' },
};

export const host: HostActivities = proxyLocalActivities<HostActivities>(HOST);

/** The execution's own clocks end an attempt; a worker that goes away is noticed by the signs of life that stay away. */
const LONGEST_ATTEMPT = '3650 days';

/** Performs an attempt by the connector of its kind. */
export function perform(input: AttemptInput, heartbeatMs: number): Promise<AttemptAnswer> {
  const kinds = proxyActivities<{
    [kind: string]: (input: AttemptInput) => Promise<AttemptAnswer>;
  }>({
    startToCloseTimeout: LONGEST_ATTEMPT,
    heartbeatTimeout: heartbeatMs,
    retry: { maximumAttempts: 1 },
    cancellationType: 'TRY_CANCEL',
    summary: input.state,
  });
  const activity = kinds[input.kind];
  if (activity === undefined) throw new Error(`There is no activity '${input.kind}'`);
  return activity(input);
}
