/**
 * `notifications`: who hears of the executions of a pipeline.
 *
 * | type | what is told |
 * | --- | --- |
 * | `FAILED` | an execution that failed, and one that succeeds after it was redriven |
 * | `FINISHED` | every end |
 * | `FULL_EXECUTION` | its beginning, the states that it leaves, and its end |
 * | `STEP` | the named states that it leaves, and its end when one of them failed it |
 *
 * What is told of one execution is one thread. A target's addresses are names of channels of the team, or whom a channel of that kind
 * reaches: mail addresses, rooms of Slack. Children of distributed Maps are not told of.
 * @module
 */
import { z } from 'zod';
import { type Section, whenShaped } from './section.js';

const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(100)]);

export interface NotificationTarget {
  /** The kind, in capitals. */
  channel: string;
  addresses: string[];
}

export interface NotificationRule {
  type: 'FULL_EXECUTION' | 'FAILED' | 'FINISHED' | 'STEP';
  steps?: string | string[] | undefined;
  targets: NotificationTarget[];
}

const notificationRule: z.ZodType<NotificationRule> = z.strictObject({
  type: z.enum(['FULL_EXECUTION', 'FAILED', 'FINISHED', 'STEP']),
  steps: names.optional().meta({ description: 'Names of the states that STEP is about' }),
  targets: z
    .array(
      z.strictObject({
        channel: z.enum(['SLACK', 'EMAIL', 'WEBHOOK', 'JIRA', 'OPSGENIE', 'TEAMS', 'OUTBOX']),
        addresses: z
          .array(z.string().min(1).max(300))
          .min(1)
          .max(50)
          .meta({ description: "Names of the team's channels, mail addresses, rooms of Slack" }),
      }),
    )
    .min(1)
    .max(50),
});

const schema: z.ZodType<NotificationRule | NotificationRule[]> = z.union([
  notificationRule,
  z.array(notificationRule).min(1).max(50),
]);

export const NOTIFICATION_RULES: Section<readonly NotificationRule[]> & { schema: typeof schema } =
  {
    path: ['notifications'],
    schema,
    parse: (json) => whenShaped(schema, json, (written) => [written].flat()),
  };
