/**
 * Roles as requests and answers write them. What each may do is told in `engine/kernel/roles.ts` and docs/guides/access.md.
 * @module
 */
import { z } from 'zod';

/** Roles of people and of programs that act for them. */
export const personalRoleSchema = z
  .enum(['viewer', 'analyst', 'operator', 'editor', 'admin'])
  .describe(
    'viewer: reads; analyst: also reads rows of datasets; operator: acts on executions; editor: changes definitions; admin: gives access',
  );

/** Of a token: also that of a worker. */
export const roleSchema = z
  .enum(['worker', ...personalRoleSchema.options])
  .describe(
    'viewer: reads; analyst: also reads rows of datasets; operator: acts on executions; editor: changes definitions; admin: gives access; worker: takes tasks and performs them, and may nothing else',
  );
export type RoleName = z.infer<typeof roleSchema>;

export const rolesSchema = z
  .record(z.string(), roleSchema)
  .describe('Role by team; `*`: in every team');
