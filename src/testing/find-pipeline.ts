/**
 * Finds the pipeline that a test file is about: the one that it names, or the one of its own name beside it. A file in
 * Amazon States Language will do, too: it becomes a pipeline without anything else.
 * @module
 */
import { basename, dirname, join } from 'node:path';
import { type LoadedPipeline, loadPipeline } from '../pipelines/load-pipeline.js';
import { TEST_FILE } from '../pipelines/pipeline-files.js';
import type { ReadFile } from '../pipelines/plan.js';

const ASL_FILE = /(\.asl)?\.json$|\.asl\.ya?ml$/;
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
    if ((await readFile(file)) !== undefined) return file;
  }
  return undefined;
}

/** Loads a pipeline file, or a file in Amazon States Language as a pipeline of its name. */
export function loadTestedPipeline(file: string, readFile: ReadFile): Promise<LoadedPipeline> {
  if (!ASL_FILE.test(file)) return loadPipeline(file, readFile);
  const definition = basename(file);
  const wrapper = `${file}#pipeline`;
  const name = definition.replace(ASL_FILE, '').replaceAll(/[^A-Za-z0-9._-]|^[._-]/g, '_');
  const text = JSON.stringify({ pipeline: name.replace(/^_+/, '') || 'pipeline', definition });
  return loadPipeline(wrapper, async (path) => (path === wrapper ? text : readFile(path)));
}
