/**
 * Logging in and out, and who one is.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { roleSchema, rolesSchema } from './roles.js';
import { route } from './route.js';

export const sessionSchema = z
  .strictObject({
    label: z.string(),
    user: z.string().exactOptional().describe('Absent: a program'),
    role: roleSchema.describe('The highest that it has anywhere'),
    teams: z.array(z.string()).exactOptional().describe('Absent: all teams'),
    roles: rolesSchema,
  })
  .meta({
    id: 'Session',
    examples: [
      {
        label: 'claims dashboard',
        role: 'viewer',
        teams: ['claims'],
        roles: { claims: 'viewer' },
      },
    ],
  });
export type Session = z.infer<typeof sessionSchema>;

export const loginLinkSchema = z
  .strictObject({ path: z.string().describe('To be opened in a browser; it works once') })
  .meta({ id: 'LoginLink', examples: [{ path: '/login?token=…' }] });
export type LoginLink = z.infer<typeof loginLinkSchema>;

export const createLoginLink = route('POST', PATHS.loginLinks, {
  needs: 'viewer',
  summary: 'Make a login link that works once',
  response: { 201: loginLinkSchema, ...problems },
});

export const describeSession = route('GET', PATHS.session, {
  needs: 'viewer',
  summary: 'Who this token is',
  response: { 200: sessionSchema, ...problems },
});

export const logout = route('POST', PATHS.logout, {
  needs: 'viewer',
  summary: 'End this session',
  response: { 204: z.null().describe('Nothing'), ...problems },
});
