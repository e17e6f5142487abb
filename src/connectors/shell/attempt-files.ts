/**
 * The files through which a command gets its input and gives its output.
 *
 * They live in the execution's work folder while the attempt runs: `$MILLRACE_INPUT` and `$MILLRACE_OUTPUT`.
 * @module
 */
import { randomUUID } from 'node:crypto';
import { realpathSync } from 'node:fs';
import { join } from 'node:path';
import type { Json } from '../connector.js';
import { TaskFailure, taskErrors } from '../errors.js';
import type { TaskUser } from '../process/confinement.js';
import { DATA_LIMIT, tooLarge } from '../process/json-output.js';
import { newFile, openFolder } from '../process/open-folder.js';
import { removeTaskFiles } from '../process/work-folders.js';
import { openWritten } from '../process/written-file.js';

/** Under the work folder: what Millrace keeps there. */
const PLACE = '.millrace';
const INPUT = 'input.json';
const OUTPUT = 'output.json';
const ARTIFACTS = 'artifacts';

/** Indented JSON may be larger than the same data compact; beyond this nobody needs to measure. */
const FILE_LIMIT = 16 * DATA_LIMIT;

/** A folder of one attempt. */
export interface Artifacts {
  /** As the command names it. */
  readonly path: string;
  /** The same for the server: nobody can put another folder in its place. */
  readonly opened: string;
}

export interface AttemptFiles {
  input: string;
  output: string;
  /** Where each secret that the task gets as a file lies, by its variable. */
  secrets: { [variable: string]: string };
  /** A folder for what else is to be read when the command has ended. */
  artifacts: Artifacts;
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
    await openFolder(folder.path, ARTIFACTS, made).then((opened) => opened.close());
  } catch (error) {
    await folder.close();
    await removeTaskFiles(path, user);
    throw error;
  }
  return {
    artifacts: { path: join(path, ARTIFACTS), opened: join(folder.path, ARTIFACTS) },
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
  const opened = await openWritten(path, user, invalid);
  if (!opened) return undefined;
  const { file, size } = opened;
  try {
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
