/**
 * Datasets that a pipeline says it writes: each must be written by a task.
 * @module
 */
import { isObject } from '../asl/json.js';
import type { FoundDefinition } from './find-definition.js';
import type { Loading } from './loading.js';
import type { WrittenDataset } from './sections/datasets-section.js';
import { problemAt, type SourceFile } from './source-file.js';
import { tasksOf } from './tasks.js';

export function checkDatasets(
  written: { readonly [name: string]: WrittenDataset } | undefined,
  found: FoundDefinition,
  source: SourceFile,
  loading: Loading,
): void {
  if (written === undefined) return;
  const tasks = tasksOf(found.definition).filter(
    ({ state }) => String(state.Resource) === 'millrace:dataset',
  );
  const names = tasks.map(({ state }) => {
    const given = state.Arguments ?? state.Parameters ?? null;
    return isObject(given) ? given.dataset : undefined;
  });
  // A name that is only known when the task is performed may be any of them.
  if (names.some((name) => typeof name !== 'string' || name.startsWith('{%'))) return;
  for (const name of Object.keys(written)) {
    if (names.includes(name)) continue;
    loading.problems.push(
      problemAt(source, ['datasets', name], 'MILL1306', `no step writes "${name}"`, {
        severity: 'warning',
        mark: 'key',
        fix: `add a step: - publish: { dataset: ${name} }`,
      }),
    );
  }
}
