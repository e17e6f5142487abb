/**
 * Access keys for clients of the AWS wire API.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { personalRoleSchema, roleSchema } from './roles.js';
import { route } from './route.js';
import { teamSchema, timeSchema } from './values.js';

export const accessKeySchema = z
  .strictObject({
    id: z.string().describe('The access key id'),
    team: z.string(),
    role: roleSchema,
    label: z.string(),
    createdAt: timeSchema,
  })
  .meta({
    id: 'AccessKey',
    examples: [
      {
        id: 'MLR0EXAMPLE0000000000',
        team: 'claims',
        role: 'operator',
        label: 'nightly jobs',
        createdAt: 1_795_150_800_000,
      },
    ],
  });
export type AccessKey = z.infer<typeof accessKeySchema>;

export const issuedKeySchema = z
  .strictObject({
    accessKeyId: z.string(),
    secretAccessKey: z.string().describe('Shown this once'),
    region: z.string().describe('What the ARNs here name'),
  })
  .meta({
    id: 'IssuedAccessKey',
    examples: [{ accessKeyId: 'MLR0EXAMPLE0000000000', secretAccessKey: '…', region: 'us-east-1' }],
  });
export type IssuedKey = z.infer<typeof issuedKeySchema>;

export const listAccessKeys = route('GET', PATHS.accessKeys, {
  needs: 'admin',
  summary: 'List the access keys for the AWS API',
  response: { 200: z.strictObject({ keys: z.array(accessKeySchema) }), ...problems },
});

export const issueAccessKey = route('POST', PATHS.accessKeys, {
  needs: 'admin',
  summary: 'Make an access key for the AWS API; its secret is shown this once',
  body: z.strictObject({
    team: teamSchema,
    role: personalRoleSchema.default('editor'),
    label: z.string().max(200).default('').describe('Who or what it is for'),
  }),
  response: { 200: issuedKeySchema, ...problems },
});

export const revokeAccessKey = route('DELETE', PATHS.accessKey, {
  needs: 'admin',
  summary: 'Revoke an access key',
  params: z.object({ id: z.string().max(128).describe('The access key id') }),
  response: { 200: z.strictObject({ revoked: z.literal(true) }), ...problems },
});
