/**
 * What is shared while one pipeline is loaded: files that were read, and problems that were found.
 * @module
 */
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';
import type { ReadFile } from './plan.js';
import { PROBLEM_CODES, type Problem } from './problem.js';
import { readSource, type SourceFile } from './source-file.js';

export interface Loading {
  /** Folder of the pipeline file. */
  readonly folder: string;
  readonly readFile: ReadFile;
  readonly problems: Problem[];
  /** Text of every file that was read, by its path. */
  readonly sources: Map<string, string>;
}

/** A new one, for a pipeline file. */
export function startLoading(file: string, readFile: ReadFile): Loading {
  return { folder: dirname(file), readFile, problems: [], sources: new Map() };
}

/** Reads the pipeline file itself; its absence is a problem. */
export async function readPipelineFile(
  file: string,
  loading: Loading,
): Promise<SourceFile | undefined> {
  const text = await loading.readFile(file);
  if (text !== undefined) return readText(file, text, loading);
  loading.problems.push({
    severity: 'error',
    code: 'MILL1001',
    message: `there is no file ${file}`,
    file,
    line: 1,
    column: 1,
    length: 1,
    why: PROBLEM_CODES.MILL1001[1],
  });
  return undefined;
}

/** Reads a text that is known already. */
export function readText(file: string, text: string, loading: Loading): SourceFile | undefined {
  loading.sources.set(file, text);
  return readSource(file, text, loading.problems);
}

/**
 * The path of a file that a pipeline names; undefined when it does not lie in the pipeline's folder.
 * @param name relative, as written in the pipeline file
 */
export function pathInside(loading: Loading, name: string): string | undefined {
  if (isAbsolute(name) || name.includes('\0')) return undefined;
  const relative = normalize(name);
  if (relative === '..' || relative.startsWith(`..${sep}`)) return undefined;
  return join(loading.folder, relative);
}
