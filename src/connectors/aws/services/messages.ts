/**
 * Amazon SNS, SQS and EventBridge: messages that are handed over and waited for with a task token.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-sns.html, connect-sqs.html, connect-eventbridge.html
 * @module
 */
import type { AwsObject } from '../../../aws/aws.js';
import {
  asText,
  type Failed,
  type Integration,
  numberIn,
  objectsIn,
  REQUEST_OR_TOKEN,
  textIn,
} from '../integration.js';

/** Queues and topics in order keep a message once, for five minutes, by that id. */
const isInOrder = (input: AwsObject): boolean => textIn(input, 'MessageDeduplicationId') !== '';

/** Entries that a bus did not take fail the task; the cause is the whole answer. */
function failedEntries(output: AwsObject): Failed | undefined {
  if (numberIn(output, 'FailedEntryCount') === 0) return undefined;
  return { type: 'failed', error: 'EventBridge.FailedEntry', cause: JSON.stringify(output) };
}

export const MESSAGES: readonly Integration[] = [
  {
    resource: 'sns:publish',
    forms: REQUEST_OR_TOKEN,
    api: ['sns', 'publish'],
    names: { prefix: 'SNS', base: 'AmazonSNSException', service: 'AmazonSNS' },
    hasMetadata: true,
    prepare: (input) => asText(input, 'Message'),
    isRepeatable: isInOrder,
  },
  {
    resource: 'sqs:sendMessage',
    forms: REQUEST_OR_TOKEN,
    api: ['sqs', 'sendMessage'],
    names: { prefix: 'SQS', base: 'AmazonSQSException', service: 'AmazonSQS' },
    hasMetadata: true,
    prepare: (input) => asText(input, 'MessageBody'),
    isRepeatable: isInOrder,
  },
  {
    resource: 'events:putEvents',
    forms: REQUEST_OR_TOKEN,
    api: ['eventbridge', 'putEvents'],
    names: { prefix: 'EventBridge', base: 'AmazonEventBridgeException', service: 'EventBridge' },
    hasMetadata: false,
    prepare: (input) => ({
      ...input,
      ...(Array.isArray(input.Entries)
        ? { Entries: objectsIn(input, 'Entries').map((entry) => asText(entry, 'Detail')) }
        : {}),
    }),
    failure: failedEntries,
  },
];
