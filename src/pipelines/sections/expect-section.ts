/**
 * `expect`: what must happen, each as a sentence (expectations/sentence.ts) or as a mapping that says more beside it.
 * @module
 */
import { z } from 'zod';
import { isTimeZone } from '../../events/schedules/time-zone.js';
import { type Calendar, dateProblem } from '../../monitoring/expectations/calendar.js';
import { parseDuration } from '../duration.js';
import {
  daysOf,
  type ParsedSentence,
  parseSentence,
  type SentenceOptions,
  type SentenceProblem,
} from '../expectations/sentence.js';
import { type Duration, duration } from '../step-schema.js';
import { type Section, whenShaped } from './section.js';

/** One of the list. */
export type WrittenExpectation =
  | string
  | {
      that: string;
      timezone?: string | undefined;
      days?: string | string[] | undefined;
      except?: string[] | undefined;
      also?: string[] | undefined;
      grace?: Duration | undefined;
    };

export const writtenExpectation: z.ZodType<WrittenExpectation> = z.union([
  z.string().min(1),
  z.strictObject({
    that: z
      .string()
      .min(1)
      .meta({ description: 'The sentence', examples: ['finishes by 07:30'] }),
    timezone: z.string().min(1).optional().meta({
      description: 'Zone of its times; that of the schedule when absent, or UTC',
    }),
    days: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .optional()
      .meta({ description: 'weekdays, weekends, or names of days' }),
    except: z
      .array(z.string().min(1))
      .max(1_000)
      .optional()
      .meta({ description: 'Days on which nothing is expected: 2026-12-25, or 12-25 every year' }),
    also: z
      .array(z.string().min(1))
      .max(1_000)
      .optional()
      .meta({ description: 'Days on which it is expected whatever else is said' }),
    grace: duration
      .optional()
      .meta({ description: 'How long it is LATE before it is MISSING; 0 when absent' }),
  }),
]);

const schema: z.ZodType<WrittenExpectation[]> = z
  .array(writtenExpectation)
  .min(1)
  .max(100)
  .meta({
    description: 'What must happen',
    examples: [['succeeded', 'runs within 8 days', 'finishes by 07:30 on weekdays']],
  });

/** @property field where in the mapping; undefined: in the sentence */
export interface ExpectationProblem extends SentenceProblem {
  readonly field?: readonly (string | number)[];
}

/**
 * What an entry means, or what is wrong with it.
 * @param zone of times that name none
 * @example readExpectation('finishes by 07:30', 'Europe/Berlin')
 */
export function readExpectation(
  written: WrittenExpectation,
  zone: string,
): ParsedSentence | { problem: ExpectationProblem } {
  if (typeof written === 'string') return parseSentence(written, { zone });
  const options = optionsOf(written, zone);
  if ('problem' in options) return options;
  const parsed = parseSentence(written.that, options);
  return 'problem' in parsed ? { problem: { ...parsed.problem, field: ['that'] } } : parsed;
}

function optionsOf(
  written: Exclude<WrittenExpectation, string>,
  zone: string,
): SentenceOptions | { problem: ExpectationProblem } {
  const { timezone, days, except = [], also = [], grace } = written;
  const wrong = (field: (string | number)[], message: string, fix: string) => ({
    problem: { message, fix, at: 0, length: 1, field },
  });
  if (timezone !== undefined && !isTimeZone(timezone))
    return wrong(
      ['timezone'],
      `'${timezone.slice(0, 100)}' is no time zone`,
      'write Europe/Berlin or UTC',
    );
  const calendar: { -readonly [key in keyof Calendar]: Calendar[key] } = {};
  const names = days === undefined ? [] : [days].flat();
  const numbers: number[] = [];
  for (const [index, name] of names.entries()) {
    const found = daysOf(name);
    const field = Array.isArray(days) ? ['days', index] : ['days'];
    if (found === undefined)
      return wrong(
        field,
        `'${name.slice(0, 100)}' is no weekday`,
        'write weekdays, weekends or Mon',
      );
    numbers.push(...found);
  }
  if (names.length > 0) calendar.days = numbers;
  for (const [field, dates] of Object.entries({ except, also })) {
    for (const [index, date] of dates.entries()) {
      const problem = dateProblem(date);
      if (problem !== undefined) return wrong([field, index], problem, 'write 2026-12-25 or 12-25');
    }
  }
  if (except.length > 0) calendar.except = except;
  if (also.length > 0) calendar.also = also;
  const seconds = grace === undefined ? 0 : (parseDuration(grace) ?? 0);
  return { zone: timezone ?? zone, calendar, grace: seconds * 1000 };
}

/** Those of a pipeline, by the zone of times that name none. */
export type Expectations = (zone: string) => ParsedSentence[];

export const EXPECT: Section<Expectations> & { schema: z.ZodType<WrittenExpectation[]> } = {
  path: ['expect'],
  schema,
  parse: (json) =>
    whenShaped(schema, json, (written) => (zone: string) => {
      return written.flatMap((one) => {
        const read = readExpectation(one, zone);
        return 'problem' in read ? [] : [read];
      });
    }),
};
