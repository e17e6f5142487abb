/**
 * Tokens for people, CI and programs. A token's text is in the answer that makes it and nowhere else.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { roleSchema } from './roles.js';
import { route } from './route.js';
import { listOf, NAME_MESSAGE, NAME_PATTERN, timeSchema } from './values.js';

const MOST_TEAMS = 100;
/** How long a token is good that nobody has said a time for. */
const DEFAULT_LIFETIME = '90d';

export const tokenSchema = z
  .strictObject({
    id: z.string().describe('What it is revoked by; nobody gets in with it'),
    kind: z.enum(['api', 'session']),
    label: z.string(),
    role: roleSchema,
    teams: z.array(z.string()).exactOptional().describe('Absent: all teams'),
    user: z.string().exactOptional().describe('Whose it is: it gives no more than their roles'),
    createdAt: timeSchema,
    expiresAt: timeSchema.exactOptional(),
  })
  .meta({
    id: 'Token',
    examples: [
      {
        id: '3f9c1a2b4d5e',
        kind: 'api',
        label: 'claims dashboard',
        role: 'viewer',
        teams: ['claims'],
        createdAt: 1_795_150_800_000,
      },
    ],
  });
export type Token = z.infer<typeof tokenSchema>;

const requestSchema = z
  .strictObject({
    teams: z
      .union([
        z.literal('*'),
        z.array(z.string().regex(NAME_PATTERN, NAME_MESSAGE)).min(1).max(MOST_TEAMS),
      ])
      .describe('Teams whose things it sees; `*`: all of them'),
    role: roleSchema.default('viewer'),
    label: z.string().min(1).max(200).describe('Who or what it is for'),
    user: z
      .string()
      .min(1)
      .max(80)
      .optional()
      .describe('A user whose it is: it gives no more than their roles, and ends with them'),
    expires: z
      .string()
      .max(20)
      .default(DEFAULT_LIFETIME)
      .describe('After so long it is worth nothing: 12h, 30d … or `never`'),
  })
  .meta({
    id: 'TokenRequest',
    examples: [{ teams: ['claims'], role: 'viewer', label: 'claims dashboard', expires: '30d' }],
  });

export const issuedTokenSchema = z
  .strictObject({ id: z.string(), token: z.string().describe('Shown this once') })
  .meta({ id: 'IssuedToken', examples: [{ id: '3f9c1a2b4d5e', token: '…' }] });
export type IssuedToken = z.infer<typeof issuedTokenSchema>;

export const listTokens = route('GET', PATHS.tokens, {
  needs: 'admin',
  summary: 'List the tokens and sessions that are good',
  response: { 200: listOf(tokenSchema), ...problems },
});

export const issueToken = route('POST', PATHS.tokens, {
  needs: 'admin',
  summary: 'Make a token; its text is shown this once',
  body: requestSchema,
  response: { 201: issuedTokenSchema, ...problems },
});

export const revokeToken = route('DELETE', PATHS.token, {
  needs: 'admin',
  summary: 'Revoke a token or end a session: at once, also where it is being used',
  params: z.object({ id: z.string().max(64).describe('Its id, as it is listed') }),
  response: { 200: z.strictObject({ revoked: z.literal(true) }), ...problems },
});
