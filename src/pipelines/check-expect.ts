/**
 * Checks the section `expect` beyond its shape: each sentence, at its place, with what was probably meant.
 * @module
 */
import type { Loading } from './loading.js';
import type { PipelineFile } from './schema.js';
import { readExpectation, type WrittenExpectation } from './sections/expect-section.js';
import { problemAt, type SourceFile, type ValuePath } from './source-file.js';

/**
 * Adds everything that is wrong with the expectations to the problems.
 * @param path of the list in the file
 */
export function checkExpect(
  expect: readonly WrittenExpectation[],
  { trigger }: Pick<PipelineFile, 'trigger'>,
  source: SourceFile,
  loading: Loading,
  path: ValuePath = ['expect'],
): void {
  const zone = trigger?.schedule?.timezone ?? 'UTC';
  const seen = new Map<string, number>();
  for (const [index, written] of expect.entries()) {
    const read = readExpectation(written, zone);
    if ('problem' in read) {
      const { message, fix, at, length, field = [] } = read.problem;
      const part = { at, length };
      const place = [...path, index, ...field];
      loading.problems.push(problemAt(source, place, 'MILL1303', message, { fix, part }));
      continue;
    }
    const { sentence } = read.expectation;
    const first = seen.get(sentence);
    seen.set(sentence, first ?? index);
    if (first === undefined) continue;
    const message = `"${sentence}" is expected already, as number ${first + 1} of the list`;
    const fix = 'leave one of the two out';
    loading.problems.push(problemAt(source, [...path, index], 'MILL1303', message, { fix }));
  }
}
