/**
 * Sections that are checked and stored now and act in later versions: what must happen, what is produced, who hears about it.
 * @module
 */
import { z } from 'zod';
import { parseDuration } from '../duration.js';

const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

/** Sentences of `expect`, with `DURATION` and `TIME` for their values. */
export const EXPECTATIONS: readonly string[] = [
  'succeeded',
  'runs within DURATION',
  'new data within DURATION',
  'finishes within DURATION',
  'starts by TIME',
  'finishes by TIME',
];

const expectation = z.string().refine(isExpectation, {
  message: `expected one of: ${EXPECTATIONS.join(', ')} (for example "runs within 8 days")`,
});

export const expectSchema: z.ZodType<string[]> = z
  .array(expectation)
  .min(1)
  .meta({ description: 'What must happen', examples: [['succeeded', 'runs within 8 days']] });

function isExpectation(sentence: string): boolean {
  const text = sentence.trim().replace(/\s{1,20}/g, ' ');
  return EXPECTATIONS.some((form) => {
    const start = form.replace(/(DURATION|TIME)$/, '');
    if (start === form) return text === form;
    if (!text.startsWith(start)) return false;
    const value = text.slice(start.length);
    return form.endsWith('TIME')
      ? /^([01]\d|2[0-3]):[0-5]\d$/.test(value)
      : parseDuration(value) !== undefined;
  });
}

export interface DatasetSection {
  contract?: string | undefined;
  location?: string | undefined;
  description?: string | undefined;
}

export const datasetsSchema: z.ZodType<{ [name: string]: DatasetSection }> = z.record(
  z
    .string()
    .regex(
      /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/,
      "a dataset's name consists of letters, digits and . _ / -",
    ),
  z.strictObject({
    contract: z.string().min(1).optional(),
    location: z.string().min(1).optional(),
    description: z.string().optional(),
  }),
);

export interface NotificationRule {
  type: 'FULL_EXECUTION' | 'FAILED' | 'FINISHED' | 'STEP';
  steps?: string | string[] | undefined;
  targets: { channel: string; addresses: string[] }[];
}

const notificationRule: z.ZodType<NotificationRule> = z.strictObject({
  type: z.enum(['FULL_EXECUTION', 'FAILED', 'FINISHED', 'STEP']),
  steps: names.optional(),
  targets: z
    .array(
      z.strictObject({
        channel: z.enum(['SLACK', 'EMAIL', 'WEBHOOK', 'JIRA', 'OPSGENIE', 'TEAMS']),
        addresses: z.array(z.string().min(1)).min(1),
      }),
    )
    .min(1),
});

export const notificationsSchema: z.ZodType<NotificationRule | NotificationRule[]> = z.union([
  notificationRule,
  z.array(notificationRule).min(1),
]);
