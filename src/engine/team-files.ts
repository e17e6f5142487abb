/**
 * Keeps what teams' files in the folder declare equal to the files. Each feature takes the sections that are its own.
 *
 * A file with mistakes declares nothing new: what it declared before goes on. A file that is gone declares nothing any longer.
 * @module
 */
import { relative } from 'node:path';
import { PROBLEM_CODES, type Problem } from '../pipelines/problem.js';
import { loadTeamFile, type TeamFile } from '../pipelines/team-file/team-file.js';
import type { Engine } from './engine.js';

/**
 * Reads teams' files and declares what they say; durable when it resolves.
 * @param files absolute paths
 * @param read reads a file inside the folder; undefined when there is none
 * @returns everything that is wrong in them
 * @example const problems = await declareTeams(engine, '/srv/pipelines', ['/srv/pipelines/team.yaml'], read);
 */
export async function declareTeams(
  engine: Pick<Engine, 'notifications' | 'incidents' | 'digests' | 'observers' | 'clusterPools'>,
  folder: string,
  files: readonly string[],
  read: (path: string) => Promise<string | undefined>,
): Promise<Problem[]> {
  const problems: Problem[] = [];
  const sound: (TeamFile & { readonly file: string })[] = [];
  const broken: string[] = [];
  for (const path of files) {
    const file = relative(folder, path);
    const text = await read(path);
    const loaded = text === undefined ? { problems: [] } : loadTeamFile(path, text);
    problems.push(...loaded.problems);
    if (loaded.file === undefined) broken.push(file);
    else sound.push({ file, ...loaded.file });
  }
  await engine.incidents.declare(sound, broken);
  // After the people that it may name.
  await engine.digests.declare(sound, broken);
  const told = [
    ...(await engine.notifications.declare(sound, broken)).map((one) => ({
      ...one,
      fix: 'say it in one place, and name channels that there are',
    })),
    ...(await engine.observers.declare(sound, broken)).map((one) => ({
      ...one,
      fix: 'ask who keeps the accounts file of this server',
    })),
    ...(await engine.clusterPools.declare(sound, broken)).map((one) => ({
      ...one,
      fix: 'declare it in one place, or give it another name',
    })),
  ];
  for (const { file, problem, fix } of told) {
    problems.push({
      severity: 'error',
      code: 'MILL1305',
      message: problem,
      file: files.find((path) => relative(folder, path) === file) ?? file,
      ...{ line: 1, column: 1, length: 1, why: PROBLEM_CODES.MILL1305[1], fix },
    });
  }
  return problems;
}
