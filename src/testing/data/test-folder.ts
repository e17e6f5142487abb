/**
 * The world of a test with data of its own: a folder that has the pipeline's code and what the test gives, and nothing else; and
 * a work folder in which lies what steps that are mocked would have written.
 * @module
 */
import { cpSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { copyFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { ReadVersion } from '../../connectors/connector.js';
import type { FixtureWork } from '../../connectors/dataset/fixtures/fixture-protocol.js';
import { runFixtures } from '../../connectors/dataset/fixtures/run-fixtures.js';
import type { Runner } from '../../engine/kernel/ports.js';
import type { Failure } from '../expectations.js';
import type { PlannedData, PlannedFile } from './planned-data.js';

/** What may be copied of a pipeline's folder. */
const MOST_FILES = 2_000;
const MOST_BYTES = 67_108_864;

export interface TestFolder {
  /** The pipeline's folder, for this test. */
  readonly folder: string;
  /** Work folders of the executions whose tasks really ran, by execution. */
  readonly workFolders: ReadonlyMap<string, string>;
  /** What could not be prepared. */
  readonly failures: readonly Failure[];
  /** Puts files into each work folder before the first task that uses it. */
  runner(inner: Runner): Runner;
}

/**
 * Prepares the folders.
 * @param from the pipeline's own folder
 * @param root a folder that is this test's alone, and need not exist
 * @example await prepareFolder(data, '/repository/pipelines', '/tmp/test-1', signal)
 */
export async function prepareFolder(
  data: PlannedData,
  from: string,
  root: string,
  signal: AbortSignal,
): Promise<TestFolder> {
  const folder = join(root, 'pipeline');
  const written = join(root, 'written');
  mkdirSync(folder, { recursive: true });
  mkdirSync(written, { recursive: true });
  const failures = copyCode(data.code, from, folder);
  failures.push(...(await putFiles(data.files, folder, signal)));
  failures.push(...(await putFiles(data.written, written, signal)));
  const versions = join(root, 'reads');
  failures.push(...(await putFiles(data.reads, versions, signal)));
  const aliases = data.reads.map(({ to }) => dirname(to));
  const datasets = Object.fromEntries(
    aliases.map((alias): [string, ReadVersion] => [
      alias,
      {
        ...{ team: 'test', name: alias, versions: ['fixture'], stage: 'structured' },
        folders: [join(versions, alias)],
      },
    ]),
  );
  const workFolders = new Map<string, string>();
  return {
    ...{ folder, failures, workFolders },
    runner: (inner) =>
      withFiles(
        data.reads.length === 0 ? inner : withDatasets(inner, datasets),
        data.written.length === 0 ? undefined : written,
        workFolders,
      ),
  };
}

function copyCode(names: readonly string[], from: string, to: string): Failure[] {
  let files = 0;
  let bytes = 0;
  for (const name of names) {
    const path = join(from, name);
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) continue;
    const entries = found.isDirectory()
      ? readdirSync(path, { recursive: true, withFileTypes: true })
          .filter((entry) => entry.isFile())
          .map((entry) => statSync(join(entry.parentPath, entry.name)).size)
      : [found.size];
    files += entries.length;
    bytes += entries.reduce((sum, size) => sum + size, 0);
    if (files > MOST_FILES || bytes > MOST_BYTES) {
      const message = `"code" names more than ${MOST_FILES} files or ${MOST_BYTES / 1_048_576} MiB`;
      return [{ message, details: [], fix: 'name what the tasks need, and no data' }];
    }
    mkdirSync(dirname(join(to, name)), { recursive: true });
    cpSync(path, join(to, name), { recursive: true, dereference: true });
  }
  return [];
}

async function putFiles(
  files: readonly PlannedFile[],
  folder: string,
  signal: AbortSignal,
): Promise<Failure[]> {
  const works: FixtureWork[] = [];
  for (const { to, from } of files) {
    const path = join(folder, to);
    mkdirSync(dirname(path), { recursive: true });
    if (from.type === 'copy') await copyFile(from.path, path);
    else {
      const { source, format, delimiter } = from;
      const given = delimiter === undefined || source.type === 'file' ? {} : { delimiter };
      works.push({ type: 'make', from: source, to: path, format, ...given });
    }
  }
  const results = await runFixtures(works, signal);
  const made = files.filter(({ from }) => from.type === 'make');
  return results.flatMap((result, index) => {
    if (result.type !== 'failed') return [];
    const message = `the data for ${made[index]?.to ?? 'a file'} cannot be made: ${result.cause}`;
    return [{ message, details: [], fix: result.fix }];
  });
}

/** Hands tasks what stands for the datasets that their pipeline reads. */
function withDatasets(inner: Runner, datasets: { [alias: string]: ReadVersion }): Runner {
  return {
    ...inner,
    start: (request, listener) => inner.start({ ...request, datasets }, listener),
  };
}

function withFiles(
  inner: Runner,
  written: string | undefined,
  workFolders: Map<string, string>,
): Runner {
  const ready = new Map<string, Promise<void>>();
  /** What ends an attempt that waits for its files. */
  const waiting = new Map<string, () => void>();
  const prepare = async (workFolder: string): Promise<void> => {
    await mkdir(workFolder, { recursive: true });
    if (written !== undefined) cpSync(written, workFolder, { recursive: true });
  };
  return {
    ...inner,
    start(request, listener) {
      const { attemptId, workFolder, execution } = request;
      workFolders.set(execution.id, workFolder);
      const prepared = ready.get(workFolder) ?? prepare(workFolder);
      ready.set(workFolder, prepared);
      const failed = (error: string, cause: string): void => {
        waiting.delete(attemptId);
        listener.settled({ type: 'failed', error, cause });
      };
      waiting.set(attemptId, () =>
        failed('Connector.Aborted', 'The attempt was stopped before it had its files.'),
      );
      prepared.then(
        () => {
          if (waiting.delete(attemptId)) inner.start(request, listener);
        },
        (error: unknown) =>
          failed('Millrace.TestData', `The files of the test cannot be put in place: ${error}`),
      );
    },
    kill(attemptId) {
      const stop = waiting.get(attemptId);
      if (stop === undefined) inner.kill(attemptId);
      else stop();
    },
  };
}
