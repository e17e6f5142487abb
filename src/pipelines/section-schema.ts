/**
 * The sections of a pipeline file that say when it executes, what must come of it, and who hears about it.
 *
 * They are checked and stored now and act in later versions; see `docs/`.
 * @module
 */
import { z } from 'zod';
import type { Json, JsonObject } from '../asl/json.js';
import { MOST_PARTNERS } from '../events/arrivals/partner-list.js';
import { parseDuration } from './duration.js';
import { type Duration, duration, json } from './step-schema.js';

const jsonObject: z.ZodType<JsonObject> = z.record(z.string(), json);
const names = z.union([z.string().min(1), z.array(z.string().min(1)).min(1)]);

export interface UpstreamCondition {
  name: string;
  team?: string | undefined;
  account?: string | undefined;
  status?: string[] | undefined;
  optional?: boolean | undefined;
  not?: boolean | undefined;
  by?: string | undefined;
}

/** So many, or so long after the first one. */
export type Batch = { size: number; window: Duration };

/** What all partners deliver for an interval. */
export type Arrivals = {
  path: string;
  partners: string | string[];
  by?: string | undefined;
  timezone?: string | undefined;
  whenMissing?: 'wait' | 'start' | undefined;
};

export interface Trigger {
  schedule?:
    | {
        cron?: string | undefined;
        rate?: string | undefined;
        at?: string | undefined;
        hour?: number | undefined;
        minute?: number | undefined;
        timezone?: string | undefined;
        start?: string | undefined;
        end?: string | undefined;
        dialect?: 'aws' | 'unix' | undefined;
        catchUp?: 'skip' | 'latest' | { all: number } | undefined;
        flexibleWindow?: Duration | undefined;
        jitter?: Duration | undefined;
      }
    | undefined;
  events?:
    | {
        pattern: JsonObject;
        bus?: string | undefined;
        input?: Json | undefined;
        inputPath?: string | undefined;
        inputTransformer?:
          | { paths?: { [name: string]: string } | undefined; template: Json }
          | undefined;
        batch?: Batch | undefined;
      }[]
    | undefined;
  files?:
    | {
        under: string;
        match?: string | undefined;
        manifest?: string | undefined;
        batch?: Batch | undefined;
        arrivals?: Arrivals | undefined;
      }
    | undefined;
  executions?:
    | {
        operator?: 'AND' | 'OR' | undefined;
        allOf?: UpstreamCondition[] | undefined;
        anyOf?: UpstreamCondition[] | undefined;
        timezone?: string | undefined;
        interval?: 'day' | 'hour' | undefined;
      }
    | undefined;
}

const STATUSES = ['SUCCESS', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'RUNNING'];

const timeOfDay = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/, 'expected a time of day, such as 06:00');

const upstream: z.ZodType<UpstreamCondition> = z.strictObject({
  name: z.string().min(1),
  team: z.string().min(1).optional().meta({
    description: "Whose pipeline it is, when it is another team's: that team allows to read it",
  }),
  account: z.string().min(1).optional(),
  status: z.array(z.enum(STATUSES)).min(1).optional(),
  optional: z.boolean().optional().meta({ description: 'Waited for, but not insisted on' }),
  not: z.boolean().optional().meta({ description: 'Met when it did not come to this' }),
  by: timeOfDay.optional().meta({ description: 'Until this time of day' }),
});

const schedule = z
  .strictObject({
    cron: z
      .string()
      .min(1)
      .optional()
      .meta({ description: 'Six fields as EventBridge has them: 0 3 * * ? *' }),
    rate: z.string().min(1).optional().meta({ description: 'A number and a unit: 6 hours' }),
    at: z.string().min(1).optional().meta({ description: 'Once, at this time' }),
    hour: z.int().min(0).max(23).optional().meta({ description: 'Every day at this hour' }),
    minute: z.int().min(0).max(59).optional(),
    timezone: z.string().min(1).optional().meta({ description: 'IANA name; UTC when absent' }),
    start: z.string().min(1).optional(),
    end: z.string().min(1).optional(),
    dialect: z.enum(['aws', 'unix']).optional().meta({
      description: 'How cron is meant; aws (Sunday is 1) when absent, unix (Sunday is 0)',
    }),
    catchUp: z
      .union([z.enum(['skip', 'latest']), z.strictObject({ all: z.int().min(1).max(1000) })])
      .optional()
      .meta({
        description: 'What was missed while the server was away: the latest one when absent',
      }),
    flexibleWindow: duration.optional().meta({
      description:
        'The start may fall anywhere in this time after the fire time; a pipeline keeps its place',
    }),
    jitter: duration.optional().meta({
      description: 'A random delay shorter than this, another one for each fire time',
    }),
  })
  .refine(
    (value) =>
      ['cron', 'rate', 'at', 'hour'].filter((name) => Object.hasOwn(value, name)).length === 1,
    { message: 'give exactly one of cron, rate, at and hour' },
  );

const batch: z.ZodType<Batch> = z.strictObject({
  size: z.int().min(1).max(10_000).meta({ description: 'Start when so many have come' }),
  window: duration.meta({ description: 'Start so long after the first of them, 24 hours at most' }),
});

