/**
 * SNS: publishes to a topic in plain text, which mails and telephones show. A subject is ASCII, without control characters, and has fewer than 100.
 * https://docs.aws.amazon.com/sns/latest/api/API_Publish.html
 * @module
 */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { Channel, ConfigSchema } from '../channel.js';
import { oneLine, plainText } from '../plain-text.js';
import { type AwsConfig, accountOf, awsFields, halfAKey } from './aws-config.js';

export interface SnsConfig extends AwsConfig {
  topic: string;
}

const config: ConfigSchema<SnsConfig> = z.strictObject({
  topic: z
    .string()
    .regex(
      /^arn:aws[a-z-]*:sns:[a-z0-9-]+:\d{12}:[A-Za-z0-9_-]{1,256}(\.fifo)?$/,
      'expected the ARN of a topic',
    ),
  ...awsFields,
});

export const SNS: Channel<SnsConfig> = {
  type: 'sns',
  description: 'publishes messages to a topic of SNS',
  config,
  secrets: ['accessKeyId', 'secretAccessKey'],
  incomplete: halfAKey,
  perSecond: 30,
  storms: 'folded',
  addresses: undefined,
  send(message, written, { ports, mark, signal }) {
    const { topic } = written;
    const { title, kind, level, team, key } = message;
    const fifo = {
      group: mark,
      deduplication: createHash('sha256').update(`${mark}\n${key}`).digest('hex'),
    };
    return ports.aws(
      accountOf(written),
      {
        type: 'publish',
        topic,
        subject: subjectOf(title),
        text: `${oneLine(title, 300)}\n\n${plainText(message)}`.slice(0, 60_000),
        attributes: { kind, level, team: oneLine(team, 200), key: oneLine(key, 200) },
        ...(topic.endsWith('.fifo') ? { fifo } : {}),
      },
      signal,
    );
  },
};

/**
 * It begins with a letter, a digit or a sign of punctuation.
 * @example subjectOf('größer\r\nBcc: x') // 'gr??er Bcc: x'
 */
export function subjectOf(title: string): string {
  const ascii = oneLine(title, 300).replaceAll(/[^\x20-\x7e]+/g, '?');
  return ascii.slice(0, 99).trim() || 'Millrace';
}
