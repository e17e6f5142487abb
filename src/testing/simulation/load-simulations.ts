/**
 * Reads the tests of a file about when pipelines start: their shape, the pipelines, and the names in it.
 * @module
 */
import { dirname, join } from 'node:path';
import { isObject, type JsonObject } from '../../asl/json.js';
import { suggest } from '../../asl/validate.js';
import { parseDuration } from '../../pipelines/duration.js';
import type { Loading } from '../../pipelines/loading.js';
import type { PipelinePlan } from '../../pipelines/plan.js';
import { checked } from '../../pipelines/schema-problems.js';
import { problemAt, type SourceFile, type ValuePath } from '../../pipelines/source-file.js';
import { statesOf } from '../../pipelines/tasks.js';
import { loadTestedPipeline } from '../find-pipeline.js';
import { planMock } from '../plan-mock.js';
import { DEFAULT_START, type StateMock } from '../test-plan.js';
import type { PlannedSimulation } from './run-simulation.js';
import {
  type SimulationEntry,
  type SimulationFile,
  simulationEntrySchema,
  simulationFileSchema,
} from './simulation-schema.js';

/** Virtual milliseconds where a test says no end: a day. */
const DAY = 86_400_000;
const LONGEST = 366 * DAY;

/** A file with a list of pipelines is about when they start. */
export function isSimulationFile({ value }: SourceFile): boolean {
  return isObject(value) && Object.hasOwn(value, 'pipelines');
}

/** Plans the tests that have no problem; adds everything that is wrong to the problems. */
export async function planSimulations(
  source: SourceFile,
  loading: Loading,
  pipelineFiles: Set<string>,
  fileKind: Parameters<typeof checked>[2],
): Promise<PlannedSimulation[]> {
  const given = checked(simulationFileSchema, source, fileKind, loading.problems);
  const pipelines = await pipelinesOf(source, given.pipelines ?? [], loading, pipelineFiles);
  const report = (path: ValuePath, message: string, fix?: string): void => {
    const details = fix === undefined ? {} : { fix };
    loading.problems.push(problemAt(source, path, 'MILL1505', message, details));
  };
  const check = (name: string, path: ValuePath): void => {
    if (pipelines.length === 0 || pipelines.some((pipeline) => pipeline.name === name)) return;
    const names = pipelines.map((pipeline) => pipeline.name);
    const meant = suggest(name, names);
    const fix = meant === undefined ? `pipelines are ${names.slice(0, 20).join(', ')}` : undefined;
    report(path, `there is no pipeline "${name}"`, fix ?? `write "${meant}"`);
  };
  for (const name of Object.keys(given.takes ?? {})) check(name, ['takes', name]);
  const mocks = mocksOf(given, pipelines, check, report);
  const planned: PlannedSimulation[] = [];
  const names = new Set<string>();
  for (const [entry, index] of soundTests(source)) {
    const path: ValuePath = ['tests', index];
    const before = loading.problems.length;
    if (names.has(entry.name)) report([...path, 'name'], `"${entry.name}" is here twice`);
    names.add(entry.name);
    const from = entry.from ?? given.from;
    const to = entry.to ?? given.to;
    const begin = from === undefined ? DEFAULT_START : Date.parse(from);
    const end = to === undefined ? begin + DAY : Date.parse(to);
    if (end <= begin) report(path, 'it ends before it begins: "to" must be later than "from"');
    if (end - begin > LONGEST) report(path, 'it is longer than a year');
    checkEntry(entry, path, { begin, end, check, report });
    const isSound = loading.problems.slice(before).every(({ severity }) => severity !== 'error');
    if (!isSound || pipelines.length === 0) continue;
    planned.push({
      name: entry.name,
      file: source.file,
      line: problemAt(source, path, 'MILL1505', '').line,
      pipelines,
      from: begin,
      to: end,
      takes: new Map(
        Object.entries(given.takes ?? {}).map(([name, takes]) => [
          name,
          (parseDuration(takes) ?? 0) * 1000,
        ]),
      ),
      mocks,
      happenings: entry.happenings ?? [],
      expect: entry.expect,
    });
  }
  return planned;
}

async function pipelinesOf(
  source: SourceFile,
  files: readonly string[],
  { problems, readFile, sources }: Loading,
  pipelineFiles: Set<string>,
): Promise<PipelinePlan[]> {
  const plans: PipelinePlan[] = [];
  for (const [index, named] of files.entries()) {
    const file = join(dirname(source.file), named);
    if ((await readFile(file)) === undefined) {
      problems.push(
        problemAt(source, ['pipelines', index], 'MILL1001', `there is no file ${named}`),
      );
      continue;
    }
    const loaded = await loadTestedPipeline(file, readFile);
    for (const [path, text] of loaded.sources) {
      sources.set(path, text);
      pipelineFiles.add(path);
    }
    problems.push(...loaded.problems.filter(({ severity }) => severity === 'error'));
    if (loaded.plan) plans.push(loaded.plan);
  }
  return plans;
}

function mocksOf(
  { mocks = {} }: Partial<SimulationFile>,
  pipelines: readonly PipelinePlan[],
  check: (name: string, path: ValuePath) => void,
  report: (path: ValuePath, message: string) => void,
): Map<string, Map<string, StateMock>> {
  const planned = new Map<string, Map<string, StateMock>>();
  for (const [name, states] of Object.entries(mocks)) {
    check(name, ['mocks', name]);
    const pipeline = pipelines.find((one) => one.name === name);
    const known = new Set(
      pipeline === undefined
        ? Object.keys(states)
        : statesOf(pipeline.definition as unknown as JsonObject).map((state) => state.name),
    );
    for (const state of Object.keys(states)) {
      if (!known.has(state)) report(['mocks', name, state], `${name} has no task "${state}"`);
    }
    planned.set(
      name,
      new Map(Object.entries(states).map(([state, mock]) => [state, planMock(mock)])),
    );
  }
  return planned;
}

function checkEntry(
  { happenings = [], expect }: SimulationEntry,
  path: ValuePath,
  given: {
    begin: number;
    end: number;
    check: (name: string, path: ValuePath) => void;
    report: (path: ValuePath, message: string) => void;
  },
): void {
  const { begin, end, check, report } = given;
  for (const [index, happening] of happenings.entries()) {
    const place = [...path, 'happenings', index];
    const at = Date.parse(happening.at);
    if (at < begin || at >= end) {
      report([...place, 'at'], 'it lies outside of the time that is played');
    }
    for (const kind of ['breaks', 'start', 'redrive', 'stop'] as const) {
      const name = happening[kind];
      if (name !== undefined) check(name, [...place, kind]);
    }
  }
  for (const name of Object.keys(expect.counts ?? {})) {
    check(name, [...path, 'expect', 'counts', name]);
  }
  for (const list of ['includes', 'excludes'] as const) {
    for (const [index, { pipeline }] of (expect[list] ?? []).entries()) {
      check(pipeline, [...path, 'expect', list, index, 'pipeline']);
    }
  }
}

/** The tests without a problem of their shape, with their places in the list. */
function soundTests({ value }: SourceFile): [SimulationEntry, number][] {
  const tests = isObject(value) && Array.isArray(value.tests) ? value.tests : [];
  return tests.flatMap((test, index): [SimulationEntry, number][] => {
    const parsed = simulationEntrySchema.safeParse(test);
    return parsed.success ? [[parsed.data, index]] : [];
  });
}
