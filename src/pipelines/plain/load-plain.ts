/**
 * Loads definitions of Step Functions as they are: a file that is one, or a template that holds some. No pipeline file is
 * needed, so nothing of Millrace's own is asked of them.
 *
 * All machines of a file are checked, each finding is told where it is written. What a template leaves to its deployment
 * (`${Name}`) is a warning, and what depends on it is not judged.
 * @module
 */
import { basename } from 'node:path';
import type { Node } from 'yaml';
import type { MachineDefinition } from '../../asl/definition.js';
import { isObject, type Json, type JsonObject } from '../../asl/json.js';
import { checkDefinition, statePositions } from '../check-definition.js';
import { type FoundDefinition, pathOf } from '../find-definition.js';
import { type Loading, startLoading } from '../loading.js';
import type { PipelinePlan, ReadFile } from '../plan.js';
import { isDeployable, type Problem, sortProblems } from '../problem.js';
import { problemAt, type SourceFile, type ValuePath } from '../source-file.js';
import type { Scope } from './placeholders.js';
import { plainKindOf } from './recognize.js';
import { machinesOfTemplate, readPlainText } from './template-machines.js';
import { readTemplateSource } from './template-source.js';

/** One state machine of a file. */
export interface PlainMachine {
  readonly name: string;
  /** Its logical id in a template; of a bare definition its name. */
  readonly id: string;
  readonly type: 'STANDARD' | 'EXPRESS';
  /** Absent when it has an error. */
  readonly plan?: PipelinePlan;
}

export interface LoadedPlain {
  readonly machines: PlainMachine[];
  /** Sorted by file and place. */
  readonly problems: Problem[];
  /** Text of every file that was read, by its path. */
  readonly sources: Map<string, string>;
}

/**
 * Loads a file if it is a definition or a template by its content.
 * @returns undefined for a file that is neither, or that is not there: a pipeline file, most likely
 * @example (await loadPlain('template.yaml', readFile))?.machines.map(({ name }) => name)
 */
export async function loadPlain(
  file: string,
  readFile: ReadFile,
): Promise<LoadedPlain | undefined> {
  const text = await readFile(file);
  if (text === undefined) return undefined;
  const loading = startLoading(file, readFile);
  const source = readTemplateSource(file, text, loading.problems);
  const kind = source === undefined ? undefined : plainKindOf(source.value, file);
  if (source !== undefined && kind === 'template') {
    loading.sources.set(file, text);
    return loadTemplate(source, loading);
  }
  // JSON with a placeholder outside of texts can be read only once that is one.
  const scope: Scope = { values: new Map(), missing: new Set() };
  if (kind !== 'machine' && !(source === undefined && looksLikeMachine(text))) return undefined;
  const own = startLoading(file, readFile);
  own.sources.set(file, text);
  const { found } = readPlainText(file, text, scope, own.problems);
  const name = machineName(basename(file));
  const machine = { id: name, name, machineType: 'STANDARD', missing: scope.missing } as const;
  const relocate = (problem: Problem): Problem => problem;
  const at = { source: found?.origin('').source ?? source, path: [] };
  const checked = check({ ...machine, relocate, ...(found ? { found } : {}) }, at, own);
  return { machines: [checked], problems: sortProblems(own.problems), sources: own.sources };
}

/** What is no YAML can still be meant as a definition in JSON. */
function looksLikeMachine(text: string): boolean {
  return (
    text.trimStart().startsWith('{') && /"StartAt"\s*:/.test(text) && /"States"\s*:/.test(text)
  );
}

async function loadTemplate(source: SourceFile, loading: Loading): Promise<LoadedPlain> {
  const machines = (await machinesOfTemplate(source, loading)).map((machine) =>
    check(machine, { source, path: machine.path }, loading),
  );
  return { machines, problems: sortProblems(loading.problems), sources: loading.sources };
}

interface Unchecked {
  readonly id: string;
  readonly name: string;
  readonly machineType: 'STANDARD' | 'EXPRESS';
  readonly found?: FoundDefinition;
  readonly missing: ReadonlySet<string>;
  relocate(problem: Problem): Problem;
}

