/**
 * Where a pipeline's state machine comes from: steps, an inline definition, or a file; and where each part of it is
 * written, so that the validator's findings can be shown there.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import { type CompiledSteps, compileSteps } from './compile-steps.js';
import { type Loading, pathInside, readText } from './loading.js';
import { readQueryFiles } from './query-files.js';
import type { PipelineFile } from './schema.js';
import { problemAt, type SourceFile, type ValuePath } from './source-file.js';

/** A part of a file. */
export interface Origin {
  readonly source: SourceFile;
  readonly path: ValuePath;
  /** The part stands for more than one field: mark its name. */
  readonly isWhole: boolean;
}

export interface FoundDefinition {
  readonly definition: JsonObject;
  /** False when steps of it are wrong: what the validator would say about the rest would only confuse. */
  readonly isComplete: boolean;
  /** What steps say of where they are performed, by the names of their states. */
  readonly accounts?: CompiledSteps['accounts'];
  /** What steps say of test runs, by the names of their states. */
  readonly effects?: CompiledSteps['effects'];
  readonly workers?: CompiledSteps['workers'];
  /** Where something of the definition is written, by its JSON pointer. */
  origin(pointer: string): Origin;
}

/**
 * Finds the state machine of a file's sections.
 * @param source the file that the sections are in
 */
export async function findDefinition(
  sections: Pick<Partial<PipelineFile>, 'pipeline' | 'steps' | 'definition' | 'cluster'>,
  source: SourceFile,
  loading: Loading,
): Promise<FoundDefinition | undefined> {
  const { steps, definition, cluster, pipeline = '' } = sections;
  if (steps !== undefined) {
    const wanted = cluster === undefined ? undefined : { pipeline, written: cluster };
    const found = fromSteps(steps, source, loading, wanted);
    await readQueryFiles(found, loading);
    return found;
  }
  if (cluster !== undefined) {
    const message = 'a cluster is made for steps, and there are none';
    loading.problems.push(problemAt(source, ['cluster'], 'MILL1104', message, { mark: 'key' }));
  }
  if (typeof definition === 'string') return fromFile(definition, source, loading);
  return definition === undefined ? undefined : written(definition, source, ['definition']);
}

function fromSteps(
  steps: NonNullable<PipelineFile['steps']>,
  source: SourceFile,
  loading: Loading,
  cluster: Parameters<typeof compileSteps>[3],
): FoundDefinition {
  const before = loading.problems.length;
  const { origins, accounts, effects, workers, ...definition } = compileSteps(
    steps,
    ['steps'],
    (path, code, message, details) =>
      loading.problems.push(problemAt(source, path, code, message, details)),
    cluster,
  );
  return {
    definition,
    ...{ accounts, effects, workers },
    isComplete: !loading.problems.slice(before).some(({ severity }) => severity === 'error'),
    origin(pointer) {
      // The state's own pointer is the longest one that begins like the finding's.
      for (let end = pointer.length; end > 0; end = pointer.lastIndexOf('/', end - 1)) {
        const path = origins.get(pointer.slice(0, end));
        if (path !== undefined) return { source, path, isWhole: true };
      }
      return { source, path: ['steps'], isWhole: true };
    },
  };
}

async function fromFile(
  name: string,
  source: SourceFile,
  loading: Loading,
): Promise<FoundDefinition | undefined> {
  const path = pathInside(loading, name);
  const text = path === undefined ? undefined : await loading.readFile(path);
  if (path === undefined || text === undefined) {
    const message =
      path === undefined ? `${name} is not in the pipeline's folder` : `there is no file ${name}`;
    loading.problems.push(problemAt(source, ['definition'], 'MILL1001', message));
    return undefined;
  }
  const file = readText(path, text, loading);
  if (file === undefined) return undefined;
  if (isObject(file.value)) return written(file.value, file, []);
  loading.problems.push(problemAt(file, [], 'MILL1103', 'a state machine is a mapping'));
  return undefined;
}

/** A definition that is in a file as it is: pointers and paths correspond. */
function written(definition: JsonObject, source: SourceFile, at: ValuePath): FoundDefinition {
  return {
    definition,
    isComplete: true,
    origin: (pointer) => ({ source, path: [...at, ...pathOf(pointer)], isWhole: false }),
  };
}

/** The keys of a JSON pointer (RFC 6901). */
export function pathOf(pointer: string): string[] {
  return pointer
    .split('/')
    .slice(1)
    .filter((key, index, all) => key !== '' || index < all.length - 1)
    .map((key) => key.replaceAll('~1', '/').replaceAll('~0', '~'));
}
