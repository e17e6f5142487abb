/**
 * Turns what zod finds into problems at places of a file, in words that help.
 * @module
 */
import type { z } from 'zod';
import type { Json } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import { suggest } from '../asl/validate.js';
import { knownFields } from './known-fields.js';
import type { Problem } from './problem.js';
import { problemAt, type SourceFile, type ValuePath } from './source-file.js';

type Issue = z.core.$ZodIssue;

/** Most issues that are shown of one file, and most unknown fields of one mapping. */
const MAX_ISSUES = 200;

/** A kind of file that is no pipeline file. */
export interface FileKind {
  /** Its name, and how it begins: for messages. */
  readonly name: string;
  readonly begin: string;
  /** Names of the fields at a path; empty where any name may be. */
  fields(path: ValuePath): readonly string[];
}

/**
 * Checks a file against a schema. Problems are added to the list.
 * @param kind which fields are known, for "did you mean"
 * @returns the sections without a problem, so that the rest of the file can be checked too
 */
export function checked<Value extends object>(
  schema: z.ZodType<Value>,
  source: SourceFile,
  kind: 'pipeline' | 'template' | FileKind,
  problems: Problem[],
): Partial<Value> {
  const { value } = source;
  if (!isObject(value)) {
    problems.push(problemAt(source, [], 'MILL1103', mappingExpected(kind)));
    return {};
  }
  const fieldsFor = (path: ValuePath): readonly string[] =>
    typeof kind === 'string' ? fieldsOf(kind, path) : kind.fields(path);
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const { issues } = result.error;
  const shown = issues.slice(0, MAX_ISSUES);
  problems.push(...shown.flatMap((issue) => issueProblems(issue, [], source, fieldsFor)));
  const wrong = new Set(issues.map((issue) => String(issue.path[0])));
  const sound = Object.entries(value).filter(([name]) => !wrong.has(name));
  const steps = wrong.has('steps') ? soundSteps(value.steps, issues) : undefined;
  return Object.fromEntries(
    steps === undefined ? sound : [...sound, ['steps', steps]],
  ) as Partial<Value>;
}

/**
 * The steps with every wrong one replaced by one that does nothing, so that the others are checked all the same.
 * Undefined when there is no telling steps at all.
 */
function soundSteps(steps: Json | undefined, issues: readonly Issue[]): Json | undefined {
  if (!Array.isArray(steps)) return undefined;
  const wrong = new Set(
    issues.flatMap(({ path: [section, index] }) => (section === 'steps' ? [index] : [])),
  );
  if (wrong.has(undefined)) return undefined;
  const replaced = steps.map((step, index) => {
    const [name] = isObject(step) ? Object.keys(step) : [];
    if (!wrong.has(index)) return step;
    return name === undefined ? undefined : { [name]: { set: {} } };
  });
  return replaced.filter((step) => step !== undefined);
}

function mappingExpected(kind: 'pipeline' | 'template' | FileKind): string {
  const { name, begin } = typeof kind === 'string' ? { name: kind, begin: `${kind}: name` } : kind;
  return `a ${name} file is a mapping: "${begin}" and so on`;
}

/** A template has the fields of a pipeline and three of its own. */
function fieldsOf(kind: 'pipeline' | 'template', path: ValuePath): readonly string[] {
  const fields = knownFields(path);
  if (kind === 'pipeline' || path.length > 0) return fields;
  const own = ['template', 'version', 'parameters'];
  return [...own, ...fields.filter((name) => !['pipeline', 'with', ...own].includes(name))];
}

