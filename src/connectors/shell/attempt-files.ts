/**
 * The files through which a command gets its input and gives its output.
 *
 * They live in the execution's work folder while the attempt runs: `$MILLRACE_INPUT` and `$MILLRACE_OUTPUT`.
 * @module
 */
import { constants } from 'node:fs';
import { mkdir, mkdtemp, open, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../connector.js';
import { TaskFailure, taskErrors } from '../errors.js';
import { DATA_LIMIT, tooLarge } from '../process/json-output.js';

/** Indented JSON may be larger than the same data compact; beyond this nobody needs to measure. */
const FILE_LIMIT = 16 * DATA_LIMIT;

export interface AttemptFiles {
  input: string;
  output: string;
  /** What the command wrote to the output file; undefined when it wrote nothing. */
  readOutput(): Promise<Json | undefined>;
  remove(): Promise<void>;
}

/** Writes the input file, readable by nobody else. */
export async function attemptFiles(workFolder: string, input: string): Promise<AttemptFiles> {
  const parent = join(workFolder, '.millrace');
  await mkdir(parent, { recursive: true, mode: 0o700 });
  const folder = await mkdtemp(join(parent, 'attempt-'));
  const files = { input: join(folder, 'input.json'), output: join(folder, 'output.json') };
  await writeFile(files.input, input, { mode: 0o600 });
  return {
    ...files,
    readOutput: () => readOutput(files.output),
    remove: () => rm(folder, { recursive: true, force: true }),
  };
}

async function readOutput(path: string): Promise<Json | undefined> {
  // Neither a link to somewhere else nor a pipe that would block the reader is an output.
  const flags = constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK;
  const file = await open(path, flags).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') return undefined;
    throw invalid(`it cannot be read: ${error.message}`);
  });
  if (!file) return undefined;
  try {
    const { size } = await file.stat().then((stats) => {
      if (!stats.isFile()) throw invalid('it is no ordinary file');
      return stats;
    });
    if (size > FILE_LIMIT) throw tooLarge('The content of $MILLRACE_OUTPUT', `${size} bytes`);
    const text = await file.readFile('utf8');
    return text.trim() === '' ? undefined : parse(text);
  } finally {
    await file.close();
  }
}

function parse(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch (error) {
    const start = JSON.stringify(text.slice(0, 200));
    throw invalid(`it is no JSON: ${(error as Error).message}. It begins with ${start}`);
  }
}

function invalid(reason: string): TaskFailure {
  return new TaskFailure(
    taskErrors.shellInvalidOutput,
    `The command wrote $MILLRACE_OUTPUT, but ${reason}.`,
  );
}
