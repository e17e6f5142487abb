/**
 * The file of a server that says where secrets come from besides its own store, and for which teams.
 *
 *     sources:
 *       - { file: county.env, teams: [parcels] }
 *       - { command: [pass, show, "millrace/{team}/{name}"], teams: '*', timeout: 5s, environment: [GNUPGHOME] }
 *       - { aws: "millrace/{team}/{name}", region: us-west-2, teams: '*' }
 *
 * They are asked in their order, after the store. `teams` has no default: nothing is for everybody unless it says so.
 * Paths lie beside the file.
 * @module
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { parseDuration } from './duration.js';
import { formatProblems } from './format-problems.js';
import type { Problem } from './problem.js';
import { NAME_MESSAGE, NAME_PATTERN } from './schema.js';
import { checked } from './schema-problems.js';
import { readSource } from './source-file.js';
import { duration } from './step-schema.js';

/** There is no such file, or something is wrong with it; the message tells everything that is. */
export class SecretsFileError extends Error {
  override readonly name = 'SecretsFileError';
}

/** A source as the file describes it. */
export type WrittenSource = { readonly teams: readonly string[] | '*' } & (
  | { readonly type: 'file'; readonly path: string }
  | {
      readonly type: 'command';
      readonly argv: readonly string[];
      readonly timeoutMs: number;
      readonly environment: readonly string[];
    }
  | { readonly type: 'aws'; readonly id: string; readonly region?: string }
);

const DEFAULT_TIMEOUT_SECONDS = 10;
const LONGEST_TIMEOUT_SECONDS = 60;
const MOST_SOURCES = 20;

const teams = z.union([
  z.literal('*'),
  z.array(z.string().regex(NAME_PATTERN, NAME_MESSAGE)).min(1).max(100),
]);
const word = z
  .string()
  .min(1)
  .max(4_096)
  .refine((text) => !text.includes('\0'), 'a word may not hold a NUL character');
const id = z
  .string()
  .min(1)
  .max(512)
  .refine(
    (text) => text.includes('{name}'),
    'expected {name} in it, where the name of the secret goes',
  );

const source = z
  .strictObject({
    file: z.string().min(1).optional(),
    command: z.array(word).min(1).max(100).optional(),
    aws: id.optional(),
    teams,
    timeout: duration.optional(),
    environment: z
      .array(z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/))
      .max(50)
      .optional(),
    region: z
      .string()
      .regex(/^[a-z0-9-]{1,40}$/)
      .optional(),
  })
  .superRefine((value, context) => {
    const kinds = (['file', 'command', 'aws'] as const).filter((kind) => value[kind] !== undefined);
    const say = (message: string, path: string[] = []): void =>
      context.addIssue({ code: 'custom', message, path });
    if (kinds.length !== 1) say('expected exactly one of file, command, aws');
    const [kind] = kinds;
    if (kind !== 'command' && value.timeout !== undefined) say('only of a command', ['timeout']);
    if (kind !== 'command' && value.environment !== undefined)
      say('only of a command', ['environment']);
    if (kind !== 'aws' && value.region !== undefined) say('only of aws', ['region']);
    const seconds = parseDuration(value.timeout ?? DEFAULT_TIMEOUT_SECONDS) ?? 0;
    if (seconds <= 0 || seconds > LONGEST_TIMEOUT_SECONDS)
      say(`expected a time up to ${LONGEST_TIMEOUT_SECONDS}s`, ['timeout']);
    if (
      value.command !== undefined &&
      !value.command.slice(1).some((one) => one.includes('{name}'))
    )
      say('expected {name} in an argument, where the name of the secret goes', ['command']);
  });

const fileSchema = z.strictObject({ sources: z.array(source).min(1).max(MOST_SOURCES) });

const FIELDS = ['file', 'command', 'aws', 'teams', 'timeout', 'environment', 'region'];
const KIND = {
  name: 'sources of secrets',
  begin: 'sources: [{ file: county.env, teams: [parcels] }]',
  fields: (path: readonly (string | number)[]): readonly string[] =>
    path.length === 0 ? ['sources'] : FIELDS,
};

/**
 * Reads a file of sources, all or nothing.
 * @throws SecretsFileError
 * @example openSecretsFile('secrets.yaml') // [{ type: 'file', path: '/…/county.env', teams: ['parcels'] }]
 */
export function openSecretsFile(file: string): WrittenSource[] {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new SecretsFileError(
      `The file of sources of secrets cannot be read: ${(error as Error).message}`,
    );
  }
  const problems: Problem[] = [];
  const read = readSource(file, text, problems);
  const value = read && checked(fileSchema, read, KIND, problems);
  if (value === undefined || problems.some(({ severity }) => severity === 'error')) {
    const told = formatProblems(problems, new Map([[file, text]]));
    throw new SecretsFileError(`The file of sources of secrets has problems.\n${told}`);
  }
  const folder = dirname(resolve(file));
  return (value.sources ?? []).map((one): WrittenSource => {
    if (one.file !== undefined) {
      return { type: 'file', path: resolve(folder, one.file), teams: one.teams };
    }
    if (one.command !== undefined) {
      const seconds = parseDuration(one.timeout ?? DEFAULT_TIMEOUT_SECONDS) ?? 0;
      return {
        type: 'command',
        argv: one.command,
        timeoutMs: seconds * 1000,
        environment: one.environment ?? [],
        teams: one.teams,
      };
    }
    const { region } = one;
    return {
      type: 'aws',
      id: one.aws ?? '',
      teams: one.teams,
      ...(region === undefined ? {} : { region }),
    };
  });
}

/**
 * An environment file as a flag names it: `county.env` of the team `default`, `parcels=county.env`, `*=shared.env`.
 * @throws SecretsFileError
 */
export function environmentFileFlag(given: string): WrittenSource {
  const parts = /^(\*|[A-Za-z0-9][A-Za-z0-9._-]{0,79})=(.*)$/s.exec(given);
  const [, team = 'default', path = ''] = parts ?? [undefined, undefined, given];
  if (path === '') {
    throw new SecretsFileError(`'${given}' names no file of secrets: write [TEAM=]FILE.`);
  }
  return { type: 'file', path: resolve(path), teams: team === '*' ? '*' : [team] };
}
