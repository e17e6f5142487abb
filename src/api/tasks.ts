/**
 * Outcomes of tasks that wait for a task token.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { jsonSchema } from './values.js';

const token = z.string().min(1).max(2048).describe('The task token');
const doneSchema = z
  .strictObject({ done: z.literal(true) })
  .meta({ id: 'Done', examples: [{ done: true }] });

export const reportSuccess = route('POST', PATHS.taskSuccess, {
  needs: 'operator',
  summary: 'Report that the task of a token has succeeded',
  body: z.strictObject({ token, output: jsonSchema.optional().describe('Default: null') }),
  response: { 200: doneSchema, ...problems },
});

export const reportFailure = route('POST', PATHS.taskFailure, {
  needs: 'operator',
  summary: 'Report that the task of a token has failed',
  body: z.strictObject({
    token,
    error: z.string().max(256).optional(),
    cause: z.string().max(32_768).optional(),
  }),
  response: { 200: doneSchema, ...problems },
});

export const reportHeartbeat = route('POST', PATHS.taskHeartbeat, {
  needs: 'operator',
  summary: 'Report that the task of a token is still alive',
  body: z.strictObject({ token }),
  response: { 200: doneSchema, ...problems },
});
