/**
 * JSONPath with the semantics of Jayway, which Step Functions uses.
 *
 * A **definite** path names at most one place and gives its value; an indefinite one (`*`, `..`, slices, filters, unions)
 * gives a list, possibly empty. Paths start at `$` (the input), `$$` (the Context Object) or `$name` (a variable).
 * Compile once, resolve often. Source: Step Functions developer guide, "Using JSONPath paths"; Jayway JsonPath 2.x.
 * @module
 */
import type { Json } from '../json.js';
import { isObject } from '../json.js';
import { ExpressionFailure } from './failure.js';
import { PathSyntaxError } from './path-lexemes.js';
import type { ParsedPath, Root, Step } from './path-model.js';
import { parsePath } from './path-syntax.js';
import { isDefinite, takeStep, walkDefinite, walkIndefinite } from './path-walk.js';
import type { Scope } from './scope.js';

export { setPath } from './reference-path.js';

export interface Path {
  /** As written. */
  readonly text: string;
  /** Names at most one place. */
  readonly definite: boolean;
  readonly root: Root;
  readonly steps: Step[];
  /** Steps behind an indefinite part that apply to its whole list: `$..price.sum()`. Mostly empty. */
  readonly aggregates: Step[];
}

/**
 * Reads a path. Blanks around it are tolerated, as the service does.
 * @throws ExpressionFailure States.Runtime when the text is no path
 * @example compilePath('$.items[0].name')
 */
export function compilePath(text: string): Path {
  try {
    return pathOf(text, parsePath(text));
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
    throw new ExpressionFailure('States.Runtime', `Invalid path '${text}' : ${error.message}`);
  }
}

/** A path from its parts, for paths that stand inside of other expressions. */
export function pathOf(text: string, { root, steps }: ParsedPath): Path {
  if (isDefinite(steps)) return { text, definite: true, root, steps, aggregates: [] };
  let end = steps.length;
  while (steps[end - 1]?.type === 'function') end -= 1;
  return {
    text,
    definite: false,
    root,
    steps: steps.slice(0, end),
    aggregates: steps.slice(end),
  };
}

/**
 * The value that a path names: one value for a definite path, a list for an indefinite one.
 * @throws ExpressionFailure States.Runtime when a definite path names nothing
 * @example resolvePath(compilePath('$.a'), { input: { a: 1 }, … }) // 1
 */
export function resolvePath(path: Path, scope: Scope): Json {
  const value = findPath(path, scope);
  if (value !== undefined) return value;
  throw new ExpressionFailure(
    'States.Runtime',
    `Invalid path '${path.text}' : ${missing(path, scope)}`,
  );
}

/** Like `resolvePath`, but undefined when a definite path names nothing. */
export function findPath(path: Path, scope: Scope): Json | undefined {
  const start = startOf(path.root, scope);
  if (path.definite) return start === undefined ? undefined : walkDefinite(path.steps, start);
  if (start === undefined) return path.aggregates.length === 0 ? [] : undefined;
  const found = walkIndefinite(path.steps, start, (inner, candidate) =>
    findInner(inner, candidate, scope),
  );
  return path.aggregates.length === 0 ? found : walkDefinite(path.aggregates, found);
}

/** What a path inside a filter means; an indefinite one that finds nothing means nothing. */
function findInner(inner: ParsedPath, candidate: Json, scope: Scope): Json | undefined {
  const start = inner.root.type === 'candidate' ? candidate : startOf(inner.root, scope);
  if (start === undefined) return undefined;
  if (isDefinite(inner.steps)) return walkDefinite(inner.steps, start);
  const found = walkIndefinite(inner.steps, start, (deeper, each) =>
    findInner(deeper, each, scope),
  );
  return found.length === 0 ? undefined : found;
}

function startOf(root: Root, scope: Scope): Json | undefined {
  switch (root.type) {
    case 'input':
    case 'candidate':
      return scope.input;
    case 'context':
      return scope.context;
    case 'variable':
      return scope.variable(root.name);
  }
}

/** Why a definite path names nothing, in the words of Jayway. */
function missing(path: Path, scope: Scope): string {
  const { root, steps } = path;
  let current = startOf(root, scope);
  if (current === undefined && root.type === 'variable') return `Variable not found: $${root.name}`;
  let walked = '$';
  for (const [position, step] of steps.entries()) {
    const next = current === undefined ? undefined : takeStep(current, step);
    const here = `${walked}${canonical(step)}`;
    if (next === undefined) {
      if (step.type === 'index' && !Array.isArray(current)) {
        return `Filter: [${step.index}] can only be applied to arrays. Current context is: ${JSON.stringify(current)}`;
      }
      if (step.type === 'property' && !isObject(current)) {
        return `Expected to find an object with property ['${step.name}'] in path ${walked} but found '${typeName(current)}'.`;
      }
      const isLeaf = position === steps.length - 1;
      return isLeaf || step.type !== 'property'
        ? `No results for path: ${walked}${steps.slice(position).map(canonical).join('')}`
        : `Missing property in path ${here}`;
    }
    current = next;
    walked = here;
  }
  return `No results for path: ${walked}`;
}

function canonical(step: Step): string {
  switch (step.type) {
    case 'property':
      return `['${step.name}']`;
    case 'properties':
      return `[${step.names.map((name) => `'${name}'`).join(',')}]`;
    case 'index':
      return `[${step.index}]`;
    case 'function':
      return `.${step.name}()`;
    default:
      return '[*]';
  }
}

function typeName(value: Json | undefined): string {
  if (value === null || value === undefined) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}
