/**
 * Reference paths: the simple paths of ResultPath, which name exactly one place to *write* to, and of fields that read one
 * number or time.
 * @module
 */
import type { Json } from '../json.js';
import { isObject } from '../json.js';
import { ExpressionFailure } from './failure.js';
import { PathSyntaxError } from './path-lexemes.js';
import type { Step } from './path-model.js';
import { parsePath } from './path-syntax.js';
import { ownValue, withOwn } from './property.js';

/** Compiled paths of ResultPath fields: they come from definitions, so few are in use at a time. */
const compiled = new Map<string, Step[]>();
const COMPILED_LIMIT = 1_000;

/**
 * A new value in which the place named by `referencePath` holds `value`. Objects on the way are created; what is not on
 * the way is shared with the old value.
 * @throws ExpressionFailure States.ResultPathMatchFailure when the place cannot exist: an index outside of an array, or a
 *   key below something that is no object
 * @example setPath({ a: 1 }, '$.b.c', 2) // { a: 1, b: { c: 2 } }
 */
export function setPath(root: Json, referencePath: string, value: Json): Json {
  return place(root, referenceSteps(referencePath), 0, value, () => {
    throw new ExpressionFailure(
      'States.ResultPathMatchFailure',
      `Unable to apply ReferencePath ${referencePath} to input ${JSON.stringify(root)}`,
    );
  });
}

/**
 * The steps of a reference path.
 * @throws ExpressionFailure States.Runtime when the path is none: no input path, or not made of keys and indexes alone
 */
export function referenceSteps(referencePath: string): Step[] {
  const known = compiled.get(referencePath);
  if (known !== undefined) return known;
  const steps = parseReference(referencePath);
  if (compiled.size >= COMPILED_LIMIT) compiled.clear();
  compiled.set(referencePath, steps);
  return steps;
}

/**
 * True for a path that names one place of the input or of a variable, as fields with a number or a time read them.
 * @param path of valid syntax
 */
export function isReadReference(path: string): boolean {
  const { root, steps } = parsePath(path);
  return (root.type === 'input' || root.type === 'variable') && namesOnePlace(steps);
}

function namesOnePlace(steps: readonly Step[]): boolean {
  return steps.every(
    (step) => step.type === 'property' || (step.type === 'index' && step.index >= 0),
  );
}

function parseReference(text: string): Step[] {
  try {
    const { root, steps } = parsePath(text);
    if (root.type === 'input' && namesOnePlace(steps)) return steps;
  } catch (error) {
    if (!(error instanceof PathSyntaxError)) throw error;
  }
  throw new ExpressionFailure(
    'States.Runtime',
    `Invalid path '${text}' : a Reference Path names one place by keys and indexes, like $.result or $.items[0]`,
  );
}

function place(
  current: Json | undefined,
  steps: Step[],
  position: number,
  value: Json,
  fail: () => never,
): Json {
  const step = steps[position];
  if (step === undefined) return value;
  if (step.type === 'property') {
    if (current !== undefined && !isObject(current)) return fail();
    const object = current ?? {};
    const below = ownValue(object, step.name);
    return withOwn(object, step.name, place(below, steps, position + 1, value, fail));
  }
  if (step.type !== 'index' || !Array.isArray(current) || step.index >= current.length)
    return fail();
  const copy = current.slice();
  copy[step.index] = place(current[step.index], steps, position + 1, value, fail);
  return copy;
}
