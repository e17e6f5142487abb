/**
 * Arguments of a `millrace:shell` task.
 *
 * | field | meaning |
 * | --- | --- |
 * | `command` | the program and its arguments, one string each: `["python3", "extract.py", "--all"]`. No shell is involved: `;`, `$()`, `*` and blanks are plain characters |
 * | `script` | or a script file under the pipeline's folder, run by its `#!` line, else by its ending (.py, .sh, .js, .mjs, .cjs) |
 * | `args` | arguments of the script |
 * | `interpreter` | program that runs the script instead |
 * | `input` | JSON that the task gets on stdin and in the file `$MILLRACE_INPUT`; `{}` when absent |
 * | `env` | further environment variables; the environment is clean otherwise |
 * | `cwd` | working folder, under the pipeline's or the work folder; the pipeline's folder when absent |
 * @module
 */
import { z } from 'zod';
import { messageOf } from '../arguments.js';
import type { Json } from '../connector.js';

const argument = z
  .string()
  .refine((text) => !text.includes('\0'), 'An argument may not hold a NUL character.');

export const environmentVariables: z.ZodType<{ [name: string]: string }> = z.record(
  z
    .string()
    .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'Name variables with letters, digits and _ only.')
    .refine(
      (name) => !name.startsWith('MILLRACE_'),
      'MILLRACE_ variables are set by Millrace: choose another name.',
    ),
  argument,
);

const shared = {
  input: z.json().optional(),
  env: environmentVariables.optional(),
  cwd: z.string().min(1).optional(),
};

const withCommand = z.strictObject({
  command: z.tuple([argument.min(1)], argument),
  ...shared,
});

const withScript = z.strictObject({
  script: z.string().min(1),
  args: z.array(argument).optional(),
  interpreter: argument.min(1).optional(),
  ...shared,
});

export type ShellArguments = {
  input?: Json | undefined;
  env?: { [name: string]: string } | undefined;
  cwd?: string | undefined;
} & (
  | { command: [string, ...string[]] }
  | { script: string; args?: string[] | undefined; interpreter?: string | undefined }
);

const choice = z.looseObject({}).refine((value) => 'command' in value !== 'script' in value, {
  message: 'Give either "command", a list such as ["python3", "extract.py"], or "script", a file.',
  abort: true,
});

/** Reports problems of the form that was chosen, not of both. */
export const shellArguments: z.ZodType<ShellArguments> = choice.transform((value, context) => {
  const parsed = ('command' in value ? withCommand : withScript).safeParse(value);
  if (parsed.success) return parsed.data as ShellArguments;
  for (const issue of parsed.error.issues) {
    context.addIssue({ code: 'custom', message: messageOf(issue), path: issue.path });
  }
  return z.NEVER;
});
