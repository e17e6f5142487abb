/**
 * The JSON paths of targets: `$.detail.items[0].name`.
 *
 * EventBridge knows dots, brackets with a quoted name, an index or `*` (Amazon EventBridge User Guide, "Transforming
 * input"); names may hold hyphens.
 * @module
 */
import { isObject, type Json } from '../json.js';

/** A parsed path. */
export interface InputPath {
  readonly steps: readonly ({ readonly member: string } | { readonly element: number } | 'all')[];
}

const STEP = /\.([^.[\]'"\s]+)|\[(\d{1,9})\]|\[(\*)\]|\['([^']*)'\]|\["([^"]*)"\]/y;
const MAX_LENGTH = 256;

/** Parses a path; undefined when it is none. */
export function parseInputPath(text: string): InputPath | undefined {
  if (!text.startsWith('$') || text.length > MAX_LENGTH) return undefined;
  const steps: InputPath['steps'][number][] = [];
  for (let at = 1; at < text.length; at = STEP.lastIndex) {
    STEP.lastIndex = at;
    const found = STEP.exec(text);
    if (found === null) return undefined;
    const [, member, element, all, quoted, doubleQuoted] = found;
    if (element !== undefined) steps.push({ element: Number(element) });
    else if (all !== undefined || member === '*') steps.push('all');
    else steps.push({ member: member ?? quoted ?? doubleQuoted ?? '' });
  }
  return { steps };
}

/** The value at a path; undefined when there is none. With `*`, an array of the values that there are. */
export function readInputPath({ steps }: InputPath, event: Json): Json | undefined {
  let values: Json[] = [event];
  for (const step of steps) {
    const next: Json[] = [];
    for (const value of values) {
      if (step === 'all') {
        if (Array.isArray(value)) next.push(...value);
        else if (isObject(value)) next.push(...Object.values(value));
      } else if ('element' in step) {
        const element = Array.isArray(value) ? value[step.element] : undefined;
        if (element !== undefined) next.push(element);
      } else if (isObject(value) && Object.hasOwn(value, step.member)) {
        next.push(value[step.member] ?? null);
      }
    }
    values = next;
  }
  return steps.includes('all') ? values : values[0];
}
