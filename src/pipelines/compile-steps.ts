/**
 * Turns the `steps` of a pipeline file into states of the Amazon States Language.
 *
 * The data that flows is one object: the pipeline's input, and under each step's name what it produced. A step becomes
 * one state (`step-states.ts`); a choice becomes a Choice state with the steps of its branches behind it, which all go
 * on with what comes after the choice. Every state remembers where in the file it was written.
 * @module
 */
import type { Json, JsonObject } from '../asl/json.js';
import { withDatasetOutputs } from './dataset-steps.js';
import { expandStep } from './dbt-steps.js';
import { parseDuration } from './duration.js';
import type { WrittenPlace } from './sections/account-section.js';
import { CLUSTER_STATE, clusterState, type WrittenCluster } from './sections/cluster-section.js';
import type { WrittenEffect } from './sections/effects-section.js';
import { WORKER_KINDS, type WrittenWorker } from './sections/worker-section.js';
import type { ValuePath } from './source-file.js';
import {
  type CatchRule,
  type ChoiceBranch,
  STEP_KINDS,
  type Step,
  type StepKind,
  type StepList,
} from './step-schema.js';
import {
  isOfAws,
  isTask,
  type ReportAt,
  resultPath,
  resultWriter,
  type StateDraft,
  taskState,
  usesExpressions,
} from './step-states.js';

export interface CompiledSteps {
  StartAt: string;
  States: JsonObject;
  /** JSON pointer of each state, below the machine → where its step is in the file. */
  origins: Map<string, ValuePath>;
  /** What steps say of where they are performed, by the names of their states. */
  accounts: { [state: string]: WrittenPlace };
  /** What steps say of test runs, by the names of their states. */
  effects: { [state: string]: WrittenEffect };
  /** What steps say of workers, by the names of their states. */
  workers: { [state: string]: WrittenWorker };
}

/** What all steps of a file share while they are compiled. */
interface Compilation {
  readonly report: ReportAt;
  readonly origins: Map<string, ValuePath>;
  readonly accounts: { [state: string]: WrittenPlace };
  readonly effects: { [state: string]: WrittenEffect };
  readonly workers: { [state: string]: WrittenWorker };
  readonly hasCluster: boolean;
}

/** The states that steps of one list are added to. */
interface Scope {
  readonly states: JsonObject;
  /** JSON pointer of the holder of the states. */
  readonly pointer: string;
}

/**
 * Compiles a list of steps.
 * @param path where the list is in the file
 * @param cluster is made before the first of them
 */
export function compileSteps(
  steps: StepList,
  path: ValuePath,
  report: ReportAt,
  cluster?: { readonly pipeline: string; readonly written: WrittenCluster },
): CompiledSteps {
  const hasCluster = cluster !== undefined;
  const lists = { origins: new Map<string, ValuePath>(), accounts: {}, effects: {}, workers: {} };
  const compilation: Compilation = { report, ...lists, hasCluster };
  const { StartAt, States } = compileScope(steps, path, '', compilation);
  const { origins, accounts, effects, workers } = compilation;
  if (cluster === undefined) return { StartAt, States, origins, accounts, effects, workers };
  if (Object.hasOwn(States, CLUSTER_STATE)) {
    report(path, 'MILL1203', `a step "${CLUSTER_STATE}" has the name of what makes the cluster`, {
      fix: 'give it another name',
    });
  }
  origins.set(`/States/${CLUSTER_STATE}`, ['cluster']);
  const state = clusterState(cluster.pipeline, cluster.written, StartAt);
  return {
    StartAt: CLUSTER_STATE,
    States: { [CLUSTER_STATE]: state, ...States },
    ...{ origins, accounts, effects, workers },
  };
}

function compileScope(
  steps: StepList,
  path: ValuePath,
  pointer: string,
  compilation: Compilation,
): { StartAt: string; States: JsonObject } {
  const scope: Scope = { states: {}, pointer };
  const entry = compileList(steps, path, undefined, scope, compilation);
  return { StartAt: entry, States: scope.states };
}

