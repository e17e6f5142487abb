/**
 * Turns a valid definition into what `advance` runs: every path, template and rule parsed once.
 *
 * A machine is compiled once a version and shared by all its executions; nothing in it changes afterwards. States are
 * grouped by **scope**, the JSON pointer of the object that holds `StartAt` and `States`: the machine itself (''),
 * a Parallel branch ('/States/Load/Branches/0') or the processor of an inline Map ('/States/Each/ItemProcessor').
 * @module
 */

import type {
  CatcherDefinition,
  MachineDefinition,
  QueryLanguage,
  RetrierDefinition,
  StateDefinition,
  StatesDefinition,
  StateType,
} from './definition.js';
import { type ChoiceRule, compileChoiceRule } from './expressions/choice-rule.js';
import { compileIntrinsic, type Intrinsic, isIntrinsic } from './expressions/intrinsic.js';
import {
  compileJsonataTemplate,
  isJsonataString,
  type JsonataTemplate,
} from './expressions/jsonata-template.js';
import { compilePath, type Path } from './expressions/path.js';
import { compilePayloadTemplate, type PayloadTemplate } from './expressions/payload-template.js';
import type { Json, JsonObject } from './json.js';

export interface Machine {
  definition: MachineDefinition;
  /** Seconds the whole execution may take; undefined: no limit. */
  timeoutSeconds: number | undefined;
  /** The scope where an execution of this machine begins: '' or, for a distributed Map's children, its processor. */
  root: string;
  scopes: ReadonlyMap<string, CompiledScope>;
}

export interface CompiledScope {
  pointer: string;
  startAt: string;
  states: ReadonlyMap<string, CompiledState>;
}

/** A value that may be literal or computed, by whichever language the state speaks. */
export type Computed =
  | { kind: 'literal'; value: Json }
  | { kind: 'path'; path: Path }
  | { kind: 'intrinsic'; intrinsic: Intrinsic }
  | { kind: 'payload'; template: PayloadTemplate }
  | { kind: 'jsonata'; template: JsonataTemplate };

export interface CompiledRetrier {
  errors: readonly string[];
  intervalSeconds: number;
  maxAttempts: number;
  backoffRate: number;
  maxDelaySeconds: number | undefined;
  fullJitter: boolean;
}

export interface CompiledCatcher {
  errors: readonly string[];
  next: string;
  /** JSONPath only; null discards the error output. */
  resultPath: string | null;
  output: Computed | undefined;
  assign: Computed | undefined;
}

export interface CompiledState {
  name: string;
  type: StateType;
  /** JSON pointer of the state in the definition. */
  pointer: string;
  jsonata: boolean;
  definition: StateDefinition;
  next: string | undefined;
  /** null: the state sees {} instead of its input. */
  inputPath: Path | null | undefined;
  /** null: the state's output is {}. */
  outputPath: Path | null | undefined;
  resultPath: string | null;
  /** Parameters, Arguments or (in Pass) nothing: what the state computes from its input. */
  arguments: Computed | undefined;
  resultSelector: Computed | undefined;
  /** JSONata only. */
  output: Computed | undefined;
  assign: Computed | undefined;
  retriers: readonly CompiledRetrier[];
  catchers: readonly CompiledCatcher[];
  choices: readonly CompiledChoice[];
  defaultNext: string | undefined;
  /** Scopes of the branches of a Parallel, or the one processor of a Map. */
  branches: readonly string[];
  /** A Map whose items run as child executions. */
  distributed: boolean;
  fields: ReadonlyMap<string, Computed>;
}

export interface CompiledChoice {
  next: string;
  rule: ChoiceRule | undefined;
  condition: Computed | undefined;
  assign: Computed | undefined;
  output: Computed | undefined;
}

/** Fields that may hold a number or text directly, by path (`…Path`) or by JSONata. */
const COMPUTED_FIELDS = [
  'TimeoutSeconds',
  'HeartbeatSeconds',
  'Seconds',
  'Timestamp',
  'Error',
  'Cause',
  'MaxConcurrency',
  'ToleratedFailureCount',
  'ToleratedFailurePercentage',
] as const;

/**
 * Compiles a definition, or the part of it that starts at `pointer`.
 *
 * @param definition a definition that `validateDefinition` found no error in
 * @param pointer '' for the whole machine; the pointer of a distributed Map's processor for its child executions
 * @throws ExpressionFailure when an expression does not parse; Error when `pointer` names no states
 * @example compileMachine({ StartAt: 'A', States: { A: { Type: 'Succeed' } } })
 */
