/**
 * Test runs: what they would have done, and what of it differs from what is published. They are started as executions are.
 * @module
 */
import { z } from 'zod';
import { executionDetailSchema, idParams } from './executions.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, jsonSchema, pageOf, paging, timeSchema } from './values.js';
import { versionDiffSchema } from './version-diff.js';

const EXECUTION = '01997d2e-8a6b-7c3d-9e4f-5a6b7c8d9e0f';

const EFFECT = {
  ...{ number: 7, execution: EXECUTION, pipeline: 'orders', state: 'Announce' },
  ...{ resource: 'arn:aws:states:::sns:publish', performer: 'aws:sns', at: 1_795_150_801_000 },
  sent: { TopicArn: 'arn:aws:sns:eu-central-1:111122223333:orders', Message: 'done' },
  answer: { MessageId: 'test-run' },
  isCut: false,
};

export const effectSchema = z
  .strictObject({
    number: z.int(),
    execution: z.string().describe('Id of the execution whose task it is'),
    pipeline: z.string(),
    state: z.string(),
    resource: z.string(),
    performer: z.string().describe('Who would have performed it'),
    at: timeSchema,
    sent: jsonSchema.describe('What would have been sent, or the beginning of it as a text'),
    answer: jsonSchema.describe('What the task was answered with'),
    isCut: z.boolean().describe('Not all of it is here'),
  })
  .meta({ id: 'RecordedEffect', examples: [EFFECT] });
export type RecordedEffect = z.infer<typeof effectSchema>;

const triedSchema = z.strictObject({
  team: z.string(),
  dataset: z.string(),
  version: z.string(),
  execution: z.string().describe('Id of the execution that wrote it'),
  interval: z.string().exactOptional(),
  rows: countSchema.exactOptional(),
  bytes: countSchema,
  files: countSchema,
  quarantined: countSchema.exactOptional().describe('Rows that would be held back'),
  contract: jsonSchema.exactOptional().describe('What came of its contract, rule by rule'),
  would: z.enum(['be published', 'be blocked']).describe('What would have become of it'),
  published: z
    .strictObject({
      version: z.string(),
      rows: countSchema.exactOptional(),
      bytes: countSchema,
      isCurrent: z.boolean().describe('It still is'),
      removedAt: timeSchema.exactOptional().describe('Its files were removed then'),
    })
    .exactOptional()
    .describe('What was current when it was written; absent: nothing was'),
  removedAt: timeSchema.exactOptional().describe('Its files were removed then'),
  diff: versionDiffSchema.exactOptional().describe('Against what was current then'),
  problem: z.string().exactOptional().describe('Why they could not be compared'),
});

export const testReportSchema = z
  .strictObject({
    execution: executionDetailSchema,
    versions: z.array(triedSchema).describe('What it has written, the earliest first'),
    differs: z
      .enum(['yes', 'no', 'unknown'])
      .exactOptional()
      .describe(
        'Whether anything differs from what is published; unknown: something could not be compared',
      ),
    contracts: z.enum(['none', 'met', 'warned', 'broken']).describe('Of all of them together'),
    effects: z.array(effectSchema).describe('What it would have done, the earliest first'),
    read: z.array(z.strictObject({ team: z.string(), dataset: z.string(), version: z.string() })),
    notifications: z
      .array(z.strictObject({ channel: z.string(), address: z.string() }))
      .describe('Who would have been told of its end'),
    isCut: z.boolean().describe('There is more of something than the first hundred'),
  })
  .meta({
    id: 'TestReport',
    examples: [
      {
        execution: {
          ...{ id: EXECUTION, number: 43, name: 'test-1', pipeline: 'orders', version: 4 },
          arn: 'arn:aws:states:us-east-1:000000000000:execution:orders:test-1',
          ...{ team: 'default', status: 'SUCCEEDED' as const, tags: {}, redriveCount: 0 },
          ...{ startedAt: 1_795_150_800_000, stoppedAt: 1_795_150_812_500 },
          testRun: { root: 43, candidate: true as const },
          input: {},
          usage: { transitions: 3, retries: 0, work: {}, units: {} },
          threads: [],
        },
        versions: [],
        differs: 'no',
        contracts: 'none',
        effects: [EFFECT],
        read: [],
        notifications: [{ channel: 'slack', address: 'data-alerts' }],
        isCut: false,
      },
    ],
  });
export type TestReport = z.infer<typeof testReportSchema>;

export const showTestReport = route('GET', PATHS.testReport, {
  needs: 'analyst',
  summary: 'What a test run would have done, and what of it differs from what is published',
  params: idParams,
  querystring: z.object({
    rows: z
      .enum(['compare', 'leave'])
      .optional()
      .describe('Whether rows are compared with what is published. Default: compare'),
    limit: z.coerce
      .number()
      .int()
      .min(0)
      .max(100)
      .optional()
      .describe('Examples of each kind; default: 10'),
  }),
  response: { 200: testReportSchema, ...problems },
});

export const listEffects = route('GET', PATHS.effects, {
  needs: 'viewer',
  summary: 'Tasks that a test run has recorded instead of doing them, the earliest first',
  params: idParams,
  querystring: z.object(paging),
  response: { 200: pageOf(effectSchema), ...problems },
});
