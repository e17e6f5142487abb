/**
 * What an action's name says of it: whether it only reads, and whether it answers when work has been done.
 * @module
 */

const LONG: ReadonlySet<string> = new Set([
  'lambda:invoke',
  'sfn:startsyncexecution',
  'bedrockruntime:invokemodel',
  'bedrockruntime:converse',
  'sagemakerruntime:invokeendpoint',
]);

/** Actions that change nothing, by their names. */
const READS =
  /^(get|list|describe|batchGet|head|query|scan|search|lookup|check|select|filter)[A-Z]/;
/** Beginning with such a word, and still no reads. */
const NO_READS = /^get(QueueUrlAndCreate|Or[A-Z])/;

/**
 * Whether an action only reads, so that it may be performed once more.
 * @example isRead('describeJobs') // true
 */
export function isRead(action: string): boolean {
  return READS.test(action) && !NO_READS.test(action);
}

/**
 * Whether an action answers when something over there has been done, which may take a quarter of an hour.
 * @example isLong('lambda', 'invoke') // true
 */
export function isLong(service: string, action: string): boolean {
  return LONG.has(`${service}:${action.toLowerCase()}`);
}
