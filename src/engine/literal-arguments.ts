/**
 * Checks the arguments of Millrace's own tasks before anything runs, as far as they are written out in the file.
 *
 * What is computed at run time (`….$` keys, `{% … %}` texts) is not known yet: a problem of such a field, or one that
 * could come from it, is left to the run-time check of the connector. In the place of a secret stands a text that fits.
 * @module
 */
import { setOwn } from '../asl/expressions/property.js';
import { isObject, type Json, type JsonObject } from '../asl/json.js';
import { type Connector, isSecretPlace } from '../connectors/connector.js';
import type { PipelinePlan } from '../pipelines/plan.js';
import type { Problem } from '../pipelines/problem.js';
import { fillReferences, inFormat, referencesIn } from '../pipelines/secret-reference.js';
import { tasksOf } from '../pipelines/tasks.js';

/** What is asked of a connector. */
export type CheckedConnector = Pick<Connector, 'validate' | 'secretArguments'>;

/** A text that any field takes which may hold a secret. */
const SOME_SECRET = 'https://secret.example/';

/** Fields that take any value, so that a computed one cannot make another field wrong. */
const ANY_VALUE = ['input', 'payload', 'body', 'parameters'];

/**
 * Everything that is wrong for certain in the arguments of a plan's tasks.
 * @example argumentProblemsOf(plan, connectors).map(({ message }) => message) // ["extract: cwd: expected string"]
 */
export function argumentProblemsOf(
  plan: PipelinePlan,
  connectors: ReadonlyMap<string, CheckedConnector>,
): Problem[] {
  return tasksOf(plan.definition as unknown as JsonObject).flatMap(({ name, state }) => {
    const kind = /^millrace:(\w+)(\.waitForTaskToken)?$/.exec(String(state.Resource))?.[1];
    const connector = kind === undefined ? undefined : connectors.get(kind);
    if (connector === undefined) return [];
    const given = state.Arguments ?? state.Parameters ?? null;
    const misplaced = misplacedSecrets(given, connector);
    if (misplaced.length > 0) {
      return misplaced.map((problem) => problemOf(plan, name, problem));
    }
    return certainProblems(withSomeSecrets(given, connector), connector).map((problem) =>
      problemOf(plan, name, problem),
    );
  });
}

/** References where a value would be kept or shown: in the data of the task, in what other processes can see. */
function misplacedSecrets(given: Json, connector: CheckedConnector): string[] {
  const places = connector.secretArguments;
  // A kind that knows no secrets takes what looks like one as it is.
  if (places === undefined) return [];
  const all = Object.keys(places);
  return referencesIn(given).flatMap(({ reference, at }) => {
    if (isSecretPlace(places, at, reference.as ?? 'text')) return [];
    // A member that is called so, of headers, variables, parameters.
    if (at.length === 1 && all.includes(at[0] ?? '')) return [];
    const why =
      reference.as === 'file' && all.includes(at[0] ?? '')
        ? `the secret '${reference.secret}' cannot be a file here`
        : `the secret '${reference.secret}' would be seen here: it may stand in ${all.join(', ')}`;
    return [`${at.join('.')}: ${why}`];
  });
}

function withSomeSecrets(given: Json, { secretArguments = {} }: CheckedConnector): Json {
  const filled = fillReferences(given, given, ({ reference, at }) => {
    if (!isSecretPlace(secretArguments, at, reference.as ?? 'text')) return { ...reference };
    return reference.as === 'file' ? undefined : inFormat(reference, SOME_SECRET);
  });
  return filled ?? null;
}

function certainProblems(given: Json, connector: CheckedConnector): string[] {
  // Without arguments a task gets the state's input, and an expression may give anything.
  if (!isObject(given)) return [];
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
