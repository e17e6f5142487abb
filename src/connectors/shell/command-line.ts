/**
 * From a shell task's arguments to the argv array of its process.
 * @module
 */
import { closeSync, openSync, readSync } from 'node:fs';
import { extname } from 'node:path';
import { TaskFailure, taskErrors } from '../errors.js';
import { existingInside } from '../process/resolve-inside.js';
import type { ShellArguments } from './shell-arguments.js';

/** Interpreters by ending, for scripts without a `#!` line. */
const INTERPRETERS: { [ending: string]: string } = {
  '.py': 'python3',
  '.sh': 'sh',
  '.js': process.execPath,
  '.mjs': process.execPath,
  '.cjs': process.execPath,
};

/** The longest `#!` line that Linux reads. */
const SHEBANG_LIMIT = 256;

/**
 * The program and its arguments.
 * @param folder absolute folder of the pipeline file: scripts lie under it
 */
export function commandLine(args: ShellArguments, folder: string): [string, ...string[]] {
  if ('command' in args) return args.command;
  const script = existingInside(args.script, [folder]);
  const interpreter = args.interpreter ? [args.interpreter] : interpreterOf(script, args.script);
  // The script's path is absolute and so never looks like an option of the interpreter.
  return [...interpreter, script, ...(args.args ?? [])] as [string, ...string[]];
}

function interpreterOf(path: string, name: string): string[] {
  const shebang = shebangOf(path);
  if (shebang) return shebang;
  const interpreter = INTERPRETERS[extname(path).toLowerCase()];
  if (interpreter) return [interpreter];
  throw new TaskFailure(
    taskErrors.invalidArguments,
    `It is not clear what runs "${name}": begin it with a line such as "#!/usr/bin/env bash", or give "interpreter".`,
  );
}

/** `#!/usr/bin/env python3` → ['/usr/bin/env', 'python3']; like the kernel, everything after the first blank is one argument. */
function shebangOf(path: string): string[] | undefined {
  const bytes = Buffer.alloc(SHEBANG_LIMIT);
  const file = openSync(path, 'r');
  let length: number;
  try {
    length = readSync(file, bytes, 0, SHEBANG_LIMIT, 0);
  } catch (error) {
    throw new TaskFailure(taskErrors.fileNotFound, `${path}: ${(error as Error).message}`);
  } finally {
    closeSync(file);
  }
  const line = bytes.toString('utf8', 0, length).split('\n', 1)[0] ?? '';
  const parts = /^#![ \t]*(\S+)(?:[ \t]+(.*\S))?[ \t\r]*$/.exec(line);
  if (!parts?.[1]) return undefined;
  return parts[2] === undefined ? [parts[1]] : [parts[1], parts[2]];
}
