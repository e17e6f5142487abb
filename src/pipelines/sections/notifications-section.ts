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
import { CHANNELS } from '../../channels/channels.js';
import type { Loading } from '../loading.js';
import { problemAt, type SourceFile } from '../source-file.js';
import { type Section, whenShaped } from './section.js';

const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(100)]);
/** Names of channels, as a team's file gives them. */
const CHANNEL_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/;

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

/** Adds to the problems what no shape tells: addresses that nothing reaches, and steps that are not named. */
export function checkNotifications(
  written: NotificationRule | NotificationRule[],
  source: SourceFile,
  loading: Loading,
): void {
  for (const [index, { type, steps, targets }] of [written].flat().entries()) {
    const path = ['notifications', ...(Array.isArray(written) ? [index] : [])];
    if ((type === 'STEP') !== (steps !== undefined)) {
      const message =
        type === 'STEP'
          ? 'STEP needs the names of steps'
          : `steps are for STEP, and this is ${type}`;
      const fix = type === 'STEP' ? 'add steps: [NAME]' : 'take steps away, or write type: STEP';
      const place = type === 'STEP' ? path : [...path, 'steps'];
      loading.problems.push(problemAt(source, place, 'MILL1305', message, { fix, mark: 'key' }));
    }
    for (const [at, { channel, addresses }] of targets.entries()) {
      for (const [place, address] of addresses.entries()) {
        const own = CHANNELS.get(channel.toLowerCase())?.addresses;
        if (CHANNEL_NAME.test(address) || own?.pattern.test(address)) continue;
        const message = `no channel of the kind ${channel} reaches "${address.slice(0, 100)}"`;
        const like = own === undefined ? '' : `, or an address like ${own.like}`;
        const fix = `write the name of a channel in the team's file${like}`;
        const where = [...path, 'targets', at, 'addresses', place];
        loading.problems.push(problemAt(source, where, 'MILL1305', message, { fix }));
      }
    }
  }
}
