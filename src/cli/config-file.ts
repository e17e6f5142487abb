/**
 * The configuration file of `millrace up`: its flags, under their names, in YAML.
 *
 *     folder: pipelines
 *     data: /var/lib/millrace
 *     port: 7350
 *     retention: [30d, logs=14d]
 *
 * A flag goes before a variable of the environment, that before the file, the file before the default. What the file says is handed to the
 * parser of flags as if it stood on the command line, so that it is judged by the same rules. Secrets have no place in it: those are
 * variables of the environment, or files that it names.
 * @module
 */
import { readFileSync } from 'node:fs';
import { dirname, isAbsolute, join, resolve } from 'node:path';
import { z } from 'zod';
import { formatProblems } from '../pipelines/format-problems.js';
import type { Problem } from '../pipelines/problem.js';
import { checked, type FileKind } from '../pipelines/schema-problems.js';
import { problemAt, readSource } from '../pipelines/source-file.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';
import { table } from './text.js';
import { UP_FLAGS, type UpFlag } from './up-flags.js';

/** What the table of flags says of one. */
interface FlagShape {
  readonly type: 'boolean' | 'option';
  readonly description?: string;
  readonly env?: string;
  readonly default?: unknown;
  readonly options?: readonly string[];
  readonly multiple?: boolean;
  readonly min?: number;
  readonly max?: number;
}

export const FLAG_SHAPES: Readonly<Record<UpFlag, FlagShape>> = UP_FLAGS as never;
const NAMES = Object.keys(UP_FLAGS) as UpFlag[];

/** Flags that name a file or a folder: in the file, from the folder of the file. */
export const PLACES: {
  readonly [name in UpFlag]?: 'file' | 'folder' | 'team=file' | 'address or folder';
} = {
  data: 'folder',
  'seal-key': 'file',
  'tls-cert': 'file',
  'tls-key': 'file',
  'ca-file': 'file',
  bindings: 'file',
  'mock-config': 'file',
  secrets: 'file',
  'secrets-env': 'team=file',
  'oidc-roles': 'file',
  datasets: 'address or folder',
  'work-folder': 'folder',
  'duckdb-extensions': 'folder',
  rates: 'file',
  accounts: 'file',
};

const LONGEST = 2_000;
const MOST = 200;
const text = z.string().min(1).max(LONGEST);

function single({ options, min, max }: FlagShape): z.ZodType {
  if (options !== undefined) return z.enum(options as [string, ...string[]]);
  if (min !== undefined && max !== undefined) return z.int().min(min).max(max);
  return text.refine((value) => !/:\/\/[^/\s]*:[^/\s]*@/.test(value), {
    error: 'an address with a password: secrets do not belong into this file',
  });
}

function valueSchema(given: FlagShape): z.ZodType {
  const { type, multiple, description = '' } = given;
  if (type === 'boolean') return z.boolean().optional().describe(description);
  const one = single(given);
  const all = multiple ? z.union([one, z.array(one).max(MOST)]) : one;
  return all.optional().describe(description);
}

const fields: { [name: string]: z.ZodType } = {
  folder: text.optional().describe('folder of pipeline files'),
  ...Object.fromEntries(NAMES.map((name) => [name, valueSchema(FLAG_SHAPES[name])])),
};
const schema = z.strictObject(fields);

type Written = { readonly [name: string]: boolean | number | string | readonly string[] };

/** What a file says: the folder of pipelines, and flags. */
export interface ConfigFile {
  readonly file: string;
  readonly folder: string | undefined;
  /** Values by flag, each as a list; of a boolean `true` or `false`. */
  readonly values: ReadonlyMap<UpFlag, readonly string[]>;
}

const KIND: FileKind = {
  name: 'configuration',
  begin: 'data: .millrace',
  fields: (path) => (path.length === 0 ? Object.keys(fields) : []),
};

/** The JSON Schema of the file, for editors. */
export function configSchema(): Readonly<Record<string, unknown>> {
  return {
    ...z.toJSONSchema(schema, { target: 'draft-07', io: 'input' }),
    title: 'Configuration of millrace up',
  };
}

/**
 * Reads a configuration, all or nothing.
 * @returns no values when anything in it is wrong, and everything that is wrong, each at its place
 * @example loadConfig('m.yaml', 'port: 8080').config?.values.get('port') // ['8080']
 */
export function loadConfig(
  file: string,
  content: string,
): { config?: ConfigFile; problems: Problem[] } {
  const problems: Problem[] = [];
  const source = readSource(file, content, problems);
  if (source === undefined) return { problems };
  const written = checked(schema, source, KIND, problems) as Written;
  if (problems.length > 0) return { problems };
  const base = dirname(resolve(file));
  const values = new Map<UpFlag, readonly string[]>();
  for (const name of NAMES) {
    const value = written[name];
    if (value === undefined) continue;
    const all = (Array.isArray(value) ? value : [value]).map((one) =>
      placed(name, String(one), base),
    );
    values.set(name, all);
  }
  const { folder } = written;
  if (folder !== undefined && typeof folder !== 'string') {
    problems.push(problemAt(source, ['folder'], 'MILL1103', 'expected the name of a folder'));
  }
  const at = typeof folder === 'string' ? under(base, folder) : undefined;
  return { config: { file, folder: at, values }, problems };
}

