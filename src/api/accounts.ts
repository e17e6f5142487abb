/**
 * Accounts of AWS: which there are, and what works in them.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { listOf } from './values.js';

const account = z
  .strictObject({
    name: z.string().describe('What pipelines and teams call it'),
    account: z.string().describe('12 digits'),
    regions: z.array(z.string()).describe('The first is meant where nobody says which'),
    teams: z
      .array(z.string())
      .optional()
      .describe('Those of yours that may use it; all when absent'),
  })
  .meta({
    id: 'Account',
    examples: [
      { name: 'lake', account: '111122223333', regions: ['eu-central-1'], teams: ['parcels'] },
    ],
  });
export type Account = z.infer<typeof account>;

const permission = z
  .strictObject({
    region: z.string(),
    service: z.string(),
    use: z.enum(['watch', 'drive']),
    action: z.string().describe('As IAM writes it'),
    state: z
      .enum(['works', 'denied', 'untried', 'unknown'])
      .describe(
        'untried: nothing can be tried without doing something; unknown: it was not answered',
      ),
    words: z.string().optional().describe('What AWS said'),
  })
  .meta({
    id: 'CheckedPermission',
    examples: [
      {
        region: 'eu-central-1',
        service: 'glue',
        use: 'watch',
        action: 'glue:ListJobs',
        state: 'works',
      },
    ],
  });
export type CheckedPermission = z.infer<typeof permission>;

export const listAccounts = route('GET', PATHS.accounts, {
  needs: 'viewer',
  summary: 'List the accounts of AWS that your teams may use',
  response: { 200: listOf(account), ...problems },
});

const services = z.array(z.string().regex(/^[a-z-]{1,40}$/)).max(100);

export const checkAccountRoute = route('POST', PATHS.checkAccount, {
  needs: 'operator',
  summary: 'Say permission by permission what works in an account',
  description:
    'Lists one thing, or asks for something that nobody has: nothing is changed over there.',
  params: z.object({ name: z.string().min(1).max(400).describe('Name of the account') }),
  body: z.strictObject({
    watch: services.optional().describe('Services whose things are watched; all when absent'),
    drive: services.optional().describe('Services in which work is done; none when absent'),
    region: z.string().max(40).optional().describe('All of the account when absent'),
  }),
  response: { 200: listOf(permission), ...problems },
});