export function compileMachine(definition: MachineDefinition, pointer = ''): Machine {
  const scopes = new Map<string, CompiledScope>();
  const language = definition.QueryLanguage ?? 'JSONPath';
  const root = pointer === '' ? definition : at(definition, pointer);
  if (root === undefined) throw new Error(`No states at ${pointer} of this definition`);
  compileScope(root, pointer, language, scopes);
  return {
    definition,
    timeoutSeconds: pointer === '' ? definition.TimeoutSeconds : undefined,
    root: pointer,
    scopes,
  };
}

function at(definition: MachineDefinition, pointer: string): StatesDefinition | undefined {
  let node: unknown = definition;
  for (const part of pointer.slice(1).split('/')) {
    const key = part.replaceAll('~1', '/').replaceAll('~0', '~');
    if (typeof node !== 'object' || node === null) return undefined;
    node = (node as { [key: string]: unknown })[key];
  }
  return node as StatesDefinition | undefined;
}

/** Escapes one key for a JSON pointer (RFC 6901). */
export function pointerPart(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}

function compileScope(
  source: StatesDefinition,
  pointer: string,
  language: QueryLanguage,
  scopes: Map<string, CompiledScope>,
): void {
  const states = new Map<string, CompiledState>();
  scopes.set(pointer, { pointer, startAt: source.StartAt, states });
  for (const [name, state] of Object.entries(source.States)) {
    const statePointer = `${pointer}/States/${pointerPart(name)}`;
    states.set(name, compileState(name, state, statePointer, language, scopes));
  }
}

function compileState(
  name: string,
  state: StateDefinition,
  pointer: string,
  outerLanguage: QueryLanguage,
  scopes: Map<string, CompiledScope>,
): CompiledState {
  const jsonata = (state.QueryLanguage ?? outerLanguage) === 'JSONata';
  const compiled: CompiledState = {
    name,
    type: state.Type,
    pointer,
    jsonata,
    definition: state,
    next: state.Next,
    inputPath: jsonata ? undefined : optionalPath(state.InputPath),
    outputPath: jsonata ? undefined : optionalPath(state.OutputPath),
    resultPath: state.ResultPath === undefined ? '$' : state.ResultPath,
    arguments: template(jsonata ? state.Arguments : state.Parameters, jsonata),
    resultSelector: template(state.ResultSelector, jsonata),
    output: template(state.Output, jsonata),
    assign: template(state.Assign, jsonata),
    retriers: (state.Retry ?? []).map(compileRetrier),
    catchers: (state.Catch ?? []).map((catcher) => compileCatcher(catcher, jsonata)),
    choices: compileChoices(state, jsonata),
    defaultNext: state.Default as string | undefined,
    branches: [],
    distributed: false,
    fields: compileFields(state, jsonata),
  };
  if (state.Type === 'Parallel') {
    const branches = state.Branches as StatesDefinition[];
    compiled.branches = branches.map((branch, index) => {
      const branchPointer = `${pointer}/Branches/${index}`;
      compileScope(branch, branchPointer, outerLanguage, scopes);
      return branchPointer;
    });
  }
  if (state.Type === 'Map') {
    const field = state.ItemProcessor === undefined ? 'Iterator' : 'ItemProcessor';
    const processor = state[field] as StatesDefinition & {
      ProcessorConfig?: { Mode?: string };
    };
    const processorPointer = `${pointer}/${field}`;
    compiled.branches = [processorPointer];
    compiled.distributed = processor.ProcessorConfig?.Mode === 'DISTRIBUTED';
    compileScope(processor, processorPointer, outerLanguage, scopes);
  }
  return compiled;
}

