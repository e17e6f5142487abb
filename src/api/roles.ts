/**
 * Roles as requests and answers write them. What each may do is told in `engine/kernel/roles.ts` and docs/guides/access.md.
 * @module
 */
import { z } from 'zod';

export const roleSchema = z
  .enum(['viewer', 'analyst', 'operator', 'editor', 'admin'])
  .describe(
    'viewer: reads; analyst: also reads rows of datasets; operator: acts on executions; editor: changes definitions; admin: gives access',
  );
export type RoleName = z.infer<typeof roleSchema>;

export const rolesSchema = z
  .record(z.string(), roleSchema)
  .describe('Role by team; `*`: in every team');
