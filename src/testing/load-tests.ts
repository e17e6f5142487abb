/**
 * Reads a test file: YAML → checked value → pipeline → mocks and expectations checked against its states.
 *
 * Every problem is reported at once and at its place, with the codes and in the style of pipeline files. Tests without a
 * problem are planned even when others have one.
 * @module
 */
import { dirname, join } from 'node:path';
import type { JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import { suggest } from '../asl/validate.js';
import { fieldsOfSchema } from '../pipelines/known-fields.js';
import { type Loading, readPipelineFile, startLoading } from '../pipelines/loading.js';
import type { PipelinePlan, ReadFile } from '../pipelines/plan.js';
import { type Problem, sortProblems } from '../pipelines/problem.js';
import { checked } from '../pipelines/schema-problems.js';
import { problemAt, type SourceFile, type ValuePath } from '../pipelines/source-file.js';
import { statesOf } from '../pipelines/tasks.js';
import { checkSharedData, planData } from './data/plan-data.js';
import { schemaOf } from './editor-schema.js';
import { findPipelineFile, loadTestedPipeline } from './find-pipeline.js';
import { listed, readMockConfiguration } from './mock-configuration.js';
import { planMock } from './plan-mock.js';
import { isSimulationFile, planSimulations } from './simulation/load-simulations.js';
import type { PlannedSimulation } from './simulation/run-simulation.js';
import { simulationFileSchema } from './simulation/simulation-schema.js';
import { DEFAULT_START, type PlannedTest, type StateMock } from './test-plan.js';
import {
  type MockEntry,
  type MockFileEntry,
  type PathEntry,
  type TestEntry,
  testEntrySchema,
  testFileSchema,
} from './test-schema.js';

export interface LoadedTests {
  /** Those without a problem. */
  tests: (PlannedTest | PlannedSimulation)[];
  /** Sorted by file and place. */
  problems: Problem[];
  /** Text of every file that was read, by its path: what `formatProblems` needs. */
  sources: Map<string, string>;
  /** Those of them that belong to the pipeline and not to the tests. */
  pipelineFiles: Set<string>;
}

let schema: JsonObject | undefined;

const FILE_KIND = {
  name: 'test',
  begin: 'tests: [{ name: … }]',
  fields(path: ValuePath): readonly string[] {
    schema ??= schemaOf(testFileSchema);
    return fieldsOfSchema(schema, path);
  },
};

let simulations: JsonObject | undefined;

const SIMULATION_KIND = {
  ...FILE_KIND,
  fields(path: ValuePath): readonly string[] {
    simulations ??= schemaOf(simulationFileSchema);
    return fieldsOfSchema(simulations, path);
  },
};

/**
 * Reads and checks one test file and the pipeline that it is about.
 * @example const { tests, problems } = await loadTests('pipelines/orders.test.yaml', readFile);
 */
export async function loadTests(file: string, readFile: ReadFile): Promise<LoadedTests> {
  const loading = startLoading(file, readFile);
  const source = await readPipelineFile(file, loading);
  const pipelineFiles = new Set<string>();
  const tests =
    source === undefined
      ? []
      : isSimulationFile(source)
        ? await planSimulations(source, loading, pipelineFiles, SIMULATION_KIND)
        : await planTests(source, loading, pipelineFiles);
  const problems = sortProblems(loading.problems);
  return { tests, problems, sources: loading.sources, pipelineFiles };
}

async function planTests(
  source: SourceFile,
  loading: Loading,
  pipelineFiles: Set<string>,
): Promise<PlannedTest[]> {
  const given = checked(testFileSchema, source, FILE_KIND, loading.problems);
  const pipeline = await pipelineOf(source, given.pipeline, loading, pipelineFiles);
  const planner = new Planner(source, loading, pipeline);
  planner.checkMocks(given.mocks ?? {}, ['mocks']);
  const place = { source, loading };
  if (given.data !== undefined) checkSharedData(place, given.data, pipeline);
  const planned: PlannedTest[] = [];
  for (const [entry, index] of soundTests(source)) {
    planner.checkName(entry, index);
    const before = loading.problems.length;
    const mocks = await planner.mocksOf(entry, index);
    planner.checkExpectations(entry, index);
    const { data: own, expect: { data: golden } = {} } = entry;
    const data = planData(place, given.data, { data: own, golden }, index, pipeline);
    const isSound = loading.problems.slice(before).every(({ severity }) => severity !== 'error');
    if (pipeline === undefined || !isSound) continue;
    const at = entry.at ?? given.at;
    const input = entry.input ?? given.input ?? pipeline.input;
    planned.push({
      name: entry.name,
      file: source.file,
      line: problemAt(source, ['tests', index], 'MILL1505', '').line,
      pipeline,
      at: at === undefined ? DEFAULT_START : Date.parse(at),
      input,
      mocks: new Map([...planner.planned(given.mocks ?? {}), ...mocks]),
      ...(data === undefined ? {} : { data }),
      expect: entry.expect ?? {},
    });
  }
  return planned;
}

/** The tests without a problem of their shape, with their places in the list. */
function soundTests({ value }: SourceFile): [TestEntry, number][] {
  const tests = isObject(value) && Array.isArray(value.tests) ? value.tests : [];
  return tests.flatMap((test, index): [TestEntry, number][] => {
    const parsed = testEntrySchema.safeParse(test);
    return parsed.success ? [[parsed.data, index]] : [];
  });
}

async function pipelineOf(
  source: SourceFile,
  named: string | undefined,
  loading: Loading,
  pipelineFiles: Set<string>,
): Promise<PipelinePlan | undefined> {
  const { problems, readFile } = loading;
  const file = await findPipelineFile(source.file, named, readFile);
  if (file === undefined) {
    const message =
      named === undefined
        ? 'there is no pipeline file of the same name beside this file'
        : `there is no file ${named}`;
    const fix = 'name the file to test: pipeline: orders.yaml';
    const path = named === undefined ? [] : ['pipeline'];
    problems.push(problemAt(source, path, 'MILL1001', message, { fix }));
    return undefined;
  }
  const loaded = await loadTestedPipeline(file, readFile);
  for (const [path, text] of loaded.sources) {
    loading.sources.set(path, text);
    pipelineFiles.add(path);
  }
  // Its warnings are told by `millrace validate`; a resource without a binding is mocked here anyway.
  problems.push(...loaded.problems.filter(({ severity }) => severity === 'error'));
  return loaded.plan;
}

/** Checks and plans the tests of one file against one pipeline. */
class Planner {
  readonly #source: SourceFile;
  readonly #loading: Loading;
  readonly #types: ReadonlyMap<string, string> | undefined;
  readonly #pipeline: PipelinePlan | undefined;
  readonly #names: Set<string> = new Set();

  constructor(source: SourceFile, loading: Loading, pipeline: PipelinePlan | undefined) {
    this.#source = source;
    this.#loading = loading;
    this.#pipeline = pipeline;
    this.#types =
      pipeline &&
      new Map(
        statesOf(pipeline.definition as unknown as JsonObject).map(({ name, state }) => [
          name,
          String(state.Type),
        ]),
      );
  }

  checkName({ name }: TestEntry, index: number): void {
    if (this.#names.has(name)) {
      this.#report(['tests', index, 'name'], 'MILL1505', `"${name}" is here twice`, {
        fix: 'give each test a name of its own',
      });
    }
    this.#names.add(name);
  }

  async mocksOf(entry: TestEntry, index: number): Promise<Map<string, StateMock>> {
    const { mocks = {} } = entry;
    const path = ['tests', index, 'mocks'];
    if (isMockFile(mocks)) return this.#mocksFromFile(mocks, path);
    this.checkMocks(mocks, path);
    return this.planned(mocks);
  }

  planned(mocks: { [state: string]: MockEntry }): Map<string, StateMock> {
    return new Map(Object.entries(mocks).map(([state, mock]) => [state, planMock(mock)]));
  }

  checkMocks(mocks: { [state: string]: MockEntry }, path: ValuePath): void {
    for (const state of Object.keys(mocks)) this.#checkTask(state, [...path, state]);
  }

  async #mocksFromFile(entry: MockFileEntry, path: ValuePath): Promise<Map<string, StateMock>> {
    const { problems, readFile } = this.#loading;
    const file = join(dirname(this.#source.file), entry.file);
    const text = await readFile(file);
    if (text === undefined) {
      this.#report([...path, 'file'], 'MILL1001', `there is no file ${entry.file}`);
      return new Map();
    }
    this.#loading.sources.set(file, text);
    const known = problems.length;
    const configuration = readMockConfiguration(file, text, problems);
    if (configuration === undefined) {
      // Many tests may name the same file: its problems are told once.
      const told = new Set(problems.slice(0, known).map(keyOf));
      problems.splice(
        known,
        problems.length,
        ...problems.slice(known).filter((problem) => !told.has(keyOf(problem))),
      );
      if (problems.length === known)
        this.#report([...path, 'file'], 'MILL1502', `${entry.file} has problems`);
      return new Map();
    }
    const machine = entry.stateMachine ?? this.#pipeline?.name ?? '';
    const cases = configuration.machines.get(machine);
    if (cases === undefined) {
      const names = listed(configuration.machines.keys());
      this.#report(path, 'MILL1506', `${entry.file} has no state machine "${machine}"`, {
        fix: `name it with "stateMachine"; known are ${names}`,
      });
      return new Map();
    }
    const states = cases.get(entry.testCase);
    if (states === undefined) {
      const meant = suggest(entry.testCase, [...cases.keys()]);
      this.#report([...path, 'testCase'], 'MILL1506', `there is no test case "${entry.testCase}"`, {
        fix: meant === undefined ? `known are ${listed(cases.keys())}` : `write "${meant}"`,
        ...(meant === undefined ? {} : { suggestion: meant }),
      });
      return new Map();
    }
    for (const state of states.keys()) this.#checkTask(state, path);
    return new Map([...states].map(([state, response]) => [state, { type: 'response', response }]));
  }

  checkExpectations({ expect }: TestEntry, index: number): void {
    if (expect === undefined) return;
    const path = ['tests', index, 'expect'];
    this.#checkPath(expect.path ?? [], [...path, 'path']);
    for (const field of ['visits', 'avoids'] as const) {
      for (const [place, state] of (expect[field] ?? []).entries()) {
        this.#checkState(state, [...path, field, place]);
      }
    }
    for (const state of Object.keys(expect.attempts ?? {})) {
      this.#checkTask(state, [...path, 'attempts', state], 'MILL1504');
    }
  }

  #checkPath(entries: readonly PathEntry[], path: ValuePath): void {
    for (const [place, entry] of entries.entries()) {
      if (typeof entry === 'string') {
        this.#checkState(entry, [...path, place]);
        continue;
      }
      for (const [state, branches] of Object.entries(entry)) {
        this.#checkState(state, [...path, place, state]);
        for (const [branch, inner] of branches.entries()) {
          this.#checkPath(inner, [...path, place, state, branch]);
        }
      }
    }
  }

  #checkState(state: string, path: ValuePath): void {
    if (this.#types === undefined || this.#types.has(state)) return;
    this.#reportUnknown(state, path, 'MILL1504', [...this.#types.keys()], 'state');
  }

  #checkTask(state: string, path: ValuePath, code: 'MILL1501' | 'MILL1504' = 'MILL1501'): void {
    if (this.#types === undefined) return;
    const type = this.#types.get(state);
    if (type === 'Task') return;
    const tasks = [...this.#types].flatMap(([name, each]) => (each === 'Task' ? [name] : []));
    if (type === undefined) this.#reportUnknown(state, path, code, tasks, 'task');
    else {
      const message = `"${state}" is a ${type} state and not a Task`;
      this.#report(path, code, message, { mark: 'key', fix: `tasks are ${listed(tasks)}` });
    }
  }

  #reportUnknown(
    state: string,
    path: ValuePath,
    code: 'MILL1501' | 'MILL1504',
    known: readonly string[],
    what: string,
  ): void {
    const meant = suggest(state, known);
    const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
    this.#report(path, code, `the pipeline has no ${what} "${state}"${hint}`, {
      mark: 'key',
      fix: meant === undefined ? `${what}s are ${listed(known)}` : `write "${meant}"`,
      ...(meant === undefined ? {} : { suggestion: meant }),
    });
  }

  #report(
    path: ValuePath,
    code: Problem['code'],
    message: string,
    details: Parameters<typeof problemAt>[4] = {},
  ): void {
    this.#loading.problems.push(problemAt(this.#source, path, code, message, details));
  }
}

function keyOf({ file, line, column, message }: Problem): string {
  return `${file}:${line}:${column} ${message}`;
}

function isMockFile(mocks: NonNullable<TestEntry['mocks']>): mocks is MockFileEntry {
  return typeof mocks.file === 'string';
}
