/**
 * What executions have cost.
 * @module
 */
import { z } from 'zod';
import { subjectSchema } from './monitoring-values.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, listOf, timeSchema } from './values.js';

export const costSumSchema = z
  .strictObject({
    team: z.string(),
    pipeline: z.string().exactOptional(),
    subject: subjectSchema.exactOptional().describe('What runs elsewhere and is only watched'),
    day: timeSchema.exactOptional().describe('Its begin in UTC'),
    currency: z.string(),
    executions: countSchema.describe('That ended in the range'),
    retries: countSchema,
    cost: countSchema.describe('Millionths of the currency'),
  })
  .meta({
    id: 'CostSum',
    examples: [
      {
        ...{ team: 'parcels', pipeline: 'alpine', currency: 'USD' },
        ...{ executions: 30, retries: 2, cost: 3_306_480 },
      },
    ],
  });
export type CostSum = z.infer<typeof costSumSchema>;

const day = z.iso.date().optional();

export const listCosts = route('GET', PATHS.costs, {
  needs: 'viewer',
  summary: 'List what executions and watched runs have cost, the dearest first',
  description:
    'Of executions that ended within a range of days in UTC, at most the last 400 of it; by day the latest day comes first. Prices are those of the rate card at the end of each. What runs elsewhere and is watched counts on the day on which it was told.',
  querystring: z.object({
    by: z.enum(['team', 'pipeline', 'day']).default('pipeline'),
    from: day.describe('First day. Default: 30 days with the last one'),
    to: day.describe('Last day, included. Default: today'),
    pipeline: z.string().max(128).optional(),
  }),
  response: { 200: listOf(costSumSchema), ...problems },
});