function compileFields(state: StateDefinition, jsonata: boolean): Map<string, Computed> {
  const fields = new Map<string, Computed>();
  for (const field of COMPUTED_FIELDS) {
    const literal = state[field] as Json | undefined;
    const path = state[`${field}Path`];
    if (literal !== undefined) fields.set(field, scalar(literal, jsonata));
    else if (typeof path === 'string') fields.set(field, pathOrIntrinsic(path));
  }
  const put = (name: string, value: unknown): void => {
    const computed = template(value as Json | undefined, jsonata);
    if (computed !== undefined) fields.set(name, computed);
  };
  if (state.Type === 'Task') put('Credentials', state.Credentials);
  if (state.Type === 'Map') {
    if (jsonata) put('Items', state.Items);
    if (typeof state.ItemsPath === 'string') {
      fields.set('ItemsPath', {
        kind: 'path',
        path: compilePath(state.ItemsPath),
      });
    }
    put('ItemSelector', state.ItemSelector ?? (jsonata ? undefined : state.Parameters));
    const batcher = state.ItemBatcher as JsonObject | undefined;
    if (batcher !== undefined) {
      put('BatchInput', batcher.BatchInput);
      nested(fields, batcher, 'MaxItemsPerBatch', jsonata);
      nested(fields, batcher, 'MaxInputBytesPerBatch', jsonata);
    }
    const reader = state.ItemReader as JsonObject | undefined;
    if (reader !== undefined) {
      put('ReaderArguments', reader.Arguments ?? reader.Parameters);
      const config = reader.ReaderConfig as JsonObject | undefined;
      if (config !== undefined) nested(fields, config, 'MaxItems', jsonata);
    }
    const writer = state.ResultWriter as JsonObject | undefined;
    if (writer !== undefined) put('WriterArguments', writer.Arguments ?? writer.Parameters);
  }
  return fields;
}

function nested(
  fields: Map<string, Computed>,
  holder: JsonObject,
  field: string,
  jsonata: boolean,
): void {
  const literal = holder[field];
  const path = holder[`${field}Path`];
  if (literal !== undefined) fields.set(field, scalar(literal, jsonata));
  else if (typeof path === 'string') fields.set(field, pathOrIntrinsic(path));
}

function compileChoices(state: StateDefinition, jsonata: boolean): CompiledChoice[] {
  if (state.Type !== 'Choice') return [];
  return (state.Choices as JsonObject[]).map((choice) => ({
    next: choice.Next as string,
    rule: jsonata ? undefined : compileChoiceRule(choice),
    condition: jsonata ? scalar(choice.Condition as Json, true) : undefined,
    assign: template(choice.Assign, jsonata),
    output: template(choice.Output, jsonata),
  }));
}

function compileRetrier(retrier: RetrierDefinition): CompiledRetrier {
  return {
    errors: retrier.ErrorEquals,
    intervalSeconds: retrier.IntervalSeconds ?? 1,
    maxAttempts: retrier.MaxAttempts ?? 3,
    backoffRate: retrier.BackoffRate ?? 2,
    maxDelaySeconds: retrier.MaxDelaySeconds,
    fullJitter: retrier.JitterStrategy === 'FULL',
  };
}

function compileCatcher(catcher: CatcherDefinition, jsonata: boolean): CompiledCatcher {
  return {
    errors: catcher.ErrorEquals,
    next: catcher.Next,
    resultPath: catcher.ResultPath === undefined ? '$' : catcher.ResultPath,
    output: template(catcher.Output, jsonata),
    assign: template(catcher.Assign, jsonata),
  };
}

function optionalPath(text: string | null | undefined): Path | null | undefined {
  return typeof text === 'string' ? compilePath(text) : text;
}

function pathOrIntrinsic(text: string): Computed {
  return isIntrinsic(text)
    ? { kind: 'intrinsic', intrinsic: compileIntrinsic(text) }
    : { kind: 'path', path: compilePath(text) };
}

/** A field of one value: a JSONata string or a literal. */
function scalar(value: Json, jsonata: boolean): Computed {
  return jsonata && typeof value === 'string' && isJsonataString(value)
    ? { kind: 'jsonata', template: compileJsonataTemplate(value) }
    : { kind: 'literal', value };
}

/** A field that holds a whole payload. */
function template(value: Json | undefined, jsonata: boolean): Computed | undefined {
  if (value === undefined) return undefined;
  return jsonata
    ? { kind: 'jsonata', template: compileJsonataTemplate(value) }
    : { kind: 'payload', template: compilePayloadTemplate(value) };
}

/**
 * The states of a scope.
 * @throws Error when the machine has no such scope: the state is of another definition
 */
export function scopeOf(machine: Machine, pointer: string): CompiledScope {
  const scope = machine.scopes.get(pointer);
  if (scope === undefined) throw new Error(`The definition has no states at '${pointer}'`);
  return scope;
}

/**
 * The state at which a thread stands.
 * @throws Error when the machine has no such state
 */
export function stateOf(machine: Machine, scope: string, name: string): CompiledState {
  const state = scopeOf(machine, scope).states.get(name);
  if (state === undefined) throw new Error(`The definition has no state '${name}' at '${scope}'`);
  return state;
}
