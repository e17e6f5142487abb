/**
 * Arguments of a `millrace:dbt` task.
 *
 * | field | meaning |
 * | --- | --- |
 * | `project` | folder with `dbt_project.yml`, under the pipeline's folder |
 * | `command` | `build` when absent: models, tests, seeds and snapshots in their order; or `run`, `test`, `seed`, `snapshot`; `list` names the nodes in layers |
 * | `select`, `exclude` | which nodes, as dbt writes it |
 * | `vars` | variables, as an object |
 * | `target`, `profiles` | of the profile; the folder of `profiles.yml`, the project's when absent |
 * | `fullRefresh`, `failFast`, `threads` | as dbt has them |
 * | `env` | further environment variables |
 * | `program` | `dbt` when absent |
 * @module
 */
import { z } from 'zod';
import type { Json } from '../connector.js';
import { environmentVariables } from '../shell/shell-arguments.js';

export const DBT_COMMANDS = ['build', 'run', 'test', 'seed', 'snapshot', 'list'] as const;
export type DbtCommand = (typeof DBT_COMMANDS)[number];

export interface DbtArguments {
  project: string;
  command?: DbtCommand | undefined;
  select?: string | string[] | undefined;
  exclude?: string | string[] | undefined;
  vars?: { [name: string]: Json } | undefined;
  target?: string | undefined;
  profiles?: string | undefined;
  fullRefresh?: boolean | undefined;
  failFast?: boolean | undefined;
  threads?: number | undefined;
  env?: { [name: string]: string } | undefined;
  program?: string | undefined;
  input?: Json | undefined;
}

const text = z
  .string()
  .min(1)
  .max(4_096)
  .refine((one) => !one.includes('\0') && !one.startsWith('-'), 'It may not begin with "-".');
const selection = z.union([text, z.array(text).min(1).max(10_000)]).optional();

export const dbtArguments: z.ZodType<DbtArguments> = z.strictObject({
  project: text,
  command: z.enum(DBT_COMMANDS).optional(),
  select: selection,
  exclude: selection,
  vars: z.record(z.string().min(1).max(200), z.json()).optional(),
  target: text.optional(),
  profiles: text.optional(),
  fullRefresh: z.boolean().optional(),
  failFast: z.boolean().optional(),
  threads: z.int().min(1).max(1_000).optional(),
  env: environmentVariables.optional(),
  program: text.optional(),
  input: z.json().optional(),
});
