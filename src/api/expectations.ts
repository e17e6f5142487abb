/**
 * Expectations: what must happen by when, where each stands, and why.
 * @module
 */
import { z } from 'zod';
import {
  expectationStateSchema,
  standingSchema,
  subjectSchema,
  tagQuery,
} from './monitoring-values.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, listOf, pageOf, paging, tagsSchema, timeSchema } from './values.js';

export type { StandingExpectation } from './monitoring-values.js';

export const expectationChangeSchema = z
  .strictObject({
    number: z.int(),
    team: z.string(),
    subject: subjectSchema,
    sentence: z.string(),
    from: expectationStateSchema,
    to: expectationStateSchema,
    at: timeSchema.describe('When it was so'),
    judgedAt: timeSchema,
    lateByUs: countSchema.describe('Milliseconds that it was judged late, by our own absence'),
    due: timeSchema.exactOptional(),
    reason: z.string().exactOptional(),
    words: z.string(),
    pipeline: z.string().exactOptional(),
    owner: z.string().exactOptional(),
    tags: tagsSchema,
    execution: z.string().exactOptional().describe('Id of the execution that caused it'),
  })
  .meta({ id: 'ExpectationChange' });
export type ExpectationChange = z.infer<typeof expectationChangeSchema>;

export const listExpectations = route('GET', PATHS.expectations, {
  summary: 'List expectations, the worst first',
  querystring: z.object({
    state: expectationStateSchema.optional(),
    pipeline: z.string().max(128).optional(),
    tag: tagQuery,
    ...paging,
  }),
  response: { 200: pageOf(standingSchema), ...problems },
});

export const listExpectationChanges = route('GET', PATHS.expectationChanges, {
  summary: 'List what has changed of expectations, the newest first',
  querystring: z.object({ state: expectationStateSchema.optional(), ...paging }),
  response: { 200: pageOf(expectationChangeSchema), ...problems },
});

export const explainedSchema = standingSchema
  .extend({
    why: z.array(z.string()).describe('Why it stands there'),
    changes: z.array(expectationChangeSchema).describe('The newest first'),
  })
  .meta({ id: 'ExplainedExpectation' });
export type ExplainedExpectation = z.infer<typeof explainedSchema>;

export const explainExpectations = route('GET', PATHS.explainExpectations, {
  summary: 'Explain why the expectations of something stand where they stand',
  querystring: z.object({
    name: z.string().min(1).max(600).describe('Name of a pipeline, or of what is watched'),
  }),
  response: { 200: listOf(explainedSchema), ...problems },
});
