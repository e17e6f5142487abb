/**
 * Users: people who log in, with a role in some teams.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { personalRoleSchema, rolesSchema } from './roles.js';
import { route } from './route.js';
import { loginLinkSchema } from './sessions.js';
import { listOf, NAME_MESSAGE, NAME_PATTERN, timeSchema } from './values.js';

const MOST_TEAMS = 100;

const userName = z
  .string()
  .regex(
    /^[A-Za-z0-9][A-Za-z0-9._@+-]{0,79}$/,
    'expected 1 to 80 letters, digits and . _ @ + -, beginning with a letter or digit',
  );
const params = z.object({ name: z.string().min(1).max(200).describe('Name of the user') });

const EXAMPLE = {
  name: 'ana',
  email: 'ana@example.com',
  roles: { parcels: 'editor' as const },
  login: 'link' as const,
  createdAt: 1_795_150_800_000,
};

export const userSchema = z
  .strictObject({
    name: z.string(),
    email: z.string().exactOptional(),
    roles: rolesSchema,
    login: z.enum(['link', 'oidc']).describe('By links that somebody makes, or by a provider'),
    createdAt: timeSchema,
    lastLoginAt: timeSchema.exactOptional().describe('By a provider'),
  })
  .meta({ id: 'User', examples: [EXAMPLE] });
export type User = z.infer<typeof userSchema>;

const changeSchema = z
  .strictObject({
    email: z.email().max(254).optional(),
    roles: z
      .record(
        z.string().refine((team) => team === '*' || NAME_PATTERN.test(team), NAME_MESSAGE),
        personalRoleSchema,
      )
      .refine((roles) => Object.keys(roles).length <= MOST_TEAMS, 'expected at most 100 teams')
      .describe(
        'Role by team; `*`: in every team. Of teams that you give no access to nothing changes',
      ),
  })
  .meta({ id: 'UserChange', examples: [{ email: EXAMPLE.email, roles: EXAMPLE.roles }] });

export const listUsers = route('GET', PATHS.users, {
  needs: 'admin',
  summary: 'List the users who have a role in your teams',
  response: { 200: listOf(userSchema), ...problems },
});

export const putUser = route('PUT', PATHS.user, {
  needs: 'admin',
  summary: 'Make a user, or give other roles to one: at once, also where they are logged in',
  params: z.object({ name: userName.describe('Name of the user') }),
  body: changeSchema,
  response: { 200: userSchema, ...problems },
});

export const removeUser = route('DELETE', PATHS.user, {
  needs: 'admin',
  summary: 'Take a user’s roles in your teams; who has none left is gone, with all tokens',
  params,
  response: { 200: z.strictObject({ removed: z.literal(true) }), ...problems },
});

export const linkUser = route('POST', PATHS.userLink, {
  needs: 'admin',
  summary: 'Make a link that logs a user in, once',
  params,
  response: { 201: loginLinkSchema, ...problems },
});
