/**
 * `allow`: what other teams may do with a pipeline.
 * @module
 */
import { z } from 'zod';
import { type Section, whenShaped } from './section.js';

export interface Allow {
  start?: string | string[] | undefined;
  read?: string | string[] | undefined;
}

const teamName = z
  .string()
  .regex(/^(\*|[A-Za-z0-9][A-Za-z0-9._-]{0,79})$/, 'expected the name of a team, or "*" for all');
const teamNames = z.union([teamName, z.array(teamName).min(1).max(100)]);

const schema: z.ZodType<Allow> = z
  .strictObject({
    start: teamNames.optional().meta({ description: 'Teams whose pipelines may start it' }),
    read: teamNames.optional().meta({
      description: 'Teams whose pipelines hear of its outcomes: as upstreams, events and results',
    }),
  })
  .meta({ description: 'What other teams may do with it; nothing when absent' });

/** Names of teams, or `*`. */
export interface AllowSection {
  readonly start: readonly string[];
  readonly read: readonly string[];
}

export const ALLOW: Section<AllowSection> & { schema: z.ZodType<Allow> } = {
  path: ['allow'],
  schema,
  parse: (json) =>
    whenShaped(schema, json, ({ start, read }) => ({ start: listOf(start), read: listOf(read) })),
};

function listOf(teams: string | string[] | undefined): string[] {
  if (teams === undefined) return [];
  return typeof teams === 'string' ? [teams] : teams;
}
