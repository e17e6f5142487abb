/**
 * Challengers: candidates that run beside the current version of a pipeline, and promoting them.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, jsonSchema, pageOf, paging, timeSchema } from './values.js';

const verdictSchema = z.enum(['won', 'lost', 'undecided']);

const CHALLENGE = {
  ...{ number: 1, team: 'parcels', pipeline: 'parcels-example', state: 'running' as const },
  ...{ champion: 7, championVersion: 3, candidate: 9, candidateVersion: 4, target: 5 },
  rules: ['schema compatible', 'rows within 1 %'],
  ...{ promote: 'by command' as const, backfills: 'without' as const },
  ...{ begun: 2, won: 1, lost: 0, undecided: 0, at: 1_795_132_800_000, startedBy: 'ana' },
};

const challengeShape = {
  number: countSchema,
  team: z.string(),
  pipeline: z.string(),
  state: z
    .enum(['running', 'promoting', 'ended'])
    .describe('promoting: the candidate is about to become the current version'),
  champion: countSchema.describe('Number of the record of the version that is challenged'),
  championVersion: countSchema,
  candidate: countSchema,
  candidateVersion: countSchema,
  target: countSchema.describe('Comparisons that must be decided'),
  rules: z.array(z.string()),
  promote: z.enum(['by command', 'automatically']),
  backfills: z.enum(['without', 'with']),
  begun: countSchema.describe('Challengers that have begun'),
  won: countSchema,
  lost: countSchema,
  undecided: countSchema,
  verdict: verdictSchema.exactOptional(),
  reason: z.string().exactOptional().describe('Why it ended without a verdict'),
  at: timeSchema,
  startedBy: z.string(),
  endedAt: timeSchema.exactOptional(),
  promotedAt: timeSchema.exactOptional(),
  promotedVersion: countSchema.exactOptional(),
  promotedBy: z.string().exactOptional(),
};

export const challengeSchema = z
  .strictObject(challengeShape)
  .meta({ id: 'Challenge', examples: [CHALLENGE] });
export type Challenge = z.infer<typeof challengeSchema>;

const outcomeSchema = z.strictObject({
  status: z.string(),
  error: z.string().exactOptional(),
  durationMs: countSchema,
  cost: countSchema.exactOptional().describe('Millionths of the currency'),
  numbers: z.record(z.string(), z.number()).describe('Numbers out of the output that rules name'),
});

const comparisonSchema = z.strictObject({
  number: countSchema,
  challenge: countSchema,
  state: z
    .enum(['running', 'comparing', 'made', 'dropped'])
    .describe('dropped: the challenge ended before'),
  champion: countSchema,
  championId: z.string().describe('Id of the execution of the current version'),
  challenger: countSchema.exactOptional(),
  challengerId: z.string().exactOptional(),
  interval: z.string().exactOptional(),
  championOutcome: outcomeSchema.exactOptional(),
  challengerOutcome: outcomeSchema.exactOptional(),
  verdict: verdictSchema.exactOptional(),
  result: jsonSchema
    .exactOptional()
    .describe('`rules`: what came of each; `datasets`: what differs of each that either wrote'),
  at: timeSchema,
  madeAt: timeSchema.exactOptional(),
});
export type Comparison = z.infer<typeof comparisonSchema>;

export const challengeDetailSchema = z
  .strictObject({
    ...challengeShape,
    candidateText: z.string().describe('The file of the candidate'),
    comparisons: z.array(comparisonSchema).describe('The newest first'),
  })
  .meta({
    id: 'ChallengeDetail',
    examples: [{ ...CHALLENGE, candidateText: 'pipeline: parcels-example\n', comparisons: [] }],
  });
export type ChallengeDetail = z.infer<typeof challengeDetailSchema>;

const numbered = z.object({ number: z.string().max(512).describe('Number of the challenge') });

export const startChallenge = route('POST', PATHS.pipelineChallengers, {
  needs: 'server',
  summary: 'Run a changed file beside the current version of a pipeline',
  params: z.object({ name: z.string().max(300).describe('Name of the pipeline') }),
  body: z.strictObject({
    text: z.string().min(1).max(262_144).describe('The pipeline file that is to be tried'),
    executions: z.int().min(1).max(100).optional().describe('To be decided; default: 5'),
    rules: z.array(z.string().max(300)).max(50).optional().describe('Default: a few usual ones'),
    promote: z.enum(['by command', 'automatically']).optional().describe('Default: by command'),
    backfills: z.enum(['without', 'with']).optional().describe('Default: without'),
  }),
  response: { 201: challengeSchema, ...problems },
});

export const listChallenges = route('GET', PATHS.challengers, {
  needs: 'viewer',
  summary: 'List challenges, the newest first',
  querystring: z.object({ pipeline: z.string().max(300).optional(), ...paging }),
  response: { 200: pageOf(challengeSchema), ...problems },
});

export const showChallenge = route('GET', PATHS.challenger, {
  needs: 'viewer',
  summary: 'Show a challenge with its comparisons',
  params: numbered,
  response: { 200: challengeDetailSchema, ...problems },
});

export const promoteChallenger = route('POST', PATHS.challengerPromote, {
  needs: 'server',
  summary: 'Make the candidate the current version of its pipeline',
  params: numbered,
  response: { 202: challengeSchema, ...problems },
});

export const stopChallenge = route('POST', PATHS.challengerStop, {
  needs: 'editor',
  summary: 'End a challenge without a verdict',
  params: numbered,
  response: { 200: challengeSchema, ...problems },
});