/** Adds the states of a list; the last one goes on to `after`. Answers the name of the first one. */
function compileList(
  steps: StepList,
  path: ValuePath,
  after: string | undefined,
  scope: Scope,
  compilation: Compilation,
): string {
  const named = withDatasetOutputs(steps).map((step, index) => ({
    name: Object.keys(step)[0] ?? '',
    step,
    index,
  }));
  for (const { step, index } of named) {
    if (Object.keys(step).length !== 1) {
      compilation.report([...path, index], 'MILL1103', 'a step has one key, its name', {
        fix: '- extract: { shell: "python3 extract.py" }',
      });
    }
  }
  for (const { name, step, index } of named) {
    const next = named[index + 1]?.name ?? after;
    const body = step[name];
    if (body !== undefined) {
      const at = [...path, index, name];
      compileStep(name, expandStep(name, body), at, next, scope, compilation);
    }
  }
  return named[0]?.name ?? '';
}

function compileStep(
  name: string,
  step: Step,
  path: ValuePath,
  next: string | undefined,
  scope: Scope,
  compilation: Compilation,
): void {
  const kind = kindOf(step, path, compilation.report);
  if (kind === undefined) return;
  const { report, hasCluster } = compilation;
  const draft: StateDraft = { name, step, path, report, hasCluster };
  notePlace(kind, draft, compilation);
  noteEffect(draft, compilation);
  noteWorker(kind, draft, compilation);
  // Its place is taken first, so that states of its handlers and branches come behind it.
  if (!add(name, {}, path, scope, compilation)) return;
  const state = stateOf(kind, draft, next, scope, compilation);
  scope.states[name] = commented(state, step);
}

/** Notes where a step is performed, when it says so. */
function notePlace(
  kind: StepKind,
  draft: StateDraft,
  { report, accounts }: Pick<Compilation, 'report' | 'accounts'>,
): void {
  const { name, step, path } = draft;
  const { account, region } = step;
  const [field] = ['account', 'region'].filter((one) => step[one as 'account'] !== undefined);
  if (field === undefined) return;
  if (!isOfAws(kind, draft)) {
    report([...path, field], 'MILL1104', `"${field}" has no meaning for "${kind}"`, {
      mark: 'key',
      fix: 'remove it',
    });
    return;
  }
  const place = { ...(account && { account }), ...(region && { region }) };
  const known = Object.hasOwn(accounts, name) ? accounts[name] : undefined;
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(place)) {
    report([...path, field], 'MILL1203', `another step "${name}" is performed elsewhere`, {
      mark: 'key',
      fix: 'give it another name',
    });
  }
  accounts[name] = place;
}

/** Notes what a step says of test runs. */
function noteEffect(
  { name, step: { effect }, path }: StateDraft,
  { report, effects }: Pick<Compilation, 'report' | 'effects'>,
): void {
  if (effect === undefined) return;
  const known = Object.hasOwn(effects, name) ? effects[name] : undefined;
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(effect)) {
    report([...path, 'effect'], 'MILL1203', `another step "${name}" says otherwise of test runs`, {
      mark: 'key',
      fix: 'give it another name',
    });
  }
  effects[name] = effect;
}

/** Notes which worker a step is for, when it says so. */
function noteWorker(
  kind: StepKind,
  { name, step: { worker }, path }: StateDraft,
  { report, workers }: Pick<Compilation, 'report' | 'workers'>,
): void {
  if (worker === undefined) return;
  if (!WORKER_KINDS.includes(kind)) {
    report([...path, 'worker'], 'MILL1104', `"worker" has no meaning for "${kind}"`, {
      mark: 'key',
      fix: `remove it: workers perform ${WORKER_KINDS.join(', ')}`,
    });
    return;
  }
  const known = Object.hasOwn(workers, name) ? workers[name] : undefined;
  if (known !== undefined && JSON.stringify(known) !== JSON.stringify(worker)) {
    report([...path, 'worker'], 'MILL1203', `another step "${name}" is for another worker`, {
      mark: 'key',
      fix: 'give it another name',
    });
  }
  workers[name] = worker;
}

function kindOf(step: Step, path: ValuePath, report: ReportAt): StepKind | undefined {
  const kinds = STEP_KINDS.filter((kind) => step[kind] !== undefined);
  const [kind, second] = kinds;
  if (kind === undefined) {
    report(path, 'MILL1102', `the step says not what to do: give one of ${STEP_KINDS.join(', ')}`, {
      mark: 'key',
    });
  } else if (second !== undefined) {
    report([...path, second], 'MILL1104', `a step does one thing, not ${kinds.join(' and ')}`, {
      mark: 'key',
      fix: 'make two steps of it',
    });
    return undefined;
  }
  return kind;
}

