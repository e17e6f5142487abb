/**
 * Jobs that another system performs for tasks of executions: where they are, and how they stand.
 * @module
 */
import { z } from 'zod';
import { idParams } from './executions.js';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { pageOf, paging, timeSchema } from './values.js';

export const remoteJobSchema = z
  .strictObject({
    attempt: z.string().describe('Id of the attempt of the task'),
    state: z.string().describe('Name of the state'),
    retry: z.int().describe('How often the task was retried before'),
    resource: z.string().describe('What was asked for, without its form'),
    phase: z
      .enum(['submitting', 'waiting', 'held', 'trailing', 'stopping', 'ended'])
      .describe(
        'held: a cluster that belongs to the execution; stopping: nobody waits for it any more, and it is asked to end',
      ),
    since: timeSchema.describe('When it came into its phase'),
    begunAt: timeSchema,
    status: z.string().exactOptional().describe('As it was seen last, in the words of its system'),
    job: z.string().exactOptional().describe('Its id over there'),
    account: z.string().exactOptional().describe("Name in the server's file of accounts"),
    region: z.string().exactOptional(),
    links: z.record(z.string(), z.string()).describe('Its own console, its logs'),
    trouble: z.string().exactOptional().describe('Why it cannot be seen, or was not ended'),
    nextLookAt: timeSchema.exactOptional(),
  })
  .meta({
    id: 'RemoteJob',
    examples: [
      {
        attempt: '01a1f640-bc00-7ef5-aab1-79ecc7916f55',
        ...{ state: 'Load', retry: 0, resource: 'batch:submitJob', phase: 'waiting' as const },
        ...{ since: 1_795_150_801_000, begunAt: 1_795_150_800_500, status: 'RUNNABLE' },
        ...{ job: '7f2c1a34', account: 'lake', region: 'eu-central-1' },
        links: { Console: 'https://eu-central-1.console.aws.amazon.com/batch/home#jobs/7f2c1a34' },
      },
    ],
  });
export type RemoteJob = z.infer<typeof remoteJobSchema>;

export const listRemoteJobs = route('GET', PATHS.jobs, {
  needs: 'viewer',
  summary: 'Jobs that another system performs for an execution, newest first',
  params: idParams,
  querystring: z.object({
    state: z.string().max(80).optional().describe('Only jobs of this state; a page may be short'),
    ...paging,
  }),
  response: { 200: pageOf(remoteJobSchema), ...problems },
});
