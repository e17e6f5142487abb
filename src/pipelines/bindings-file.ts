/**
 * The bindings of a server: who performs AWS resources in machines that have no pipeline file, because a client made them
 * over the wire API, and in pipelines whose own bindings do not name the resource; and which teams' machines may run code.
 *
 *     arn:aws:states:::sns:publish: { shell: [./notify.sh], teams: '*' }
 *     resize: { lambda: functions/resize, teams: [photos] }
 *     grants:
 *       photos: [sql]
 *
 * A binding is what the section `bindings` of a pipeline file holds, and the teams that it is for. Without teams it is for
 * pipelines from files alone. `grants` gives teams the use of connectors that run code (`millrace:sql`), with whatever
 * arguments their machines choose. Paths lie under the file's folder.
 * @module
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { isObject, type Json, type JsonObject } from '../asl/json.js';
import { suggest } from '../asl/validate.js';
import { formatProblems } from './format-problems.js';
import type { Problem } from './problem.js';
import { BINDING_FORMS, bindingSchema, NAME_MESSAGE, NAME_PATTERN } from './schema.js';
import { checked } from './schema-problems.js';
import { readSource, type ValuePath } from './source-file.js';
import { json } from './step-schema.js';

/** There is no such file, or something is wrong with it; the message tells everything that is. */
export class BindingsFileError extends Error {
  override readonly name = 'BindingsFileError';
}

/** What is known of connectors, for what the file names. */
export interface KnownConnector {
  kind: string;
  runsCode: boolean;
}

export interface BindingsFile {
  bindings: { [resource: string]: JsonObject };
  /** For whom each binding is that says so. */
  teams: { [resource: string]: readonly string[] | '*' };
  /** Kinds of connectors by team; `*` is every team. */
  grants: { [team: string]: readonly string[] };
  /** Absolute: what the bindings name lies under it. */
  folder: string;
  file: string;
}

/** The one name at the top of the file that is no resource. */
const GRANTS = 'grants';

/** What a binding may say in every form: for "did you mean". */
const OWN_FIELDS = ['teams', 'arguments', ...BINDING_FORMS];

/**
 * Reads a file of bindings, all or nothing.
 * @throws BindingsFileError
 * @example openBindingsFile('bindings.yaml', connectors).bindings.resize
 */
export function openBindingsFile(
  file: string,
  connectors: readonly KnownConnector[],
): BindingsFile {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new BindingsFileError(`The bindings cannot be read: ${(error as Error).message}`);
  }
  const problems: Problem[] = [];
  const source = readSource(file, text, problems);
  const read = source && checked(fileSchema(connectors), source, KIND, problems);
  if (read === undefined || problems.some(({ severity }) => severity === 'error')) {
    const told = formatProblems(problems, new Map([[file, text]]));
    throw new BindingsFileError(`The bindings have problems.\n${told}`);
  }
  const { [GRANTS]: grants = {}, ...bindings } = read as { [name: string]: JsonObject };
  const teams: BindingsFile['teams'] = {};
  const plain: BindingsFile['bindings'] = {};
  for (const [resource, { teams: listed, ...binding }] of Object.entries(bindings)) {
    if (listed !== undefined) teams[resource] = listed as string[] | '*';
    plain[resource] = binding;
  }
  return {
    bindings: normalBindings(plain),
    teams,
    grants: grants as { [team: string]: string[] },
    folder: dirname(resolve(file)),
    file,
  };
}

const KIND = {
  name: 'bindings',
  begin: 'resize: { lambda: functions/resize, teams: [photos] }',
  fields: ([section]: ValuePath): readonly string[] => {
    if (section === undefined) return [GRANTS];
    return section === GRANTS ? [] : OWN_FIELDS;
  },
};

function fileSchema(connectors: readonly KnownConnector[]): z.ZodType<{ [name: string]: Json }> {
  const binding = sharedBinding(connectors.map(({ kind }) => kind));
  const grants = grantsSchema(connectors);
  return z.record(z.string().min(1), json).superRefine((file, context) => {
    for (const [name, value] of Object.entries(file)) {
      if (isMisspelt(name, value)) {
        context.addIssue({ code: 'unrecognized_keys', keys: [name], input: file });
        continue;
      }
      const result = (name === GRANTS ? grants : binding).safeParse(value);
      for (const issue of result.error?.issues ?? []) {
        context.addIssue({ ...issue, path: [name, ...issue.path] } as never);
      }
    }
  });
}

/** `grant`, `Grants`: a name like that of the grants, with what no binding is. */
function isMisspelt(name: string, value: Json): boolean {
  if (name === GRANTS || suggest(name, [GRANTS]) === undefined || !isObject(value)) return false;
  return Object.values(value).every((member) => Array.isArray(member));
}

const teamName = z.string().regex(NAME_PATTERN, NAME_MESSAGE);

function sharedBinding(kinds: readonly string[]): z.ZodType<JsonObject> {
  return bindingSchema.superRefine((binding, context) => {
    const parsed = z
      .looseObject({
        teams: z
          .union([
            z.string().refine((text) => text === '*', "expected a list of teams, or '*' for all"),
            z.array(teamName).min(1),
          ])
          .optional(),
        connector: z.enum(kinds as [string, ...string[]]).optional(),
      })
      .safeParse(binding);
    for (const issue of parsed.error?.issues ?? []) context.addIssue(issue as never);
    const keys = Object.keys(binding).filter(
      (name) => !OWN_FIELDS.includes(name) && suggest(name, ['teams']) !== undefined,
    );
    if (keys.length > 0) context.addIssue({ code: 'unrecognized_keys', keys, input: binding });
  });
}

function grantsSchema(connectors: readonly KnownConnector[]): z.ZodType {
  const codeKinds = connectors.filter(({ runsCode }) => runsCode).map(({ kind }) => kind);
  const kind = z.enum(codeKinds as [string, ...string[]]);
  const team = z
    .string()
    .refine((name) => name === '*' || NAME_PATTERN.test(name), `${NAME_MESSAGE}; or '*'`);
  return z.record(team, z.array(kind).min(1));
}

/** A lambda without a handler has the usual one. */
export function normalBindings(bindings: { [resource: string]: JsonObject }): {
  [resource: string]: JsonObject;
} {
  return Object.fromEntries(
    Object.entries(bindings).map(([resource, binding]) => {
      const { lambda } = binding;
      if (typeof lambda === 'string' && binding.handler === undefined) {
        return [resource, { ...binding, handler: 'index.handler' }];
      }
      return [resource, binding];
    }),
  );
}
