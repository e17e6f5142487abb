/**
 * Arguments of a `millrace:lambda` task.
 *
 * | field | meaning |
 * | --- | --- |
 * | `folder` | folder of the function's code, under the pipeline's folder |
 * | `handler` | as AWS writes it: `index.handler` is `handler` in `index.mjs`, `.js`, `.cjs` or `index.py`; `src/app.main` is in a subfolder |
 * | `runtime` | `nodejs` or `python`; told from the handler's file when absent |
 * | `payload` | the event; `{}` when absent |
 * | `functionName` | what the handler finds in its context; the folder's name when absent |
 * | `timeoutSeconds` | the function's own timeout, 1 to 86400; 900 when absent |
 * | `memory` | MiB; a cap on Node's heap or Python's data; none when absent |
 * | `environment` | further environment variables; the environment is clean otherwise |
 * | `fallback` | `{ handler, folder?, runtime? }`: a twin that runs where the runtime's program is not installed |
 * @module
 */
import { z } from 'zod';
import type { Json } from '../connector.js';
import { environmentVariables } from '../shell/shell-arguments.js';

/** The longest time an AWS function may take, and the default here. */
export const DEFAULT_TIMEOUT_SECONDS = 900;

export type Runtime = 'nodejs' | 'python';

export interface FunctionLocation {
  folder: string;
  handler: string;
  runtime?: Runtime | undefined;
}

export interface LambdaArguments extends FunctionLocation {
  payload?: Json | undefined;
  functionName?: string | undefined;
  timeoutSeconds?: number | undefined;
  memory?: number | undefined;
  environment?: { [name: string]: string } | undefined;
  fallback?:
    | { folder?: string | undefined; handler: string; runtime?: Runtime | undefined }
    | undefined;
}

const handler = z
  .string()
  .regex(
    /^[^\0.][^\0]*\.[A-Za-z_$][A-Za-z0-9_$.]*$/,
    'Write the handler as file.function, for example "index.handler".',
  );

/** `nodejs`, `python`, or one of AWS's identifiers such as `python3.12` and `nodejs22.x`. */
const runtime: z.ZodType<Runtime> = z
  .string()
  .regex(/^(nodejs|python)[0-9.x]*$/, 'Known runtimes are "nodejs" and "python".')
  .transform((name): Runtime => (name.startsWith('python') ? 'python' : 'nodejs'));

export const lambdaArguments: z.ZodType<LambdaArguments> = z.strictObject({
  folder: z.string().min(1),
  handler,
  runtime: runtime.optional(),
  payload: z.json().optional(),
  functionName: z.string().min(1).max(140).optional(),
  timeoutSeconds: z.number().min(0.001).max(86_400).optional(),
  memory: z.number().int().min(16).max(1_048_576).optional(),
  environment: environmentVariables.optional(),
  fallback: z
    .strictObject({
      folder: z.string().min(1).optional(),
      handler,
      runtime: runtime.optional(),
    })
    .optional(),
});
