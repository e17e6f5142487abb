/**
 * `trigger.executions`: the outcomes of other pipelines that start a pipeline.
 * @module
 */
import { z } from 'zod';
import type { UpstreamCondition, UpstreamTrigger } from '../../events/conditions/upstream.js';
import { isTimeZone } from '../../events/schedules/time-zone.js';
import { type Section, whenShaped } from './section.js';
import { timeOfDay } from './time-of-day.js';

export interface UpstreamsTrigger extends UpstreamTrigger {
  timezone?: string | undefined;
  interval?: 'day' | 'hour' | undefined;
}

export interface UpstreamsSection {
  readonly trigger: UpstreamTrigger;
  /** IANA name, when it names one that there is. */
  readonly timezone?: string;
  /** How long its intervals are, when it says so. */
  readonly interval?: 'day' | 'hour';
}

const STATUSES = ['SUCCESS', 'SUCCEEDED', 'FAILED', 'TIMED_OUT', 'ABORTED', 'RUNNING'];

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

const schema: z.ZodType<UpstreamsTrigger> = z.strictObject({
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
});

export const UPSTREAMS: Section<UpstreamsSection> & { schema: z.ZodType<UpstreamsTrigger> } = {
  path: ['trigger', 'executions'],
  schema,
  parse: (json) =>
    whenShaped(schema, json, ({ timezone, interval, ...trigger }) => ({
      trigger,
      ...(timezone !== undefined && isTimeZone(timezone) ? { timezone } : {}),
      ...(interval === undefined ? {} : { interval }),
    })),
};
