/**
 * How deep an evaluation may nest and how much one of its values may hold.
 *
 * Both are as strict as Step Functions measures them, so that an expression that works here works there. The package
 * counts nested steps too, but starts the members of a constructor all at once, and a wide object would count as a deep
 * one. So the callbacks here let the members of a constructor run one after the other, which is also how the service
 * runs them, and count what is really open.
 *
 * States of a step: entered (waits while a member before it runs), open (counted), left (its value is weighed).
 * @module
 */
import { ExcessProblem } from './jsonata-problem.js';

/** Open steps. An addition nests once for each term, a recursive function three times for each call. */
const DEPTH_LIMIT = 100;
/** Bytes of one value, where a number or a reference takes 8 and a character 1. */
const MEMORY_LIMIT = 6_990_256;
const REFERENCE = 8;

/** Most numbers of a range `[a..b]`, which is refused before it is made. */
export const LONGEST_SEQUENCE: number = MEMORY_LIMIT / REFERENCE;

/** Says so if a text would be too long; to be asked before it is made. */
export function assertFits(characters: number): void {
  if (characters > MEMORY_LIMIT) throw new ExcessProblem('memory');
}

/** Steps that were entered together: the members of one constructor, of which one is open. */
interface Members {
  readonly waiting: (() => void)[];
}

/** What is open in one evaluation. */
interface Progress {
  readonly open: Members[];
  /** The step that was entered last, for as long as the same piece of code may enter more of its kind. */
  latest: Members | undefined;
  readonly weights: WeakMap<object, number>;
}

/** One per evaluation, by the frame that all its frames lead to. */
const progressOf = new WeakMap<object, Progress>();

interface Frame {
  readonly base: object;
}

/** To be called by the package before each step; a promise makes it wait. */
export function enterStep(_expression: unknown, _input: unknown, { base }: Frame): unknown {
  const progress = progressOf.get(base) ?? begin(base);
  // JSONata awaits this call, so only its `Promise.all` over the members of a constructor can come here again first.
  const members = progress.latest;
  if (members !== undefined) {
    return new Promise<void>((resolve) => members.waiting.push(resolve));
  }
  const entered: Members = { waiting: [] };
  progress.open.push(entered);
  if (progress.open.length > DEPTH_LIMIT) throw new ExcessProblem('depth');
  progress.latest = entered;
  return Promise.resolve().then(() => {
    progress.latest = undefined;
  });
}

/** To be called by the package after each step, with the value that it gave. */
export function leaveStep(
  { type }: { readonly type?: unknown },
  _input: unknown,
  { base }: Frame,
  result: unknown,
): void {
  const progress = progressOf.get(base);
  if (progress === undefined) return;
  const next = progress.open.at(-1)?.waiting.shift();
  if (next === undefined) progress.open.pop();
  else next();
  if (isMade(type, result) && weigh(result, progress.weights) > MEMORY_LIMIT) {
    throw new ExcessProblem('memory');
  }
}

/** Steps that pick a value which exists already; most expressions have no others, so nothing is weighed for them. */
const PICKING = new Set<unknown>(
  'variable name string number value regex lambda parent bind block condition'.split(' '),
);

function isMade(type: unknown, result: unknown): boolean {
  if (type === 'path') return Array.isArray(result) && result.length > 1;
  return !PICKING.has(type);
}

function begin(base: object): Progress {
  const progress: Progress = { open: [], latest: undefined, weights: new WeakMap() };
  progressOf.set(base, progress);
  return progress;
}

/** Bytes of a value; of one that is too heavy, some number above the limit. Values do not change once they are made. */
function weigh(value: unknown, weights: WeakMap<object, number>): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return REFERENCE;
  const known = weights.get(value);
  if (known !== undefined) return known;
  // Also stops a walk that comes back to where it is: a function holds the frame that holds it.
  weights.set(value, REFERENCE);
  const weight = isFunctionRecord(value) ? REFERENCE : weighMembers(value, weights);
  weights.set(value, weight);
  return weight;
}

function weighMembers(value: object, weights: WeakMap<object, number>): number {
  let total = 0;
  if (Array.isArray(value)) {
    for (let index = 0; index < value.length && total <= MEMORY_LIMIT; index += 1) {
      total += weighMember(value[index], weights);
    }
    return total;
  }
  for (const [key, member] of Object.entries(value)) {
    total += key.length + weighMember(member, weights);
    if (total > MEMORY_LIMIT) break;
  }
  return total;
}

function weighMember(member: unknown, weights: WeakMap<object, number>): number {
  const weight = weigh(member, weights);
  return typeof member === 'object' && member !== null ? weight + REFERENCE : weight;
}

/** A function of the language or of the expression. */
export function isFunctionRecord(value: object): boolean {
  return Object.hasOwn(value, '_jsonata_function') || Object.hasOwn(value, '_jsonata_lambda');
}
