/**
 * Expectations: what must happen by when, where each stands, and why.
 * @module
 */
import { z } from 'zod';
import {
  expectationStateSchema,
  STANDING,
  SUBJECT,
  searchQuery,
  standingSchema,
  subjectSchema,
  tagQuery,
} from './monitoring-values.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, listOf, pageOf, paging, tagsSchema, timeSchema } from './values.js';

export type { StandingExpectation } from './monitoring-values.js';

/** For examples. */
const CHANGE = {
  number: 3,
  team: 'parcels',
  subject: SUBJECT,
  sentence: 'starts by 06:00',
  from: 'DUE' as const,
  to: 'MISSING' as const,
  at: 1_793_509_200_000,
  judgedAt: 1_793_509_200_001,
  lateByUs: 0,
  due: 1_793_509_200_000,
  reason: 'never started',
  words: 'nothing ran ever: was due at Sun 2026-11-01 06:00 UTC',
  pipeline: 'alpine',
  tags: { county: 'alpine' },
};

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
  .meta({ id: 'ExpectationChange', examples: [CHANGE] });
export type ExpectationChange = z.infer<typeof expectationChangeSchema>;

export const listExpectations = route('GET', PATHS.expectations, {
  needs: 'viewer',
  summary: 'List expectations, the worst first',
  querystring: z.object({
    state: expectationStateSchema.optional(),
    pipeline: z.string().max(128).optional(),
    tag: tagQuery,
    q: searchQuery,
    ...paging,
  }),
  response: { 200: pageOf(standingSchema), ...problems },
});

export const listExpectationChanges = route('GET', PATHS.expectationChanges, {
  needs: 'viewer',
  summary: 'List what has changed of expectations, the newest first',
  querystring: z.object({ state: expectationStateSchema.optional(), ...paging }),
  response: { 200: pageOf(expectationChangeSchema), ...problems },
});

export const explainedSchema = standingSchema
  .extend({
    why: z.array(z.string()).describe('Why it stands there'),
    changes: z.array(expectationChangeSchema).describe('The newest first'),
  })
  .meta({
    id: 'ExplainedExpectation',
    examples: [{ ...STANDING, why: ['last run: never'], changes: [CHANGE] }],
  });
export type ExplainedExpectation = z.infer<typeof explainedSchema>;

export const explainExpectations = route('GET', PATHS.explainExpectations, {
  needs: 'viewer',
  summary: 'Explain why the expectations of something stand where they stand',
  querystring: z.object({
    name: z.string().min(1).max(600).describe('Name of a pipeline, or of what is watched'),
  }),
  response: { 200: listOf(explainedSchema), ...problems },
});
