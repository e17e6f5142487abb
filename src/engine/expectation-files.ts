/**
 * Keeps what the files of expectations in the folder declare equal to the files.
 *
 * A file with mistakes declares nothing new: what it declared before goes on. A file that is gone declares nothing any longer.
 * @module
 */
import { relative } from 'node:path';
import { loadExpectations } from '../pipelines/expectations/expectation-file.js';
import { PROBLEM_CODES, type Problem } from '../pipelines/problem.js';
import type { Engine } from './engine.js';
import type { WatchFile } from './features/expectations/watch-files.js';

/**
 * Reads files of expectations and declares what they say; durable when it resolves.
 * @param files absolute paths
 * @param read reads a file inside the folder; undefined when there is none
 * @returns everything that is wrong in them
 * @example const problems = await declareExpectations(engine, '/srv/pipelines', ['/srv/pipelines/watch.yaml'], read);
 */
export async function declareExpectations(
  engine: Pick<Engine, 'expectations'>,
  folder: string,
  files: readonly string[],
  read: (path: string) => Promise<string | undefined>,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const sound: WatchFile[] = [];
  const broken: string[] = [];
  for (const path of files) {
    const file = relative(folder, path);
    const content = await read(path);
    const {
      team,
      watches,
      problems: own,
    } = content === undefined ? { problems: [] } : loadExpectations(path, content);
    problems.push(...own);
    if (team === undefined || watches === undefined) broken.push(file);
    else sound.push({ file, team, watches });
  }
  for (const { file, subject } of await engine.expectations.declare(sound, broken)) {
    problems.push({
      severity: 'error',
      code: 'MILL1303',
      message: `what is expected of ${subject} is said elsewhere already, so this does not count`,
      file: files.find((path) => relative(folder, path) === file) ?? file,
      ...{ line: 1, column: 1, length: 1, why: PROBLEM_CODES.MILL1303[1] },
      fix: 'say it in one place',
    });
  }
  return problems;
}