/**
 * Reads the file.
 * @throws CommandFailure MILL5777 with everything that is wrong with it, MILL5778 when it cannot be read
 */
export function openConfig(file: string): ConfigFile {
  let content: string;
  try {
    content = readFileSync(file, 'utf8');
  } catch (error) {
    throw new CommandFailure(
      `The configuration ${file} cannot be read: ${(error as Error).message}`,
      {
        exitCode: EXIT.notFound,
        code: 'MILL5778',
        fix: 'Name a file that is there and may be read with --config (or MILLRACE_CONFIG).',
      },
    );
  }
  const { config, problems } = loadConfig(file, content);
  if (config !== undefined) return config;
  const told = formatProblems(problems, new Map([[file, content]])).trimEnd();
  throw new CommandFailure(`The configuration ${file} is not valid.\n${told}`, {
    exitCode: EXIT.invalidDefinition,
    code: 'MILL5777',
    fix: 'Mend the file that --config (or MILLRACE_CONFIG) names. Its fields are the flags of `millrace up --help`.',
  });
}

function under(base: string, path: string): string {
  return isAbsolute(path) ? path : join(base, path);
}

function placed(name: UpFlag, value: string, base: string): string {
  switch (PLACES[name]) {
    case undefined:
      return value;
    case 'address or folder':
      return /^[a-z0-9]+:\/\//i.test(value) ? value : under(base, value);
    case 'team=file': {
      const at = value.indexOf('=');
      return at < 0
        ? under(base, value)
        : value.slice(0, at + 1) + under(base, value.slice(at + 1));
    }
    default:
      return under(base, value);
  }
}

/** Where a value comes from. */
export type ConfigOrigin = 'flag' | 'environment' | 'file' | 'default';

/** The arguments with what the file says added, and where each value comes from. */
export interface Configured {
  readonly argv: readonly string[];
  readonly origins: ReadonlyMap<UpFlag, ConfigOrigin>;
}

/**
 * Adds what a file says to the arguments, as far as neither they nor the environment say it.
 * @example configure(['--port', '1'], {}, config).origins.get('port') // 'flag'
 */
export function configure(
  argv: readonly string[],
  environment: { readonly [name: string]: string | undefined },
  config: ConfigFile | undefined,
): Configured {
  const end = argv.indexOf('--');
  const given = new Set(
    (end < 0 ? argv : argv.slice(0, end))
      .filter((word) => word.startsWith('--'))
      .map((word) => word.slice(2).split('=', 1)[0]?.replace(/^no-/, '')),
  );
  const origins = new Map<UpFlag, ConfigOrigin>();
  const added: string[] = [];
  for (const name of NAMES) {
    const { env, type } = FLAG_SHAPES[name];
    const values = config?.values.get(name);
    if (given.has(name)) origins.set(name, 'flag');
    else if (env !== undefined && (environment[env] ?? '') !== '') origins.set(name, 'environment');
    else if (values === undefined) origins.set(name, 'default');
    else {
      origins.set(name, 'file');
      for (const value of values) {
        if (type === 'option') added.push(`--${name}=${value}`);
        else if (value === 'true') added.push(`--${name}`);
      }
    }
  }
  return { argv: [...added, ...argv], origins };
}

/** The file that arguments or environment name; before the arguments are read. */
export function configFileIn(
  argv: readonly string[],
  environment: { readonly [name: string]: string | undefined },
): string | undefined {
  for (const [at, word] of argv.entries()) {
    if (word === '--') break;
    if (word === '--config') return argv[at + 1];
    if (word.startsWith('--config=')) return word.slice('--config='.length);
  }
  const named = environment.MILLRACE_CONFIG;
  return named === '' ? undefined : named;
}

/** Addresses may hold what only their receiver should know; of these nothing but the host is shown. */
const WHOLE: ReadonlySet<UpFlag> = new Set(['dead-man'] as const);

/**
 * A value as it may be shown: passwords and parameters of addresses are masked.
 * @example shownValue('openlineage', 'http://a:b@host/?key=x') // 'http://***@host/?***'
 */
export function shownValue(name: UpFlag, value: string): string {
  const masked = value
    .replace(/:\/\/[^/\s@]*@/, '://***@')
    .replace(/\?.*$/s, (query) => (query === '?' ? query : '?***'));
  return WHOLE.has(name) ? masked.replace(/^([a-z]+:\/\/[^/]+\/).+$/s, '$1***') : masked;
}

/**
 * Every value, masked, with where it comes from.
 * @param values as the parser of flags answers them
 */
export function configLines(
  values: { readonly [name: string]: unknown },
  origins: ReadonlyMap<UpFlag, ConfigOrigin>,
  folder: { readonly folder: string; readonly from: ConfigOrigin },
): string[] {
  const rows = NAMES.map((name) => {
    const value = values[name];
    const all = value === undefined ? [] : Array.isArray(value) ? value : [value];
    const shown = all.map((one) => shownValue(name, String(one))).join(', ');
    const { env } = FLAG_SHAPES[name];
    const origin = origins.get(name) ?? 'default';
    const from = origin === 'environment' ? `environment (${env})` : origin;
    return [name, shown === '' ? '–' : shown, from];
  });
  const heads = ['name', 'value', 'from'];
  return table(heads, [['folder', folder.folder, folder.from], ...rows]).split('\n');
}