function check(
  { id, name, machineType, found, missing, relocate }: Unchecked,
  at: { source: SourceFile | undefined; path: ValuePath },
  loading: Loading,
): PlainMachine {
  const machine = { id, name, type: machineType };
  if (found === undefined) return machine;
  const inner: Loading = { ...loading, problems: [] };
  const { definition } = found;
  checkDefinition(found, inner, {
    machineType,
    concerns: ({ pointer }) => !isOpen(valueAt(definition, pointer)),
  });
  for (const placeholder of missing)
    inner.problems.push(...unresolved(placeholder, at, found, loading));
  const problems = inner.problems.map(relocate);
  loading.problems.push(...problems);
  if (!isDeployable(problems)) return machine;
  return { ...machine, plan: planOf(name, found, loading, relocate) };
}

const GIVE_VALUE =
  'to check what it stands for, give it a value: in DefinitionSubstitutions, or as the Default of a parameter of this name';

/** Told where the placeholder is written first; one that a function stands for, where the machine is. */
function unresolved(
  placeholder: string,
  { source, path }: { source: SourceFile | undefined; path: ValuePath },
  found: FoundDefinition,
  { sources }: Loading,
): Problem[] {
  if (source === undefined) return [];
  const problem = problemAt(source, path, 'MILL1207', `"\${${placeholder}}" has no value here`, {
    severity: 'warning',
    mark: 'key',
    ...(path.length === 0 ? {} : { fix: GIVE_VALUE }),
  });
  const resource = source.document.getIn(path, true) as Node | undefined;
  const [start = 0, end = source.text.length] = resource?.range ?? [];
  for (const place of [source, found.origin('').source]) {
    // As it was written: in what was read, the placeholder may have got quotes.
    const text = sources.get(place.file) ?? place.text;
    const offset = text.indexOf(`\${${placeholder}}`, place === source ? start : 0);
    if (offset < 0 || (place === source && offset >= end)) continue;
    const before = text.slice(0, offset);
    const line = before.split('\n').length;
    const column = offset - before.lastIndexOf('\n');
    return [{ ...problem, file: place.file, line, column, length: placeholder.length + 3 }];
  }
  return [problem];
}

/** True for a text that is not known yet as a whole. */
function isOpen(value: Json | undefined): boolean {
  return typeof value === 'string' && /\$\{[^{}]+\}/.test(value);
}

function valueAt(definition: JsonObject, pointer: string): Json | undefined {
  let value: Json | undefined = definition;
  for (const key of pathOf(pointer)) {
    if (Array.isArray(value)) value = value[Number(key)];
    else value = isObject(value) && Object.hasOwn(value, key) ? value[key] : undefined;
  }
  return value;
}

function planOf(
  name: string,
  found: FoundDefinition,
  { folder }: Loading,
  relocate: (problem: Problem) => Problem,
): PipelinePlan {
  const { source } = found.origin('');
  const positions = Object.entries(statePositions(found)).map(([state, position]) => {
    const { file, line, column } = relocate({
      ...problemAt(source, [], 'MILL1201', ''),
      ...position,
    });
    return [state, { file, line, column }] as const;
  });
  return {
    name: machineName(name),
    team: 'default',
    tags: {},
    input: {},
    definition: found.definition as unknown as MachineDefinition,
    bindings: {},
    sections: {},
    sources: Object.fromEntries(positions),
    folder,
    file: source.file.replace(/#.*$/, ''),
  };
}

const ENDING = /(\.asl)?\.(json|ya?ml)$/;

/** A name that a pipeline may have, after a file or a resource. */
function machineName(name: string): string {
  const safe = name.replace(ENDING, '').replaceAll(/[^A-Za-z0-9._-]|^[._-]+/g, '_');
  return safe.replace(/^_+/, '') || 'machine';
}

/** What is wrong with the choice of a machine. */
export interface WrongChoice {
  readonly message: string;
  readonly fix: string;
}

/**
 * The machine that is meant: by its name or logical id, or the only one.
 * @example chooseMachine(loaded.machines, 'orders')
 */
export function chooseMachine(
  machines: readonly PlainMachine[],
  wanted: string | undefined,
): PlainMachine | WrongChoice {
  const names = machines.map(({ name }) => name).join(', ');
  const [only, another] = machines;
  if (wanted === undefined) {
    if (only !== undefined && another === undefined) return only;
    const fix = only === undefined ? 'name a file with a state machine' : `name one of: ${names}`;
    return { message: `the file has ${machines.length} state machines`, fix };
  }
  const found = machines.find(({ name, id }) => name === wanted || id === wanted);
  return (
    found ?? { message: `there is no state machine "${wanted}"`, fix: `name one of: ${names}` }
  );
}
