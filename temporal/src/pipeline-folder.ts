/**
 * The folder of pipeline files that starts and workers read: the same files as those of `millrace up`.
 *
 * An execution carries the definition that it began with, so files may change while it runs. What lies beside the files (scripts,
 * SQL) is read when a task begins, on the machine that performs it: every worker has the same folder.
 * @module
 */
import { readdir, readFile } from 'node:fs/promises';
import { isAbsolute, join, relative, resolve, sep } from 'node:path';
import { createArns, DEFAULT_IDENTITY } from '../../src/engine/kernel/arn.js';
import { checkPayload, isName } from '../../src/engine/kernel/payload.js';
import { formatProblems } from '../../src/pipelines/format-problems.js';
import { loadPipeline } from '../../src/pipelines/load-pipeline.js';
import { fileKind, isYamlOfOurs } from '../../src/pipelines/pipeline-files.js';
import type { PipelinePlan } from '../../src/pipelines/plan.js';
import { isDeployable, type Problem } from '../../src/pipelines/problem.js';
import type { HostedDeployment } from './execution-input.js';
import type { StartAnswer, StartRequest } from './host-activities.js';

/** Names of Amazon's form. */
export const ARNS: ReturnType<typeof createArns> = createArns(DEFAULT_IDENTITY);

/** A pipeline file has errors, or there is none of the name. */
export class PipelineFileError extends Error {
  override readonly name = 'PipelineFileError';
}

export interface PipelineFolder {
  /** @throws PipelineFileError */
  find(team: string | undefined, name: string): Promise<PipelinePlan>;
  deploymentOf(plan: PipelinePlan): HostedDeployment;
  /** The absolute folder that a deployment names; undefined when it lies outside. */
  placeOf(folder: string): string | undefined;
  /** What a task starts. Never rejects. */
  answer(request: StartRequest): Promise<StartAnswer>;
}

/** @example openPipelineFolder('pipelines').find(undefined, 'nightly') */
export function openPipelineFolder(given: string): PipelineFolder {
  const root = resolve(given);
  const read = (path: string): Promise<string | undefined> =>
    readFile(path, 'utf8').catch(() => undefined);

  async function find(team: string | undefined, name: string): Promise<PipelinePlan> {
    const found: PipelinePlan[] = [];
    const wrong: { problem: Problem; sources: ReadonlyMap<string, string> }[] = [];
    for (const file of await files(root)) {
      const text = await read(file);
      if (text === undefined || fileKind(file, text) !== 'pipeline') continue;
      // Cheap first: a folder may hold hundreds.
      if (!text.includes(name)) continue;
      const { plan, problems, sources } = await loadPipeline(file, read);
      if (plan !== undefined && isDeployable(problems)) {
        if (plan.name === name && (team === undefined || plan.team === team)) found.push(plan);
      } else {
        const own = problems.filter((one) => one.pipeline === name);
        wrong.push(...own.map((problem) => ({ problem, sources })));
      }
    }
    const [first, second] = found;
    if (first !== undefined && second === undefined) return first;
    if (first !== undefined) {
      const teams = found.map((one) => one.team).join(', ');
      throw new PipelineFileError(`Several teams have a pipeline '${name}': ${teams}.`);
    }
    if (wrong.length > 0) {
      const texts = new Map(wrong.flatMap(({ sources }) => [...sources]));
      throw new PipelineFileError(
        formatProblems(
          wrong.map(({ problem }) => problem),
          texts,
        ),
      );
    }
    throw new PipelineFileError(`There is no pipeline '${name}' in ${given}.`);
  }

  function deploymentOf(plan: PipelinePlan): HostedDeployment {
    const { name, team, tags, definition, bindings } = plan;
    return { name, team, tags, definition, bindings, folder: relative(root, plan.folder) };
  }

  return {
    find,
    deploymentOf,
    placeOf(folder) {
      const place = resolve(root, folder);
      const inside = relative(root, place);
      const isOutside = isAbsolute(inside) || inside === '..' || inside.startsWith(`..${sep}`);
      return isOutside ? undefined : place;
    },
    async answer({ team, pipeline, name, input }) {
      if (name !== undefined && !isName(name)) {
        const cause = `Invalid Name: '${name.slice(0, 100)}'`;
        return { error: 'StepFunctions.InvalidNameException', cause };
      }
      try {
        checkPayload(input, 'input');
      } catch (error) {
        const cause = error instanceof Error ? error.message : String(error);
        return { error: 'StepFunctions.InvalidExecutionInputException', cause };
      }
      const machineArn = ARNS.stateMachine(pipeline);
      try {
        const deployment = deploymentOf(await find(team, pipeline));
        const executionPrefix = ARNS.execution(pipeline, '');
        return { deployment, machineArn, executionPrefix, role: ARNS.role };
      } catch (error) {
        if (!(error instanceof PipelineFileError)) throw error;
        const cause = `State Machine Does Not Exist: '${machineArn}'`;
        return { error: 'StepFunctions.StateMachineDoesNotExistException', cause };
      }
    },
  };
}

async function files(root: string): Promise<string[]> {
  const names = await readdir(root, { recursive: true }).catch(() => {
    throw new PipelineFileError(`There is no folder ${root}.`);
  });
  return names
    .map((name) => join(root, name))
    .filter((path) => isYamlOfOurs(path))
    .sort();
}
