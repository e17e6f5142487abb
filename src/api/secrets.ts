/**
 * Secrets of teams: set, listed and removed by name. No answer holds a value.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { listOf, timeSchema } from './values.js';

const nameSchema = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._/-]{0,127}$/,
    'expected 1 to 128 letters, digits and . _ / -, beginning with a letter or digit',
  );
const params = z.object({ name: z.string().min(1).max(400).describe('Name of the secret') });

export const secretSchema = z
  .strictObject({
    name: z.string(),
    team: z.string().describe('Whose tasks may use it'),
    createdAt: timeSchema,
    changedAt: timeSchema.describe('When it got its value'),
    changedBy: z.string().describe('Who gave it its value'),
  })
  .meta({
    id: 'Secret',
    examples: [
      {
        name: 'county-api',
        team: 'parcels',
        createdAt: 1_795_150_800_000,
        changedAt: 1_795_150_800_000,
        changedBy: 'ana',
      },
    ],
  });
export type Secret = z.infer<typeof secretSchema>;

export const listSecrets = route('GET', PATHS.secrets, {
  needs: 'editor',
  summary: 'List the secrets of teams, without their values',
  response: { 200: listOf(secretSchema), ...problems },
});

export const setSecret = route('PUT', PATHS.secret, {
  needs: 'admin',
  summary: 'Set a secret, or give it another value',
  description:
    'What begins from now on gets the new value. The value is answered by no route. With `?team=NAME` it is that team’s.',
  params: z.object({ name: nameSchema.describe('Name of the secret') }),
  body: z.strictObject({
    value: z
      .string()
      .min(1)
      .max(65_536)
      .describe('At least 8 characters, so that it can be masked'),
  }),
  response: { 200: secretSchema, ...problems },
});

export const removeSecret = route('DELETE', PATHS.secret, {
  needs: 'admin',
  summary: 'Remove a secret: tasks that refer to it fail from now on',
  params,
  response: { 200: z.strictObject({ removed: z.literal(true) }), ...problems },
});