/** Adds a state; false when its name is taken. */
function add(
  name: string,
  state: JsonObject,
  path: ValuePath,
  scope: Scope,
  compilation: Compilation,
): boolean {
  if (Object.hasOwn(scope.states, name)) {
    compilation.report(path, 'MILL1203', `there is another step "${name}"`, {
      mark: 'key',
      fix: 'give it another name',
    });
    return false;
  }
  scope.states[name] = state;
  compilation.origins.set(pointerOf(scope, name), path);
  return true;
}

function pointerOf(scope: Scope, name: string): string {
  return `${scope.pointer}/States/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

function commented(state: JsonObject, step: Step): JsonObject {
  return step.comment === undefined ? state : { ...state, Comment: step.comment };
}

function stateOf(
  kind: StepKind,
  draft: StateDraft,
  next: string | undefined,
  scope: Scope,
  compilation: Compilation,
): JsonObject {
  const { name, step } = draft;
  const goOn: JsonObject = next === undefined ? { End: true } : { Next: next };
  if (!isTask(kind)) refuseTaskOptions(kind, draft);
  switch (kind) {
    case 'parallel':
      return {
        ...parallelState(draft, scope, compilation),
        ...handlers(draft, next, scope, compilation),
        ...goOn,
      };
    case 'forEach':
      return {
        ...mapState(draft, scope, compilation),
        ...handlers(draft, next, scope, compilation),
        ...goOn,
      };
    case 'choice':
      return choiceState(draft, next, scope, compilation);
    case 'fail':
      return {
        Type: 'Fail',
        Error: step.fail?.error ?? name,
        ...(step.fail?.cause === undefined ? {} : { Cause: step.fail.cause }),
      };
    case 'wait':
      return { ...waitState(draft), ...goOn };
    case 'set':
      return {
        ...(usesExpressions(step.set ?? {})
          ? { Type: 'Pass', QueryLanguage: 'JSONata', Output: merged(name, step.set ?? {}) }
          : { Type: 'Pass', Parameters: step.set ?? {}, ...resultPath(draft) }),
        ...goOn,
      };
    default:
      return { ...taskState(kind, draft), ...handlers(draft, next, scope, compilation), ...goOn };
  }
}

/** `{% $merge([$states.input, {name: value}]) %}` as an object whose single values may be expressions. */
function merged(name: string, values: JsonObject): string {
  const pairs = Object.entries(values).map(
    ([key, value]) => `${JSON.stringify(key)}: ${jsonataLiteral(value)}`,
  );
  return `{% $merge([$states.input, {${JSON.stringify(name)}: {${pairs.join(', ')}}}]) %}`;
}

function jsonataLiteral(value: Json): string {
  if (typeof value === 'string' && value.startsWith('{%') && value.endsWith('%}'))
    return `(${value.slice(2, -2)})`;
  if (Array.isArray(value)) return `[${value.map(jsonataLiteral).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    return `{${Object.entries(value)
      .map(([key, item]) => `${JSON.stringify(key)}: ${jsonataLiteral(item)}`)
      .join(', ')}}`;
  }
  return JSON.stringify(value);
}

function refuseTaskOptions(kind: StepKind, { step, path, report }: StateDraft): void {
  const handled: StepKind[] = ['parallel', 'forEach'];
  const options = [
    'timeout',
    'heartbeat',
    'effect',
    ...(handled.includes(kind) ? [] : ['retry', 'catch']),
  ] as const;
  for (const option of options) {
    if (step[option as keyof Step] === undefined) continue;
    report([...path, option], 'MILL1104', `"${option}" has no meaning for "${kind}"`, {
      mark: 'key',
      fix: 'remove it',
    });
  }
}

function parallelState(draft: StateDraft, scope: Scope, compilation: Compilation): JsonObject {
  const { name, step, path } = draft;
  const branches = Object.entries(step.parallel ?? {});
  const selector = branches.map(([branch], index) => [`${branch}.$`, `$[${index}]`]);
  return {
    Type: 'Parallel',
    Branches: branches.map(([branch, steps], index) =>
      compileScope(
        steps,
        [...path, 'parallel', branch],
        `${pointerOf(scope, name)}/Branches/${index}`,
        compilation,
      ),
    ),
    ResultSelector: Object.fromEntries(selector) as JsonObject,
    ...resultPath(draft),
  };
}

function mapState(draft: StateDraft, scope: Scope, compilation: Compilation): JsonObject {
  const { name, step, path, report } = draft;
  const { items = [], as = 'item', concurrency, with: more = {}, steps = [] } = step.forEach ?? {};
  const inner = compileScope(
    steps,
    [...path, 'forEach', 'steps'],
    `${pointerOf(scope, name)}/ItemProcessor`,
    compilation,
  );
  const ItemProcessor: JsonObject = { ProcessorConfig: { Mode: 'INLINE' }, ...inner };
  const MaxConcurrency: JsonObject =
    concurrency === undefined ? {} : { MaxConcurrency: concurrency };
  if (Array.isArray(items) || usesExpressions(items) || usesExpressions(more)) {
    if (typeof items === 'string' && !usesExpressions(items)) {
      report(
        [...path, 'forEach', 'items'],
        'MILL1108',
        'beside an expression in "with", items must be one too',
        {
          fix: `write {% $states.input${items.slice(1)} %}`,
        },
      );
    }
    return {
      Type: 'Map',
      QueryLanguage: 'JSONata',
      Items: items,
      ItemSelector: {
        ...more,
        [as]: '{% $states.context.Map.Item.Value %}',
        index: '{% $states.context.Map.Item.Index %}',
      },
      ItemProcessor,
      ...MaxConcurrency,
      ...resultWriter(draft),
    };
  }
  return {
    Type: 'Map',
    ItemsPath: items,
    ItemSelector: { ...more, [`${as}.$`]: '$$.Map.Item.Value', 'index.$': '$$.Map.Item.Index' },
    ItemProcessor,
    ...MaxConcurrency,
    ...resultPath(draft),
  };
}

function choiceState(
  draft: StateDraft,
  next: string | undefined,
  scope: Scope,
  compilation: Compilation,
): JsonObject {
  const { name, step, path, report } = draft;
  const branches = step.choice ?? [];
  const after = next ?? endState(name, path, scope, compilation);
  let fallback: string | undefined;
  const choices: JsonObject[] = [];
  for (const [index, branch] of branches.entries()) {
    const here = [...path, 'choice', index];
    const target = branchEntry(branch, here, after, scope, compilation);
    if (branch.when === undefined) {
      if (fallback !== undefined) report(here, 'MILL1104', 'a choice has one "otherwise"');
      if (branch.otherwise === undefined)
        report(here, 'MILL1102', 'a branch needs "when" with "steps", or "otherwise"');
      fallback = target;
    } else {
      if (branch.otherwise !== undefined) {
        report([...here, 'otherwise'], 'MILL1104', '"otherwise" stands alone, without "when"', {
          mark: 'key',
        });
      }
      choices.push(
        typeof branch.when === 'string'
          ? { Condition: branch.when, Next: target }
          : { ...branch.when, Next: target },
      );
    }
  }
  const conditions = choices.filter((choice) => choice.Condition !== undefined).length;
  if (conditions > 0 && conditions < choices.length) {
    report(
      [...path, 'choice'],
      'MILL1108',
      'the conditions of one choice are either all {% … %} or all rules',
      { mark: 'key' },
    );
  }
  return {
    Type: 'Choice',
    ...(conditions > 0 ? { QueryLanguage: 'JSONata' } : {}),
    Choices: choices,
    Default: fallback ?? after,
  };
}

/** Where a branch begins: its first step, or what comes after the choice when it has none. */
function branchEntry(
  branch: ChoiceBranch,
  path: ValuePath,
  after: string,
  scope: Scope,
  compilation: Compilation,
): string {
  const key = branch.otherwise === undefined ? 'steps' : 'otherwise';
  const steps = branch[key];
  return steps === undefined
    ? after
    : compileList(steps, [...path, key], after, scope, compilation);
}

function endState(name: string, path: ValuePath, scope: Scope, compilation: Compilation): string {
  const end = `${name} done`;
  if (!Object.hasOwn(scope.states, end)) add(end, { Type: 'Succeed' }, path, scope, compilation);
  return end;
}

function waitState({ step, path, report }: StateDraft): JsonObject {
  const { wait } = step;
  if (typeof wait === 'object') {
    return wait.until.startsWith('$')
      ? { Type: 'Wait', TimestampPath: wait.until }
      : { Type: 'Wait', Timestamp: wait.until };
  }
  const seconds = wait === undefined ? undefined : parseDuration(wait);
  if (seconds === undefined) report([...path, 'wait'], 'MILL1103', '"wait": expected a duration');
  return { Type: 'Wait', Seconds: seconds ?? 0 };
}

/** Retry and Catch of a step, and the states that its handlers consist of. */
function handlers(
  draft: StateDraft,
  next: string | undefined,
  scope: Scope,
  compilation: Compilation,
): JsonObject {
  const { step } = draft;
  const retry =
    step.retry === undefined ? [] : Array.isArray(step.retry) ? step.retry : [step.retry];
  const rules =
    step.catch === undefined ? [] : Array.isArray(step.catch) ? step.catch : [step.catch];
  const Catch = rules.map((rule, index) => {
    const path = [...draft.path, 'catch', ...(Array.isArray(step.catch) ? [index] : [])];
    return catcher(rule, index, path, draft, next, scope, compilation);
  });
  return {
    ...(retry.length === 0
      ? {}
      : { Retry: retry.map((rule) => retrier(typeof rule === 'number' ? { max: rule } : rule)) }),
    ...(Catch.length === 0 ? {} : { Catch }),
  };
}

function retrier(rule: Exclude<Step['retry'], number | unknown[] | undefined>): JsonObject {
  return {
    ErrorEquals: errorNames(rule.on),
    IntervalSeconds: parseDuration(rule.interval ?? 1) ?? 1,
    MaxAttempts: rule.max ?? 3,
    BackoffRate: rule.backoff ?? 2,
    ...(rule.maxDelay === undefined ? {} : { MaxDelaySeconds: parseDuration(rule.maxDelay) ?? 1 }),
    ...(rule.jitter === true ? { JitterStrategy: 'FULL' } : {}),
  };
}

function catcher(
  rule: CatchRule,
  index: number,
  path: ValuePath,
  draft: StateDraft,
  next: string | undefined,
  scope: Scope,
  compilation: Compilation,
): JsonObject {
  const result = rule.result ?? 'error';
  const label = index === 0 ? draft.name : `${draft.name} ${index + 1}`;
  let target = next;
  if ((rule.then ?? 'fail') === 'fail') {
    target = `${label} failed`;
    add(target, failAgain(result), path, scope, compilation);
  } else if (rule.then === 'end' || next === undefined) {
    target = `${label} ended`;
    add(target, { Type: 'Succeed' }, path, scope, compilation);
  }
  const entry =
    rule.steps === undefined
      ? target
      : compileList(rule.steps, [...path, 'steps'], target, scope, compilation);
  const isJsonata = usesExpressionsIn(draft);
  return {
    ErrorEquals: errorNames(rule.on),
    ...(isJsonata
      ? {
          Output: `{% $merge([$states.input, {${JSON.stringify(result)}: $states.errorOutput}]) %}`,
        }
      : { ResultPath: `$['${result.replaceAll("'", "\\'")}']` }),
    Next: entry ?? '',
  };
}

function usesExpressionsIn({ step }: StateDraft): boolean {
  const kind = STEP_KINDS.find((candidate) => step[candidate] !== undefined);
  if (kind === 'forEach') {
    const { items = [], with: more = {} } = step.forEach ?? {};
    return Array.isArray(items) || usesExpressions(items) || usesExpressions(more);
  }
  return kind !== undefined && isTask(kind) && usesExpressions(step[kind] as Json);
}

/** Ends the execution with the error that was caught. An error without a cause has an empty one. */
function failAgain(result: string): JsonObject {
  const caught = `$lookup($states.input, ${JSON.stringify(result)})`;
  return {
    Type: 'Fail',
    QueryLanguage: 'JSONata',
    Error: `{% ${caught}.Error & '' %}`,
    Cause: `{% ${caught}.Cause & '' %}`,
  };
}

function errorNames(on: string | string[] | undefined): string[] {
  if (on === undefined) return ['States.ALL'];
  return typeof on === 'string' ? [on] : on;
}
