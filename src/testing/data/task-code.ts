/**
 * Which files of the pipeline's folder its tasks are made of: the SQL files and scripts that they name.
 *
 * A test with data of its own runs them in a folder where nothing else is. So what a test forgets is missing, instead of being
 * read from where the real data lies.
 * @module
 */
import { statSync } from 'node:fs';
import { isAbsolute, join, normalize } from 'node:path';
import type { Json, JsonObject } from '../../asl/json.js';
import { isObject } from '../../asl/json.js';
import type { PipelinePlan } from '../../pipelines/plan.js';
import { tasksOf } from '../../pipelines/tasks.js';

/** Words of a command that are code and no data. */
const CODE = /\.(py|sh|bash|js|mjs|cjs|ts|rb|pl|R|sql|jar)$/;

/** Relative to the folder, each once. */
export function codeOfTasks({ definition, folder }: PipelinePlan): string[] {
  const named = tasksOf(definition as unknown as JsonObject).flatMap(({ state }) =>
    namesOf(String(state.Resource), (state.Arguments ?? state.Parameters ?? null) as Json),
  );
  return [...new Set(named.map((name) => normalize(name)))].filter(
    (name) =>
      !isAbsolute(name) &&
      !name.startsWith('..') &&
      (statSync(join(folder, name), { throwIfNoEntry: false })?.isFile() ?? false),
  );
}

function namesOf(resource: string, args: Json): string[] {
  if (!isObject(args)) return [];
  const words = Array.isArray(args.command) ? args.command.filter(isText) : [];
  const [program] = words;
  return [
    ...(resource === 'millrace:sql' ? [args.file] : []),
    args.script,
    // A program of the pipeline's own: `./fetch.sh`.
    ...(program?.includes('/') ? [program] : []),
    ...words.filter((word) => CODE.test(word)),
  ].filter(isText);
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value !== '';
}
