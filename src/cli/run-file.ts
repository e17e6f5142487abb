/**
 * Runs a definition of Step Functions as it is, without a pipeline file and without a server that is up: a Millrace of its
 * own is started in this process, with a data folder that is removed when the execution has ended.
 * @module
 */
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { formatProblems } from '../pipelines/format-problems.js';
import { chooseMachine, type LoadedPlain, loadPlain } from '../pipelines/plain/load-plain.js';
import type { PipelinePlan } from '../pipelines/plan.js';
import { type Client, createClient } from './client.js';
import { EXIT } from './exit-codes.js';
import { CommandFailure } from './failure.js';

export interface OpenedFile {
  readonly client: Client;
  /** What the machine is called there. */
  readonly pipeline: string;
  close(): Promise<void>;
}

/**
 * True for what is meant as a file. Names of pipelines may end in `.json` too, but then there is no such file.
 * @throws CommandFailure for a file that is not there and can be no name
 */
export function isDefinitionFile(argument: string): boolean {
  if (!/\.(json|ya?ml)$/.test(argument)) return false;
  if (statSync(argument, { throwIfNoEntry: false })?.isFile() === true) return true;
  if (!/[/\\]|\.(asl|template)\.[^.]+$/.test(argument)) return false;
  throw new CommandFailure(`There is no file ${argument}.`, {
    exitCode: EXIT.notFound,
    code: 'MILL5007',
    fix: 'Name a file with a definition, or a pipeline by its name.',
  });
}

/**
 * Checks the file and deploys the machine that is meant.
 * @param say tells problems
 * @throws CommandFailure for a file with errors, or without the machine
 */
export async function openFile(
  file: string,
  machine: string | undefined,
  say: (text: string) => void,
): Promise<OpenedFile> {
  const plan = await planOf(file, machine, say);
  // The server is large; commands that only call one must not load it.
  const { deploymentOf, startServer } = await import('../server.js');
  const data = mkdtempSync(join(tmpdir(), 'millrace-run-'));
  const remove = (): void => rmSync(data, { recursive: true, force: true });
  try {
    const server = await startServer({ data, port: 0 });
    const close = async (): Promise<void> => {
      await server.close();
      remove();
    };
    await server.engine.pipelines.deploy(deploymentOf(plan));
    const token = await server.authenticator.issue('api', { label: 'millrace run' });
    const client = createClient({ server: server.url, data, token });
    return { client, pipeline: plan.name, close };
  } catch (error) {
    remove();
    throw error;
  }
}

async function planOf(
  file: string,
  machine: string | undefined,
  say: (text: string) => void,
): Promise<PipelinePlan> {
  const loaded = await loadPlain(resolve(file), (path) =>
    readFile(path, 'utf8').catch(() => undefined),
  );
  if (loaded === undefined) {
    throw new CommandFailure(
      `${file} is no definition of Step Functions and no template with one.`,
      {
        exitCode: EXIT.usage,
        code: 'MILL5004',
        fix: 'A pipeline file is deployed by `millrace up`; then `millrace run NAME` starts it.',
      },
    );
  }
  const chosen = chooseMachine(loaded.machines, machine);
  if ('message' in chosen) {
    throw new CommandFailure(`In ${file} ${chosen.message}.`, {
      exitCode: EXIT.usage,
      code: 'MILL5004',
      fix: `${chosen.fix}, with --machine`,
    });
  }
  if (chosen.plan !== undefined) return chosen.plan;
  tell(loaded, say);
  throw new CommandFailure(`The state machine "${chosen.name}" has errors.`, {
    exitCode: EXIT.invalidDefinition,
    code: 'MILL5004',
    fix: `millrace validate ${file}`,
  });
}

function tell({ problems, sources }: LoadedPlain, say: (text: string) => void): void {
  const here = (path: string): string => relative(process.cwd(), path) || path;
  const texts = new Map([...sources].map(([path, text]) => [here(path), text]));
  say(
    formatProblems(
      problems.map((problem) => ({ ...problem, file: here(problem.file) })),
      texts,
    ),
  );
}
