/**
 * Logging in and out, and who one is.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';

export const sessionSchema = z
  .strictObject({
    label: z.string(),
    role: z.string().describe('viewer or operator'),
    teams: z.array(z.string()).exactOptional().describe('Absent: all teams'),
  })
  .meta({
    id: 'Session',
    examples: [{ label: 'claims dashboard', role: 'viewer', teams: ['claims'] }],
  });
export type Session = z.infer<typeof sessionSchema>;

export const loginLinkSchema = z
  .strictObject({ path: z.string().describe('To be opened in a browser; it works once') })
  .meta({ id: 'LoginLink', examples: [{ path: '/login?token=…' }] });
export type LoginLink = z.infer<typeof loginLinkSchema>;

export const createLoginLink = route('POST', PATHS.loginLinks, {
  summary: 'Make a login link that works once',
  response: { 201: loginLinkSchema, ...problems },
});

export const describeSession = route('GET', PATHS.session, {
  summary: 'Who this token is',
  response: { 200: sessionSchema, ...problems },
});

export const logout = route('POST', PATHS.logout, {
  summary: 'End this session',
  response: { 204: z.null().describe('Nothing'), ...problems },
});
