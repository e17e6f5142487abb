/**
 * Draining a server: nothing new begins, what runs may end, then it stops.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, timeSchema } from './values.js';

/** Seconds that running attempts have where nobody says. */
export const DRAIN_SECONDS = 600;
/** The most that they may have: a day. */
export const MOST_DRAIN_SECONDS = 86_400;

const DRAIN = {
  ...{ since: 1_795_150_800_000, until: 1_795_151_400_000, by: 'ana', running: 3 },
};

export const drainSchema = z
  .strictObject({
    since: timeSchema,
    until: timeSchema.describe('When it stops whatever still runs'),
    by: z.string().describe('Who has asked for it'),
    running: countSchema.describe('Attempts that run'),
  })
  .meta({ id: 'Drain', examples: [DRAIN] });
export type Drain = z.infer<typeof drainSchema>;

const answer = z.strictObject({ draining: z.boolean(), drain: drainSchema.exactOptional() });
export type DrainAnswer = z.infer<typeof answer>;

export const startDrain = route('POST', PATHS.drain, {
  needs: 'server',
  summary: 'Take no new work, let what runs end, then stop',
  description:
    'What would start executions is refused with 503 (`MILL3470`) and `Retry-After`; what triggers and schedules create waits, and begins at the next start. Asked again, it takes the new time.',
  body: z
    .strictObject({
      timeoutSeconds: z
        .int()
        .min(0)
        .max(MOST_DRAIN_SECONDS)
        .optional()
        .describe(`How long running attempts may go on. Default: ${DRAIN_SECONDS}`),
    })
    .nullish(),
  response: { 202: answer, ...problems },
});

export const describeDrain = route('GET', PATHS.drain, {
  needs: 'server',
  summary: 'Whether the server is being drained',
  response: { 200: answer, ...problems },
});

export const undoDrain = route('DELETE', PATHS.drain, {
  needs: 'server',
  summary: 'Take work again: what has waited begins',
  response: { 200: z.strictObject({ undone: z.boolean() }), ...problems },
});