function issueProblems(
  issue: Issue,
  outer: ValuePath,
  source: SourceFile,
  fields: (path: ValuePath) => readonly string[],
): Problem[] {
  const path = [...outer, ...issue.path.map(toStep)];
  const label = labelOf(path);
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys
        .slice(0, MAX_ISSUES)
        .map((key) => unknownField(key, path, source, fields(path)));
    case 'invalid_union':
      return unionProblems(issue, path, source, fields);
    case 'invalid_key':
      return [
        problemAt(source, path, 'MILL1103', firstMessage(issue.issues) ?? issue.message, {
          mark: 'key',
        }),
      ];
    case 'invalid_type': {
      const found = valueAt(source.value, path);
      if (found === undefined) {
        const holder = path.slice(0, -1);
        const message = `the field ${label} is missing`;
        return [
          problemAt(source, holder, 'MILL1102', message, { mark: 'key', fix: `add ${label}` }),
        ];
      }
      return [
        problemAt(
          source,
          path,
          'MILL1103',
          `${label}: expected ${article(issue.expected)}, found ${kindOf(found)}`,
        ),
      ];
    }
    case 'invalid_value': {
      const values = issue.values.map(String);
      const found = valueAt(source.value, path);
      const meant = typeof found === 'string' ? suggest(found, values) : undefined;
      const message = `${label}: expected ${values.join(', ')}${found === undefined ? '' : `, found ${short(found)}`}`;
      return [
        problemAt(
          source,
          path,
          'MILL1103',
          message,
          meant === undefined ? {} : { suggestion: meant, fix: `write "${meant}"` },
        ),
      ];
    }
    default:
      return [problemAt(source, path, 'MILL1103', `${label}: ${lowerFirst(issue.message)}`)];
  }
}

/** Of the forms a value may have, the one it was probably meant to be: the one whose kind of value fits. */
function unionProblems(
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: ValuePath,
  source: SourceFile,
  fields: (path: ValuePath) => readonly string[],
): Problem[] {
  const fitting = issue.errors.filter(
    (errors) => !errors.some((error) => error.path.length === 0 && error.code === 'invalid_type'),
  );
  const [best] = fitting.toSorted((a, b) => a.length - b.length);
  if (best !== undefined) {
    return best.flatMap((error) => issueProblems(error, path, source, fields));
  }
  const expected = issue.errors
    .flatMap((errors) =>
      errors.flatMap((error) =>
        error.code === 'invalid_type' && error.path.length === 0 ? [article(error.expected)] : [],
      ),
    )
    .filter((name, index, all) => all.indexOf(name) === index);
  const found = valueAt(source.value, path);
  const label = labelOf(path);
  return [
    problemAt(
      source,
      path,
      'MILL1103',
      `${label}: expected ${expected.join(' or ')}, found ${kindOf(found)}`,
    ),
  ];
}

function unknownField(
  key: string,
  path: ValuePath,
  source: SourceFile,
  known: readonly string[],
): Problem {
  const meant = suggest(key, known);
  const hint = meant === undefined ? '' : `; did you mean "${meant}"?`;
  const fix =
    meant === undefined
      ? known.length === 0
        ? 'remove it'
        : `known are ${known.join(', ')}`
      : `write "${meant}"`;
  return problemAt(source, [...path, key], 'MILL1101', `unknown field "${key}"${hint}`, {
    mark: 'key',
    fix,
    ...(meant === undefined ? {} : { suggestion: meant }),
  });
}

/** The part of a value at a path; undefined when it is not there. */
export function valueAt(value: Json, path: ValuePath): Json | undefined {
  let current: Json | undefined = value;
  for (const step of path) {
    if (Array.isArray(current)) current = current[Number(step)];
    else if (isObject(current) && Object.hasOwn(current, step)) current = current[step];
    else return undefined;
  }
  return current;
}

function labelOf(path: ValuePath): string {
  const last = path.at(-1);
  if (last === undefined) return 'the file';
  return typeof last === 'string'
    ? `"${last}"`
    : `item ${last + 1} of "${path.at(-2) ?? 'the list'}"`;
}

function toStep(key: PropertyKey): string | number {
  return typeof key === 'number' ? key : String(key);
}

function firstMessage(issues: readonly Issue[]): string | undefined {
  return issues[0]?.message;
}

function kindOf(value: Json | undefined): string {
  if (value === undefined) return 'nothing';
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return 'a list';
  if (typeof value === 'object') return 'a mapping';
  return `the ${typeof value === 'string' ? 'text' : typeof value} ${short(value)}`;
}

function article(type: string): string {
  const words: { [type: string]: string } = {
    string: 'a text',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
    array: 'a list',
    object: 'a mapping',
    record: 'a mapping',
  };
  return words[type] ?? `a ${type}`;
}

function short(value: Json): string {
  const text = JSON.stringify(value);
  return text.length > 40 ? `${text.slice(0, 40)}…` : text;
}

function lowerFirst(message: string): string {
  return message.charAt(0).toLowerCase() + message.slice(1);
}
