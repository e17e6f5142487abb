/**
 * Pipelines in TypeScript: the compiler knows the states, so a way to a state that does not exist does not compile.
 *
 *     const orders = pipeline('orders')
 *       .states({
 *         Extract: task('millrace:shell', { command: ['python3', 'extract.py'] }, { next: 'Load' }),
 *         Load: task('millrace:sql', { file: 'load.sql' }, { end: true }),
 *       })
 *       .startAt('Extract');
 *     orders.toASL();
 *
 * Everything is immutable: each call gives a new value.
 * @module
 */
import type { MachineDefinition, StateDefinition } from '../asl/definition.js';
import type { Json, JsonObject } from '../asl/json.js';

/** Where a state goes on: to a state of the same machine, or nowhere. */
export type Way = { readonly next: string } | { readonly end: true };

/** Retry of a state: how often and how long between. */
export interface RetryOptions {
  errors?: readonly string[];
  maxAttempts?: number;
  intervalSeconds?: number;
  backoffRate?: number;
  maxDelaySeconds?: number;
}

/** Catch of a state: which errors go where. */
export interface CatchOptions {
  readonly errors?: readonly string[];
  readonly next: string;
  readonly resultPath?: string;
}

export interface StateOptions {
  comment?: string;
  inputPath?: string | null;
  outputPath?: string | null;
  resultPath?: string | null;
  resultSelector?: JsonObject;
  assign?: JsonObject;
  retry?: readonly RetryOptions[];
  catch?: readonly CatchOptions[];
  timeoutSeconds?: number;
  heartbeatSeconds?: number;
}

/** The names that options lead to. */
export type Targets<Options> =
  | (Options extends { readonly next: infer Next extends string } ? Next : never)
  | (Options extends { readonly catch: readonly { readonly next: infer Next extends string }[] }
      ? Next
      : never);

/** A state that goes to states named `Names`. */
export interface State<Names extends string> {
  readonly asl: StateDefinition;
  /** Exists for the compiler alone: the states this one goes to. */
  readonly goesTo?: Names;
}

/** States with their start: a whole machine, a branch or the processor of a Map. */
export interface Machine {
  toASL(): MachineDefinition;
}

/** A rule of a Choice state: a condition in the language's own form, and where it leads. */
export type ChoiceRule<Names extends string> = { next: Names } & (
  | { condition: string }
  | { rule: JsonObject }
);

/**
 * A Task state.
 * @param resource e.g. `millrace:shell` or an AWS resource
 * @param parameters what the task gets; keys that end in `.$` hold paths
 */
export function task<const Options extends Way & StateOptions>(
  resource: string,
  parameters: Json,
  options: Options,
): State<Targets<Options>> {
  return { asl: { Type: 'Task', Resource: resource, Parameters: parameters, ...common(options) } };
}

/** A Pass state that adds or replaces data. */
export function pass<
  const Options extends Way & StateOptions & { result?: Json; parameters?: JsonObject },
>(options: Options): State<Targets<Options>> {
  const { result, parameters } = options;
  return {
    asl: {
      Type: 'Pass',
      ...(result === undefined ? {} : { Result: result }),
      ...(parameters === undefined ? {} : { Parameters: parameters }),
      ...common(options),
    },
  };
}

/** A Wait state of some seconds. */
export function wait<const Options extends Way & StateOptions>(
  seconds: number,
  options: Options,
): State<Targets<Options>> {
  return { asl: { Type: 'Wait', Seconds: seconds, ...common(options) } };
}

/** A Choice state: the first rule that holds decides. Conditions `{% %}` make it a JSONata state. */
export function choice<const Names extends string>(
  rules: readonly ChoiceRule<Names>[],
  otherwise?: Names,
): State<Names> {
  const choices = rules.map((rule) =>
    'condition' in rule
      ? { Condition: rule.condition, Next: rule.next }
      : { ...rule.rule, Next: rule.next },
  );
  const isJsonata = rules.some((rule) => 'condition' in rule);
  return {
    asl: {
      Type: 'Choice',
      ...(isJsonata ? { QueryLanguage: 'JSONata' as const } : {}),
      Choices: choices,
      ...(otherwise === undefined ? {} : { Default: otherwise }),
    },
  };
}

