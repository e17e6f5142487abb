/**
 * The audit log: who did what to what, when, from where.
 * @module
 */
import { z } from 'zod';
import { PATHS } from './paths.js';
import { problems } from './problem.js';
import { route } from './route.js';
import { countSchema, timeSchema } from './values.js';

const hashSchema = z.string().describe('SHA-256 of the entry and of the one before it');

export const auditEntrySchema = z
  .strictObject({
    number: countSchema,
    at: timeSchema,
    actor: z.string().describe('The user, or the label of the token, or the access key'),
    team: z.string().describe('Whose things it is about; empty: several teams’, or the server’s'),
    act: z.string(),
    what: z.string().describe('What it names'),
    outcome: z.string().describe('`asked`: before it was done; else the code of the refusal'),
    address: z.string(),
    hash: hashSchema,
  })
  .meta({
    id: 'AuditEntry',
    examples: [
      {
        number: 42,
        at: 1_795_150_800_000,
        actor: 'ana',
        team: 'parcels',
        act: 'POST /executions/:id/stop',
        what: '0198c3f0-7c3e-7cc1-9c4b-6f1f7f1b8f10',
        outcome: 'asked',
        address: '127.0.0.1',
        hash: '9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08',
      },
    ],
  });
export type AuditEntry = z.infer<typeof auditEntrySchema>;

export const auditVerifiedSchema = z
  .strictObject({
    sound: z.boolean(),
    finding: z.string().exactOptional().describe('What is wrong with it'),
    entries: countSchema,
    head: z
      .strictObject({ number: countSchema, hash: hashSchema })
      .describe('The last entry: note it elsewhere, to know later that it is still this log'),
  })
  .meta({
    id: 'AuditVerified',
    examples: [{ sound: true, entries: 42, head: { number: 42, hash: '9f86d081884c7d65…' } }],
  });
export type AuditVerified = z.infer<typeof auditVerifiedSchema>;

export const listAudit = route('GET', PATHS.audit, {
  needs: 'admin',
  summary: 'List who did what in your teams, the newest first',
  querystring: z.object({
    actor: z.string().max(300).optional().describe('Only of this user, token or access key'),
    limit: z.coerce.number().int().min(1).max(1000).optional(),
    cursor: z.string().max(200).optional(),
  }),
  response: {
    200: z.strictObject({ items: z.array(auditEntrySchema), next: z.string().exactOptional() }),
    ...problems,
  },
});

export const verifyAudit = route('GET', PATHS.auditVerification, {
  needs: 'server',
  summary: 'Read the whole audit log and say whether it is what was written',
  querystring: z.object({
    head: z
      .string()
      .regex(/^\d{1,15}:[0-9a-f]{64}$/, 'expected NUMBER:HASH')
      .optional()
      .describe('An entry of an earlier time, which must still be there'),
  }),
  response: { 200: auditVerifiedSchema, ...problems },
});
