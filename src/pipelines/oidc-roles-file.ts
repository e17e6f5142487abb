/**
 * The file that says which roles the groups of an OIDC provider give. A group that is not named gives nothing.
 *
 *     groups:
 *       county-engineers: { parcels: editor, claims: viewer }
 *       platform: { '*': admin }
 *
 * @module
 */
import { readFileSync } from 'node:fs';
import { z } from 'zod';
import { formatProblems } from './format-problems.js';
import type { Problem } from './problem.js';
import { NAME_MESSAGE, NAME_PATTERN } from './schema.js';
import { checked } from './schema-problems.js';
import { readSource } from './source-file.js';

/** There is no such file, or something is wrong with it; the message tells everything that is. */
export class OidcRolesFileError extends Error {
  override readonly name = 'OidcRolesFileError';
}

type RoleName = 'viewer' | 'analyst' | 'operator' | 'editor' | 'admin';

/** Roles by team, by group. */
export type GroupRoles = ReadonlyMap<string, { readonly [team: string]: RoleName }>;

const team = z
  .string()
  .refine((name) => name === '*' || NAME_PATTERN.test(name), `${NAME_MESSAGE}; or '*'`);
const roles = z.record(team, z.enum(['viewer', 'analyst', 'operator', 'editor', 'admin']));
const fileSchema = z.strictObject({ groups: z.record(z.string().min(1).max(500), roles) });

const KIND = {
  name: 'roles of groups',
  begin: 'groups: { county-engineers: { parcels: editor } }',
  fields: (path: readonly (string | number)[]): readonly string[] =>
    path.length === 0 ? ['groups'] : [],
};

/**
 * Reads a file of roles, all or nothing.
 * @throws OidcRolesFileError
 * @example openOidcRolesFile('roles.yaml').get('platform') // { '*': 'admin' }
 */
export function openOidcRolesFile(file: string): GroupRoles {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new OidcRolesFileError(
      `The file of roles of groups cannot be read: ${(error as Error).message}`,
    );
  }
  const problems: Problem[] = [];
  const read = readSource(file, text, problems);
  const value = read && checked(fileSchema, read, KIND, problems);
  if (value === undefined || problems.some(({ severity }) => severity === 'error')) {
    const told = formatProblems(problems, new Map([[file, text]]));
    throw new OidcRolesFileError(`The file of roles of groups has problems.\n${told}`);
  }
  return new Map(Object.entries(value.groups ?? {}) as [string, { [team: string]: RoleName }][]);
}
