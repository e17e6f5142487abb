/**
 * `trigger.schedule`: at which times a pipeline starts by itself.
 * @module
 */
import { z } from 'zod';
import type { CatchUp } from '../../events/schedules/due-times.js';
import {
  type ParsedSchedule,
  parseSchedule,
  type Schedule,
  type ScheduleFields,
} from '../../events/schedules/schedule.js';
import { parseDuration } from '../duration.js';
import { type Duration, duration } from '../step-schema.js';
import { type Section, whenShaped } from './section.js';

export interface ScheduleTrigger extends ScheduleFields {
  dialect?: 'aws' | 'unix' | undefined;
  catchUp?: 'skip' | 'latest' | { all: number } | undefined;
  flexibleWindow?: Duration | undefined;
  jitter?: Duration | undefined;
}

/** The times, and how starts may lie around them. */
export interface ScheduleSection {
  readonly written: ScheduleTrigger;
  readonly schedule: Schedule;
  readonly catchUp: CatchUp;
  /** Milliseconds after a fire time in which the start may fall, and of a delay drawn anew for each. */
  readonly window: number;
  readonly jitter: number;
}

const schema: z.ZodType<ScheduleTrigger> = z
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

/** The one place where a pipeline's schedule gets its dialect. */
export function scheduleOf(written: ScheduleTrigger): ParsedSchedule {
  const { dialect, catchUp: _, flexibleWindow: _window, jitter: _jitter, ...fields } = written;
  return parseSchedule(fields, dialect === 'unix' ? 'unix' : 'scheduler');
}

export const SCHEDULE: Section<ScheduleSection> & { schema: z.ZodType<ScheduleTrigger> } = {
  path: ['trigger', 'schedule'],
  schema,
  parse: (json) =>
    whenShaped(schema, json, (written) => {
      const parsed = scheduleOf(written);
      if ('problems' in parsed) return undefined;
      return {
        written,
        schedule: parsed.schedule,
        catchUp: catchUpOf(written.catchUp),
        window: milliseconds(written.flexibleWindow),
        jitter: milliseconds(written.jitter),
      };
    }),
};

function milliseconds(length: Duration | undefined): number {
  return length === undefined ? 0 : (parseDuration(length) ?? 0) * 1000;
}

function catchUpOf(written: ScheduleTrigger['catchUp']): CatchUp {
  if (written === 'skip') return { policy: 'skip' };
  if (typeof written === 'object') return { policy: 'all', max: written.all };
  return { policy: 'latest' };
}