/** A Parallel state; its result is the list of the branches' results. */
export function parallel<const Options extends Way & StateOptions>(
  branches: readonly Machine[],
  options: Options,
): State<Targets<Options>> {
  return {
    asl: {
      Type: 'Parallel',
      Branches: branches.map((branch) => branch.toASL()),
      ...common(options),
    },
  };
}

/** A Map state over the list at a path. */
export function forEach<
  const Options extends Way & StateOptions & { concurrency?: number; itemSelector?: JsonObject },
>(itemsPath: string, processor: Machine, options: Options): State<Targets<Options>> {
  const { concurrency, itemSelector } = options;
  return {
    asl: {
      Type: 'Map',
      ItemsPath: itemsPath,
      ItemProcessor: { ProcessorConfig: { Mode: 'INLINE' }, ...processor.toASL() },
      ...(concurrency === undefined ? {} : { MaxConcurrency: concurrency }),
      ...(itemSelector === undefined ? {} : { ItemSelector: itemSelector }),
      ...common(options),
    },
  };
}

/** Ends the machine well. */
export function succeed(): State<never> {
  return { asl: { Type: 'Succeed' } };
}

/** Ends the machine with an error. */
export function fail(error: string, cause?: string): State<never> {
  return { asl: { Type: 'Fail', Error: error, ...(cause === undefined ? {} : { Cause: cause }) } };
}

/** A pipeline without states yet. */
export interface PipelineBuilder {
  /** Gives the states. A state may only go to states that are given here too. */
  states<const States extends { [Name in keyof States]: State<Extract<keyof States, string>> }>(
    states: States,
  ): StartBuilder<Extract<keyof States, string>>;
}

/** A pipeline whose states are known. */
export interface StartBuilder<Names extends string> {
  /** The state where it begins. */
  startAt(name: Names): Machine;
}

/**
 * Begins a pipeline.
 * @param name goes into the definition's Comment
 */
export function pipeline(name: string): PipelineBuilder {
  return builder({ Comment: name });
}

/** Begins a branch of a Parallel state or the processor of a Map. */
export function branch(): PipelineBuilder {
  return builder({});
}

function builder(head: { Comment?: string }): PipelineBuilder {
  return {
    states: (states) => ({
      startAt: (StartAt) => ({
        toASL: () => ({
          ...head,
          StartAt,
          States: Object.fromEntries(
            Object.entries<State<string>>(states).map(([name, state]) => [name, state.asl]),
          ),
        }),
      }),
    }),
  };
}

function common(options: Way & StateOptions): Partial<StateDefinition> {
  const { comment, inputPath, outputPath, resultPath, resultSelector, assign } = options;
  const { retry, timeoutSeconds, heartbeatSeconds } = options;
  return withoutAbsent({
    Comment: comment,
    InputPath: inputPath,
    OutputPath: outputPath,
    ResultPath: resultPath,
    ResultSelector: resultSelector,
    Assign: assign,
    TimeoutSeconds: timeoutSeconds,
    HeartbeatSeconds: heartbeatSeconds,
    Retry: retry?.map((each) =>
      withoutAbsent({
        ErrorEquals: each.errors ?? ['States.ALL'],
        MaxAttempts: each.maxAttempts,
        IntervalSeconds: each.intervalSeconds,
        BackoffRate: each.backoffRate,
        MaxDelaySeconds: each.maxDelaySeconds,
      }),
    ),
    Catch: options.catch?.map((each) =>
      withoutAbsent({
        ErrorEquals: each.errors ?? ['States.ALL'],
        ResultPath: each.resultPath,
        Next: each.next,
      }),
    ),
    ...('next' in options ? { Next: options.next } : { End: true }),
  }) as Partial<StateDefinition>;
}

function withoutAbsent(object: { [field: string]: unknown }): { [field: string]: unknown } {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== undefined));
}
