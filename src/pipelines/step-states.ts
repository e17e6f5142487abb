/**
 * The task states that single steps become: resource, arguments, where the result goes.
 *
 * Arguments with `.$` keys make a JSONPath state, arguments with `{% %}` texts a JSONata state.
 * @module
 */
import type { Json, JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import { AWS_STEP_KINDS, type AwsStepKind } from './aws-step-schema.js';
import { awsTask, functionTask, isFunctionElsewhere, type TellProblem } from './aws-steps.js';
import { datasetTask } from './dataset-steps.js';
import { parseDuration } from './duration.js';
import type { ProblemCode } from './problem.js';
import type { ProblemDetails, ValuePath } from './source-file.js';
import { type Step, type StepKind, TASK_KINDS } from './step-schema.js';
import { splitWords } from './words.js';

/** Reports a problem at a part of the file that the steps are in. */
export type ReportAt = (
  path: ValuePath,
  code: ProblemCode,
  message: string,
  details?: ProblemDetails,
) => void;

/** A step on its way to becoming a state. */
export interface StateDraft {
  readonly name: string;
  readonly step: Step;
  /** Where it is in the file. */
  readonly path: ValuePath;
  readonly report: ReportAt;
  /** The pipeline has a cluster, which steps share that name none. */
  readonly hasCluster?: boolean;
}

/** True for kinds that are carried out by a connector or the engine. */
export function isTask(kind: StepKind): boolean {
  return TASK_KINDS.includes(kind);
}

/** A Task state without its handlers and its way on. */
export function taskState(kind: StepKind, draft: StateDraft): JsonObject {
  const { step, path, report } = draft;
  const { resource, given, input } = taskOf(kind, draft);
  const expressions = usesExpressions(given);
  const isWhole = input === '';
  if (expressions && usesPaths(given)) {
    report([...path, kind], 'MILL1108', 'the arguments hold both "….$" keys and {% … %} texts', {
      mark: 'key',
    });
  }
  const withInput =
    input !== undefined && !isWhole && isObject(given) && !hasField(given, input)
      ? { ...given, ...wholeInput(input, expressions) }
      : given;
  return {
    Type: 'Task',
    Resource: resource,
    // The whole data is what a state hands on when nothing else is said.
    ...(isWhole
      ? {}
      : expressions
        ? { QueryLanguage: 'JSONata', Arguments: withInput }
        : { Parameters: withInput }),
    ...(expressions ? resultWriter(draft) : resultPath(draft)),
    ...seconds('TimeoutSeconds', step.timeout),
    ...seconds('HeartbeatSeconds', step.heartbeat),
  };
}

/** Steps that AWS performs: they may say where. */
export function isOfAws(kind: StepKind, { step }: StateDraft): boolean {
  if (kind === 'lambda') return isFunctionElsewhere(step.lambda ?? '');
  return AWS_STEP_KINDS.includes(kind as AwsStepKind);
}

/**
 * Resource and arguments of a task; `input` names the argument that gets the whole data unless it is given, '' stands for all of
 * them.
 */
function taskOf(
  kind: StepKind,
  draft: StateDraft,
): { resource: string; given: Json; input?: string } {
  const { name, step, path, report } = draft;
  const tell: TellProblem = (code, message, details) =>
    report([...path, kind], code, message, { mark: 'key', ...details });
  switch (kind) {
    case 'batch':
    case 'glue':
    case 'emr':
    case 'athena':
    case 'sns':
    case 'sqs':
      return awsTask(kind, name, step[kind] ?? {}, tell, draft.hasCluster);
    case 'shell':
      return { resource: 'millrace:shell', given: shellArguments(draft), input: 'input' };
    case 'lambda': {
      if (isOfAws(kind, draft)) return functionTask(step.lambda ?? '', tell);
      const given =
        typeof step.lambda === 'string'
          ? { folder: step.lambda, handler: 'index.handler' }
          : (step.lambda ?? {});
      if (!hasField(given, 'folder'))
        report([...path, 'lambda'], 'MILL1102', 'the field "folder" is missing', {
          mark: 'key',
          fix: 'add "folder"',
        });
      const handler: JsonObject = hasField(given, 'handler') ? {} : { handler: 'index.handler' };
      return { resource: 'millrace:lambda', given: { ...given, ...handler }, input: 'payload' };
    }
    case 'sql': {
      if (typeof step.sql !== 'string') return { resource: 'millrace:sql', given: step.sql ?? {} };
      const isFile = step.sql.endsWith('.sql') && !step.sql.includes('\n');
      return { resource: 'millrace:sql', given: isFile ? { file: step.sql } : { query: step.sql } };
    }
    case 'spark':
      return { resource: 'millrace:spark', given: sparkArguments(draft), input: 'input' };
    case 'dbt': {
      const given = typeof step.dbt === 'string' ? { project: step.dbt } : (step.dbt ?? {});
      if (!hasField(given, 'project')) {
        report([...path, 'dbt'], 'MILL1102', 'the field "project" is missing', {
          mark: 'key',
          fix: 'dbt: { project: warehouse }',
        });
      }
      return { resource: 'millrace:dbt', given };
    }
    case 'http':
      return {
        resource: 'millrace:http',
        given:
          typeof step.http === 'string' ? { method: 'GET', url: step.http } : (step.http ?? {}),
      };
    case 'check': {
      const given = step.check ?? {};
      for (const field of ['name', 'status']) {
        if (hasField(given, field)) continue;
        report([...path, 'check'], 'MILL1102', `the field "${field}" is missing`, {
          mark: 'key',
          fix: 'check: { name: permits, status: OK }',
        });
      }
      return { resource: 'millrace:checks:report', given };
    }
    case 'dataset':
      return datasetTask(step.dataset ?? '', tell);
    case 'run': {
      const run =
        typeof step.run === 'string' ? { pipeline: step.run } : (step.run ?? { pipeline: '' });
      const { wait = true, ...given } = run as JsonObject;
      return {
        resource: `millrace:executions:start${wait === false ? '' : '.sync:2'}`,
        given,
        input: 'input',
      };
    }
    default:
      return { resource: 'millrace:echo', given: step.echo ?? null };
  }
}

function shellArguments({ step, path, report }: StateDraft): JsonObject {
  const { shell } = step;
  if (Array.isArray(shell)) return { command: shell };
  if (typeof shell === 'object') return shell;
  const command = splitWords(shell ?? '');
  if (command === undefined) {
    report([...path, 'shell'], 'MILL1103', 'a quote is left open', {
      fix: 'close it, or give a list: [python3, extract.py]',
    });
  } else if (command.length === 0) {
    report([...path, 'shell'], 'MILL1103', 'the command is empty');
  }
  return { command: command ?? [] };
}

/** `jobs/clean.py --day 3`: the application, then its arguments. */
function sparkArguments({ step, path, report }: StateDraft): JsonObject {
  const { spark = '' } = step;
  if (typeof spark === 'object') {
    if (!hasField(spark, 'application')) {
      report([...path, 'spark'], 'MILL1102', 'the field "application" is missing', {
        mark: 'key',
        fix: 'spark: { application: jobs/clean.py }',
      });
    }
    return spark;
  }
  const [application, ...args] = splitWords(spark) ?? [];
  if (application === undefined) {
    report([...path, 'spark'], 'MILL1103', 'no application, or a quote that is left open', {
      fix: 'spark: "jobs/clean.py --day 3"',
    });
  }
  return { application: application ?? '', ...(args.length === 0 ? {} : { args }) };
}

function wholeInput(name: string, expressions: boolean): JsonObject {
  return expressions ? { [name]: '{% $states.input %}' } : { [`${name}.$`]: '$' };
}

function hasField(value: Json, name: string): boolean {
  return !isObject(value) || Object.hasOwn(value, name) || Object.hasOwn(value, `${name}.$`);
}

/** ResultPath: the result under the step's name, under another one, at a path, or nowhere. */
export function resultPath({ name, step }: StateDraft): JsonObject {
  const { result = name } = step;
  if (result === false) return { ResultPath: null };
  if (result.startsWith('$')) return { ResultPath: result };
  return { ResultPath: `$['${result.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}']` };
}

/** The same for JSONata states: an Output. */
export function resultWriter({ name, step, path, report }: StateDraft): JsonObject {
  const { result = name } = step;
  if (result === false) return { Output: '{% $states.input %}' };
  if (result === '$') return {};
  if (result.startsWith('$')) {
    report(
      [...path, 'result'],
      'MILL1108',
      'a step with {% … %} puts its result under a name, not at a path',
      { fix: `write ${JSON.stringify(name)}` },
    );
  }
  return { Output: `{% $merge([$states.input, {${JSON.stringify(result)}: $states.result}]) %}` };
}

function seconds(field: string, duration: string | number | undefined): JsonObject {
  const value = duration === undefined ? undefined : parseDuration(duration);
  return value === undefined ? {} : { [field]: value };
}

/** True when a text `{% … %}` is anywhere in the value. */
export function usesExpressions(value: Json): boolean {
  if (typeof value === 'string') return value.startsWith('{%') && value.endsWith('%}');
  if (Array.isArray(value)) return value.some(usesExpressions);
  return isObject(value) && Object.values(value).some(usesExpressions);
}

/** True when a key that ends in `.$` is anywhere in the value. */
function usesPaths(value: Json): boolean {
  if (Array.isArray(value)) return value.some(usesPaths);
  return (
    isObject(value) &&
    Object.entries(value).some(([key, item]) => key.endsWith('.$') || usesPaths(item))
  );
}
