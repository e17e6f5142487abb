/**
 * Finds the pipeline that a test file is about: the one that it names, or the one of its own name beside it. A file in
 * Amazon States Language will do, too: it becomes a pipeline without anything else.
 * @module
 */
import { basename, dirname, join } from 'node:path';
import { type LoadedPipeline, loadPipeline } from '../pipelines/load-pipeline.js';
import { TEST_FILE } from '../pipelines/pipeline-files.js';
import { chooseMachine, loadPlain } from '../pipelines/plain/load-plain.js';
import type { ReadFile } from '../pipelines/plan.js';
import { PROBLEM_CODES } from '../pipelines/problem.js';

/** Siblings that are looked for, in this order. */
const SIBLINGS = ['.yaml', '.yml', '.asl.json', '.asl.yaml', '.json'];

/**
 * Path of the file that a test file is about.
 * @param named what the test file says, relative to itself
 * @returns undefined when there is no such file
 */
export async function findPipelineFile(
  testFile: string,
  named: string | undefined,
  readFile: ReadFile,
): Promise<string | undefined> {
  const folder = dirname(testFile);
  const own = basename(testFile).replace(TEST_FILE, '');
  const candidates = named === undefined ? SIBLINGS.map((ending) => own + ending) : [named];
  for (const candidate of candidates) {
    const file = join(folder, candidate);
    if ((await readFile(fileOf(file))) !== undefined) return file;
  }
  return undefined;
}

/**
 * Loads a pipeline file, or a definition of Step Functions as a pipeline of its name: a file that is one, or a machine of a
 * template, which `FILE#MACHINE` names where there are several.
 */
export async function loadTestedPipeline(
  reference: string,
  readFile: ReadFile,
): Promise<LoadedPipeline> {
  const file = fileOf(reference);
  const plain = await loadPlain(file, readFile);
  if (plain === undefined) return loadPipeline(file, readFile);
  const { machines, problems, sources } = plain;
  const wanted = reference === file ? undefined : reference.slice(file.length + 1);
  const chosen = chooseMachine(machines, wanted);
  if ('message' in chosen) {
    const { message, fix } = chosen;
    const why = PROBLEM_CODES.MILL1102[1];
    const place = { file, line: 1, column: 1, length: 1 };
    const problem = { severity: 'error', code: 'MILL1102', message, fix, why, ...place } as const;
    return { problems: [...problems, problem], sources };
  }
  const { plan } = chosen;
  // Another machine of the file may be wrong: a test is about its own.
  if (plan === undefined) return { problems, sources };
  return { plan, problems: problems.filter(({ severity }) => severity === 'warning'), sources };
}

/** The file of `FILE#MACHINE`. */
function fileOf(reference: string): string {
  const hash = reference.lastIndexOf('#');
  return hash > 0 ? reference.slice(0, hash) : reference;
}
