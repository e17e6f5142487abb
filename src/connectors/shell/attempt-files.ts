/**
 * The files through which a command gets its input and gives its output.
 *
 * They live in the execution's work folder while the attempt runs: `$MILLRACE_INPUT` and `$MILLRACE_OUTPUT`.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { constants, realpathSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '../connector.js';
import { TaskFailure, taskErrors } from '../errors.js';
import type { TaskUser } from '../process/confinement.js';
import { DATA_LIMIT, tooLarge } from '../process/json-output.js';
import { newFile, openFolder } from '../process/open-folder.js';
import { removeTaskFiles } from '../process/work-folders.js';

/** Under the work folder: what Millrace keeps there. */
const PLACE = '.millrace';
const INPUT = 'input.json';
const OUTPUT = 'output.json';

/** Indented JSON may be larger than the same data compact; beyond this nobody needs to measure. */
const FILE_LIMIT = 16 * DATA_LIMIT;

export interface AttemptFiles {
  input: string;
  output: string;
  /** Where each secret that the task gets as a file lies, by its variable. */
  secrets: { [variable: string]: string };
  /** What the command wrote to the output file; undefined when it wrote nothing. */
  readOutput(): Promise<Json | undefined>;
  remove(): Promise<void>;
}

/**
 * Writes the input file, and those of secrets, readable by nobody else but the user that the command runs as.
 * @param user default: the server's own
 * @param secrets values by the variable that will name their file
 */
export async function attemptFiles(
  workFolder: string,
  input: string,
  user?: TaskUser,
  secrets: { readonly [variable: string]: string } = {},
): Promise<AttemptFiles> {
  const made = { owner: user, mode: 0o700 };
  const parent = await openFolder(realpathSync(workFolder), PLACE, made);
  const name = `attempt-${randomUUID()}`;
  const folder = await openFolder(parent.path, name, made).finally(() => parent.close());
  const path = join(workFolder, PLACE, name);
  const given = Object.entries(secrets);
  const nameOf = (index: number): string => `secret-${index}`;
  try {
    const contents = [[INPUT, input], ...given.map(([, value], index) => [nameOf(index), value])];
    for (const [file = '', content = ''] of contents) {
      const opened = await newFile(join(folder.path, file), user, 0o600);
      await opened.writeFile(content).finally(() => opened.close());
    }
  } catch (error) {
    await folder.close();
    await removeTaskFiles(path, user);
    throw error;
  }
  return {
    input: join(path, INPUT),
    output: join(path, OUTPUT),
    secrets: Object.fromEntries(
      given.map(([variable], index) => [variable, join(path, nameOf(index))]),
    ),
    readOutput: () => readOutput(join(folder.path, OUTPUT), user),
    async remove() {
      await folder.close();
      await removeTaskFiles(path, user);
    },
  };
}

async function readOutput(path: string, user: TaskUser | undefined): Promise<Json | undefined> {
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
      // A second name of a file that the command itself could not read.
      if (user !== undefined && stats.uid !== user.uid) throw invalid('it belongs to another user');
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
