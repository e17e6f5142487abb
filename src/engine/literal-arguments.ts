/**
 * Checks the arguments of Millrace's own tasks before anything runs, as far as they are written out in the file.
 *
 * What is computed at run time (`….$` keys, `{% … %}` texts) is not known yet: a problem of such a field, or one that
 * could come from it, is left to the run-time check of the connector.
 * @module
 */
import { setOwn } from '../asl/expressions/property.js';
import { isObject, type Json, type JsonObject } from '../asl/json.js';
import type { Connector } from '../connectors/connector.js';
import type { PipelinePlan } from '../pipelines/plan.js';
import type { Problem } from '../pipelines/problem.js';
import { tasksOf } from '../pipelines/tasks.js';

/** Fields that take any value, so that a computed one cannot make another field wrong. */
const ANY_VALUE = ['input', 'payload', 'body', 'parameters'];

/**
 * Everything that is wrong for certain in the arguments of a plan's tasks.
 * @example argumentProblemsOf(plan, connectors).map(({ message }) => message) // ["extract: cwd: expected string"]
 */
export function argumentProblemsOf(
  plan: PipelinePlan,
  connectors: ReadonlyMap<string, Pick<Connector, 'validate'>>,
): Problem[] {
  return tasksOf(plan.definition as unknown as JsonObject).flatMap(({ name, state }) => {
    const kind = /^millrace:(\w+)(\.waitForTaskToken)?$/.exec(String(state.Resource))?.[1];
    const connector = kind === undefined ? undefined : connectors.get(kind);
    if (connector === undefined) return [];
    return certainProblems(state.Arguments ?? state.Parameters, connector).map((problem) =>
      problemOf(plan, name, problem),
    );
  });
}

function certainProblems(
  given: Json | undefined,
  connector: Pick<Connector, 'validate'>,
): string[] {
  // Without arguments a task gets the state's input, and an expression may give anything.
  if (given === undefined || !isObject(given)) return [];
  const literal: JsonObject = {};
  const computed: string[] = [];
  for (const [key, value] of Object.entries(given)) {
    if (key.endsWith('.$')) computed.push(key.slice(0, -2));
    else if (isComputed(value)) computed.push(key);
    else setOwn(literal, key, value);
  }
  const free = computed.every((field) => ANY_VALUE.includes(field));
  return connector.validate(literal).filter((problem) => {
    const field = /^(\w+)[.:]/.exec(problem)?.[1];
    return field === undefined ? free : !computed.includes(field);
  });
}

function isComputed(value: Json): boolean {
  if (typeof value === 'string') return value.startsWith('{%');
  if (Array.isArray(value)) return value.some(isComputed);
  return (
    isObject(value) &&
    Object.entries(value).some(([key, member]) => key.endsWith('.$') || isComputed(member))
  );
}

function problemOf(plan: PipelinePlan, state: string, problem: string): Problem {
  const { file, line, column } = plan.sources[state] ?? { file: plan.file, line: 1, column: 1 };
  return {
    severity: 'error',
    code: 'MILL1103',
    message: `${state}: ${problem}`,
    file,
    line,
    column,
    length: 1,
    pipeline: plan.name,
    why: 'every attempt of the task would fail with Connector.InvalidArguments',
  };
}
