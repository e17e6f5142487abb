/**
 * Sections that are checked and stored now and act in later versions: which data is produced, who hears about it.
 * @module
 */
import { z } from 'zod';

const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

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
