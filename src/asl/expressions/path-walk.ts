/**
 * Applies the steps of a JSONPath to a value.
 *
 * Two walks: a definite path names at most one place and is followed directly; an indefinite one yields a list and is
 * walked with a budget, because `$..[*]..[*]` over a modest document already visits millions of places.
 * @module
 */
import type { Json } from '../json.js';
import { isObject } from '../json.js';
import { ExpressionFailure } from './failure.js';
import { holds, type OperandLookup } from './path-filter.js';
import { applyPathFunction } from './path-function.js';
import type { ParsedPath, Step } from './path-model.js';
import { ownValue, setOwn } from './property.js';

/** Most places that one evaluation of a path may visit. */
export const VISIT_LIMIT = 1_000_000;

/** The value behind one definite step; undefined when it is not there. */
export function takeStep(value: Json, step: Step): Json | undefined {
  switch (step.type) {
    case 'property':
      return isObject(value) ? ownValue(value, step.name) : undefined;
    case 'index':
      return Array.isArray(value) ? value.at(step.index) : undefined;
    case 'properties':
      return isObject(value) ? pick(value, step.names) : undefined;
    case 'function':
      return applyPathFunction(step.name, step.argument, value);
    default:
      return undefined;
  }
}

/** True when steps name at most one place. */
export function isDefinite(steps: Step[]): boolean {
  return steps.every(
    (step, position) =>
      step.type === 'property' ||
      step.type === 'index' ||
      step.type === 'function' ||
      (step.type === 'properties' && position === steps.length - 1),
  );
}

/** Follows definite steps; undefined when a place is missing. */
export function walkDefinite(steps: Step[], value: Json): Json | undefined {
  let current: Json | undefined = value;
  for (const step of steps) {
    if (step.type === 'property') {
      current = isObject(current) ? ownValue(current, step.name) : undefined;
    } else {
      current = takeStep(current, step);
    }
    if (current === undefined) return undefined;
  }
  return current;
}

/**
 * Collects everything that indefinite steps name, in document order.
 * @param resolve finds what a path inside a filter means for a candidate
 */
export function walkIndefinite(
  steps: Step[],
  value: Json,
  resolve: (path: ParsedPath, candidate: Json) => Json | undefined,
): Json[] {
  let places: Json[] = [value];
  const budget = { left: VISIT_LIMIT };
  for (const [position, step] of steps.entries()) {
    const next: Json[] = [];
    const isLast = position === steps.length - 1;
    for (const place of places) branch(place, step, isLast, next, budget, resolve);
    places = next;
  }
  return places;
}

type Resolve = (path: ParsedPath, candidate: Json) => Json | undefined;

function branch(
  place: Json,
  step: Step,
  isLast: boolean,
  found: Json[],
  budget: { left: number },
  resolve: Resolve,
): void {
  spend(budget, 1);
  switch (step.type) {
    case 'property':
    case 'index':
    case 'function':
      add(found, takeStep(place, step));
      return;
    case 'properties':
      if (!isObject(place)) return;
      if (isLast) found.push(pick(place, step.names));
      else for (const name of step.names) add(found, ownValue(place, name));
      return;
    case 'indexes':
      if (!Array.isArray(place)) return;
      for (const index of step.indexes) add(found, place.at(index));
      return;
    case 'slice':
      if (!Array.isArray(place)) return;
      addAll(found, place.slice(step.from ?? 0, step.to ?? place.length), budget);
      return;
    case 'wildcard':
      addAll(found, children(place), budget);
      return;
    case 'descendants':
      addDescendants(found, place, budget);
      return;
    case 'filter': {
      const candidates = Array.isArray(place) ? place : isObject(place) ? [place] : [];
      spend(budget, candidates.length);
      for (const candidate of candidates) {
        const lookup: OperandLookup = (path) => {
          spend(budget, path.steps.length);
          return resolve(path, candidate);
        };
        if (holds(step.predicate, lookup)) found.push(candidate);
      }
      return;
    }
  }
}

/** The value itself, then everything below it, parents before children. */
function addDescendants(found: Json[], value: Json, budget: { left: number }): void {
  const pending: Json[] = [value];
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    spend(budget, 1);
    found.push(next);
    const below = children(next);
    for (let index = below.length - 1; index >= 0; index -= 1) pending.push(below[index] as Json);
  }
}

function children(value: Json): Json[] {
  if (Array.isArray(value)) return value;
  return isObject(value) ? Object.keys(value).map((key) => value[key] as Json) : [];
}

function pick(value: { [key: string]: Json }, names: string[]): Json {
  const picked = {};
  for (const name of names) {
    const own = ownValue(value, name);
    if (own !== undefined) setOwn(picked, name, own);
  }
  return picked;
}

function add(found: Json[], value: Json | undefined): void {
  if (value !== undefined) found.push(value);
}

function addAll(found: Json[], values: Json[], budget: { left: number }): void {
  spend(budget, values.length);
  for (const value of values) found.push(value);
}

function spend(budget: { left: number }, places: number): void {
  budget.left -= places;
  if (budget.left < 0) {
    throw new ExpressionFailure(
      'States.Runtime',
      `The JSONPath visits more than ${VISIT_LIMIT} places. Name the data more precisely than with '..'.`,
    );
  }
}