const arrivals: z.ZodType<Arrivals> = z.strictObject({
  path: z
    .string()
    .min(1)
    .meta({ description: 'With {interval} and {partner}', examples: ['{interval}/{partner}.csv'] }),
  partners: z
    .union([z.string().min(1), z.array(z.string().min(1)).min(1).max(MOST_PARTNERS)])
    .meta({ description: 'A file with one name a line, or the names' }),
  by: timeOfDay
    .optional()
    .meta({ description: 'Time of day on the interval by which all are expected' }),
  timezone: z.string().min(1).optional().meta({ description: 'IANA name; UTC when absent' }),
  whenMissing: z
    .enum(['wait', 'start'])
    .optional()
    .meta({ description: 'What happens then when somebody is missing; wait when absent' }),
});

export const triggerSchema: z.ZodType<Trigger> = z.strictObject({
  schedule: schedule.optional(),
  events: z
    .array(
      z.strictObject({
        pattern: jsonObject.meta({ description: 'Event pattern, as EventBridge has them' }),
        bus: z.string().min(1).optional().meta({ description: 'Bus; "default" when absent' }),
        input: json.optional().meta({ description: 'Constant input of the execution' }),
        inputPath: z.string().min(1).optional().meta({ description: 'Part of the event' }),
        inputTransformer: z
          .strictObject({ paths: z.record(z.string(), z.string()).optional(), template: json })
          .optional()
          .meta({ description: 'Input made from parts of the event' }),
        batch: batch
          .optional()
          .meta({ description: 'One execution for so many events, or for a window of time' }),
      }),
    )
    .min(1)
    .optional(),
  files: z
    .strictObject({
      under: z
        .string()
        .min(1)
        .meta({ description: 'A folder beside the pipeline file, or s3://bucket/folder' }),
      match: z.string().min(1).optional().meta({
        description:
          '*.csv in every folder under it, /*.csv in the folder itself, new/**/*.csv under its folder new',
      }),
      manifest: z.string().min(1).optional().meta({ description: 'A pattern like that of match' }),
      batch: batch.optional().meta({ description: 'One execution for so many files' }),
      arrivals: arrivals
        .optional()
        .meta({ description: 'One execution for what all partners deliver for an interval' }),
    })
    .optional(),
  executions: z
    .strictObject({
      operator: z.enum(['AND', 'OR']).optional(),
      allOf: z.array(upstream).min(1).optional(),
      anyOf: z.array(upstream).min(1).optional(),
      timezone: z
        .string()
        .min(1)
        .optional()
        .meta({ description: 'Zone of days and of `by`; the one of the schedule, or UTC' }),
      interval: z.enum(['day', 'hour']).optional().meta({
        description: 'How long its intervals are; those of the slowest upstream when absent',
      }),
    })
    .optional(),
});

export interface Allow {
  start?: string | string[] | undefined;
  read?: string | string[] | undefined;
}

const teamName = z
  .string()
  .regex(/^(\*|[A-Za-z0-9][A-Za-z0-9._-]{0,79})$/, 'expected the name of a team, or "*" for all');
const teamNames = z.union([teamName, z.array(teamName).min(1).max(100)]);

export const allowSchema: z.ZodType<Allow> = z
  .strictObject({
    start: teamNames.optional().meta({ description: 'Teams whose pipelines may start it' }),
    read: teamNames.optional().meta({
      description: 'Teams whose pipelines hear of its outcomes: as upstreams, events and results',
    }),
  })
  .meta({ description: 'What other teams may do with it; nothing when absent' });

export interface Concurrency {
  limit?: number | undefined;
  overlap?: 'allow' | 'queue' | 'skip' | 'cancel-running' | undefined;
  pools?: string[] | { [name: string]: number } | undefined;
}

const poolName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._-]{0,79}$/,
    "a pool's name consists of up to 80 letters, digits and . _ -",
  );

export const concurrencySchema: z.ZodType<Concurrency> = z
  .strictObject({
    limit: z
      .int()
      .min(1)
      .max(10_000)
      .optional()
      .meta({ description: 'Executions at a time; 1 when absent and no pools are given' }),
    overlap: z.enum(['allow', 'queue', 'skip', 'cancel-running']).optional().meta({
      description:
        'What happens to a start while there is no room: queue when absent; skip and cancel-running are for what triggers start',
    }),
    pools: z
      .union([z.array(poolName).min(1).max(10), z.record(poolName, z.int().min(1).max(100_000))])
      .optional()
      .meta({
        description: 'Slots of shared pools that an execution holds: names, or names and numbers',
        examples: [['warehouse'], { warehouse: 2 }],
      }),
  })
  .refine(({ limit, overlap }) => limit === undefined || overlap !== 'allow', {
    message: 'overlap: allow means that there is no limit: give one or the other',
  });

export const retentionSchema: z.ZodType<string | number> = z
  .union([z.literal('forever'), duration])
  .meta({
    description:
      'How long an execution is kept after its end, with its history, logs and work folder; 90d when absent',
    examples: ['30d', 'forever'],
  });

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
