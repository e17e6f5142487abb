/**
 * Keeps the monitors that the files of the folder declare equal to the files.
 *
 * A file with mistakes declares nothing new: what it declared before goes on. A file that is gone declares nothing any longer.
 * @module
 */
import { relative } from 'node:path';
import { loadMonitors } from '../pipelines/monitors/monitor-file.js';
import { PROBLEM_CODES, type Problem } from '../pipelines/problem.js';
import type { Engine } from './engine.js';
import type { MonitorFile } from './features/monitors/monitor-calls.js';

/**
 * Reads files of monitors and declares what they say; durable when it resolves.
 * @param files absolute paths
 * @param read reads a file inside the folder; undefined when there is none
 * @returns everything that is wrong in them
 * @example const problems = await declareMonitors(engine, '/srv/pipelines', ['/srv/pipelines/watch.yaml'], read);
 */
export async function declareMonitors(
  engine: Pick<Engine, 'monitors'>,
  folder: string,
  files: readonly string[],
  read: (path: string) => Promise<string | undefined>,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const sound: MonitorFile[] = [];
  const broken: string[] = [];
  for (const path of files) {
    const file = relative(folder, path);
    const text = await read(path);
    const { monitors, problems: own } =
      text === undefined ? { problems: [] } : loadMonitors(path, text);
    problems.push(...own);
    if (monitors === undefined) broken.push(file);
    else sound.push({ file, monitors });
  }
  for (const { file, name, problem } of await engine.monitors.declare(sound, broken)) {
    problems.push({
      severity: 'error',
      code: 'MILL1304',
      message: `monitor "${name}": ${problem}`,
      file: files.find((path) => relative(folder, path) === file) ?? file,
      ...{ line: 1, column: 1, length: 1, why: PROBLEM_CODES.MILL1304[1] },
      fix: 'give it another name, or take the other one away',
    });
  }
  return problems;
}
