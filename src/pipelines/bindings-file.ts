/**
 * The bindings of a server: who performs AWS resources in machines that have no pipeline file, because a client made them
 * over the wire API, and in pipelines whose own bindings do not name the resource.
 *
 *     arn:aws:states:::sns:publish: { shell: [./notify.sh] }
 *     resize: { lambda: functions/resize }
 *
 * The file holds what the section `bindings` of a pipeline file holds. Paths in it lie under its folder.
 * @module
 */
import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import type { JsonObject } from '../asl/json.js';
import { formatProblems } from './format-problems.js';
import type { Problem } from './problem.js';
import { bindingsSchema } from './schema.js';
import { checked } from './schema-problems.js';
import { readSource } from './source-file.js';

/** There is no such file, or something is wrong with it; the message tells everything that is. */
export class BindingsFileError extends Error {
  override readonly name = 'BindingsFileError';
}

const KIND = {
  name: 'bindings file',
  begin: 'resize: { lambda: functions/resize }',
  fields: (): readonly string[] => [],
};

/**
 * Reads a file of bindings, all or nothing.
 * @returns the bindings by resource, and the absolute folder under which their files lie
 * @throws BindingsFileError
 * @example openBindingsFile('bindings.yaml').bindings.resize
 */
export function openBindingsFile(file: string): {
  bindings: { [resource: string]: JsonObject };
  folder: string;
} {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    throw new BindingsFileError(`The bindings cannot be read: ${(error as Error).message}`);
  }
  const problems: Problem[] = [];
  const source = readSource(file, text, problems);
  const bindings = source && checked(bindingsSchema, source, KIND, problems);
  if (bindings === undefined || problems.some(({ severity }) => severity === 'error')) {
    const told = formatProblems(problems, new Map([[file, text]]));
    throw new BindingsFileError(`The bindings have problems.\n${told}`);
  }
  return {
    bindings: normalBindings(bindings as { [resource: string]: JsonObject }),
    folder: dirname(resolve(file)),
  };
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
