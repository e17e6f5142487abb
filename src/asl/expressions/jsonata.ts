/**
 * Evaluates JSONata expressions, the second query language of Step Functions.
 *
 * The language itself is the `jsonata` package; this module adds the functions of Step Functions, takes time and
 * randomness from the request, switches `$eval` off, and keeps one evaluation from reaching another: the built-in
 * functions are frozen, and what an expression could change in place is copied first. Where the service's own engine,
 * which is written in Java, answers otherwise than the package, the service is followed (`jsonata-builtins.ts`,
 * `java-pattern.ts`). Deadlines within an evaluation are enforced here; a pattern or a function that never returns can
 * only be stopped from outside, so a host runs this where it can end it.
 * Source: Step Functions developer guide, "Transforming data with JSONata".
 * @module
 */
import jsonata from 'jsonata';
import type { Json, JsonObject } from '../json.js';
import type { EvaluationRequest, EvaluationResult } from '../transition.js';
import { JavaPattern } from './java-pattern.js';
import { enterStep, isFunctionRecord, LONGEST_SEQUENCE, leaveStep } from './jsonata-bounds.js';
import { type FunctionRecord, functionsOfJava } from './jsonata-builtins.js';
import { stepFunctionsFunctions, type TimeFunctions } from './jsonata-functions.js';
import { EXCESS, ExcessProblem, InternalProblem } from './jsonata-problem.js';
import { type SyntaxNode, topLevelReferences } from './jsonata-references.js';
import { newerOperator } from './jsonata-version.js';
import { setOwn } from './property.js';
import { nextSeed, randomUuid } from './random.js';

/** How one expression is evaluated. Depth and memory are bounded in `jsonata-bounds.ts`. */
const OPTIONS: jsonata.JsonataOptions & { timeout: number; sequence: number } = {
  /** Milliseconds, checked at every step. */
  timeout: 1_000,
  /** Items of one array that the expression builds, refused before it is built. */
  sequence: LONGEST_SEQUENCE,
  RegexEngine: JavaPattern as unknown as RegExpConstructor,
};

/** Compiled expressions that are kept. They come from definitions, so few are in use at a time. */
const CACHE_LIMIT = 1_000;
/** Longer ones are compiled each time, so that the cache stays small. */
const CACHED_LENGTH = 10_000;
const cache = new Map<string, jsonata.Expression>();

/**
 * Evaluates one expression.
 * @returns the outcome as data; never rejects
 * @example await evaluateJsonata({ expression: '$sum([1, 2])', bindings: {}, at: 0, seed: 's' })
 */
export async function evaluateJsonata(request: EvaluationRequest): Promise<EvaluationResult> {
  try {
    const builtins = await frozenBuiltins();
    const expression = compiled(request.expression);
    const functions = builtins.ours.some((name) => request.expression.includes(name))
      ? {
          ...builtins.functions,
          ...stepFunctionsFunctions(request.at, request.seed, builtins.time),
        }
      : undefined;
    const variables = isolated(request);
    const value: unknown = await expression.evaluate(
      undefined,
      functions === undefined ? variables : { ...functions, ...variables },
    );
    return value === undefined ? { type: 'undefined' } : { type: 'value', value: toJson(value) };
  } catch (error) {
    if (error instanceof UnsupportedValue) return { type: 'unsupported' };
    if (error instanceof InternalProblem) {
      const id = randomUuid(nextSeed({ seed: request.seed, made: 0 }));
      return { type: 'internal', id };
    }
    return { type: 'error', message: describe(error) };
  }
}

/** What the validator needs to know of an expression. */
export interface JsonataReading {
  /** What is wrong with its syntax, as the service words it: without the code of the error. */
  problem?: string;
  /** What it reads at the top level, where there is nothing (`jsonata-references.ts`). */
  references: string[];
}

/**
 * Reads an expression without evaluating it.
 * @example readJsonata('1 +').problem // 'Unexpected end of expression'
 */
export function readJsonata(expression: string): JsonataReading {
  try {
    return { references: topLevelReferences(compiled(expression).ast() as SyntaxNode) };
  } catch (error) {
    return { problem: describe(error).replace(/^[A-Z]\d{4}: /, ''), references: [] };
  }
}

function compiled(text: string): jsonata.Expression {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const expression = jsonata(text, OPTIONS);
  const newer = newerOperator(text, expression.ast());
  if (newer !== undefined) throw newer;
  bound(expression);
  if (text.length > CACHED_LENGTH) return expression;
  const [oldest] = cache.keys();
  if (cache.size >= CACHE_LIMIT && oldest !== undefined) cache.delete(oldest);
  cache.set(text, expression);
  return expression;
}

/** The package calls what is bound to these symbols before and after each step. */
function bound(expression: jsonata.Expression): void {
  const assign = expression.assign as unknown as (name: symbol, value: unknown) => void;
  assign(Symbol.for('jsonata.__evaluate_entry'), enterStep);
  assign(Symbol.for('jsonata.__evaluate_exit'), leaveStep);
}

/** Only the transform operator `|…|…|` changes values in place: where there is none, nothing needs to be copied. */
function isolated(request: EvaluationRequest): JsonObject {
  return request.expression.includes('|')
    ? (toJson(request.bindings) as JsonObject)
    : request.bindings;
}

/** The value is a function or holds one. */
class UnsupportedValue extends Error {}

/** A copy that is plain JSON: JSONata marks its arrays with properties of their own. */
function toJson(value: unknown): Json {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return value;
  // JSON has no such numbers; the service answers their names.
  if (typeof value === 'number') return Number.isFinite(value) ? value : String(value);
  if (Array.isArray(value)) return value.map(toJson);
  if (typeof value !== 'object' || isFunctionRecord(value)) throw new UnsupportedValue();
  const copy: JsonObject = {};
  for (const [key, item] of Object.entries(value)) {
    if (item !== undefined) setOwn(copy, key, toJson(item));
  }
  return copy;
}

function describe(error: unknown): string {
  if (error instanceof ExcessProblem) return error.message;
  if (error instanceof RangeError) {
    return error.message.includes('string length') ? EXCESS.memory : EXCESS.depth;
  }
  const { code, message } = (error ?? {}) as { code?: unknown; message?: unknown };
  if (code === 'D1012') return EXCESS.time;
  if (code === 'D2015') return EXCESS.memory;
  const text = typeof message === 'string' ? message : String(error);
  return typeof code === 'string' ? `${code}: ${text}` : text;
}

/**
 * Built-in functions are shared by all evaluations, and `$ ~> |$sum|{…}|` would overwrite one for everybody: frozen, the
 * attempt is an error of that expression alone.
 */
let frozen: Promise<Builtins> | undefined;
function frozenBuiltins(): Promise<Builtins> {
  frozen ??= freezeBuiltins();
  return frozen;
}

interface Builtins {
  readonly time: TimeFunctions;
  /** Those that answer otherwise on the service than in the package. */
  readonly functions: { readonly [name: string]: FunctionRecord };
  /** `$name` of all that is not the package's: an expression that writes none of them needs none, and most write none. */
  readonly ours: readonly string[];
}

async function freezeBuiltins(): Promise<Builtins> {
  const records = new Map<string, FunctionRecord>();
  for (const name of BUILTINS.split(' ')) {
    const record: unknown = await jsonata(`$${name}`).evaluate(undefined);
    if (typeof record !== 'object' || record === null || !isFunctionRecord(record)) {
      throw new Error(`jsonata has no function $${name}: update BUILTINS`);
    }
    records.set(name, freeze(record as FunctionRecord, name));
  }
  const original = (name: string): FunctionRecord => records.get(name) as FunctionRecord;
  const time = {
    fromMillis: original('fromMillis').implementation,
    toMillis: original('toMillis').implementation,
  };
  const functions: { [name: string]: FunctionRecord } = {};
  for (const [name, implementation] of Object.entries(functionsOfJava(original))) {
    functions[name] = freeze({ ...original(name), implementation }, name);
  }
  const names = [...Object.keys(functions), ...Object.keys(stepFunctionsFunctions(0, '', time))];
  return { time, functions, ours: names.map((name) => `$${name}`) };
}

/**
 * Freezes one built-in function. JSONata notes on it where it was called last, for messages; those notes are swallowed.
 */
function freeze(record: FunctionRecord, name: string): FunctionRecord {
  const ignore = (): undefined => undefined;
  Object.defineProperty(record, 'token', { get: () => name, set: ignore });
  Object.defineProperty(record, 'position', { get: ignore, set: ignore });
  if (record.signature !== undefined) Object.freeze(record.signature);
  return Object.freeze(record);
}

const BUILTINS =
  'sum count max min average string substring substringBefore substringAfter lowercase uppercase length trim pad ' +
  'match contains replace split join formatNumber formatBase formatInteger parseInteger number floor ceil round abs ' +
  'sqrt power random boolean not map zip filter single reduce sift keys lookup append exists spread merge reverse ' +
  'each error assert type sort shuffle distinct base64encode base64decode encodeUrlComponent encodeUrl ' +
  'decodeUrlComponent decodeUrl eval toMillis fromMillis clone';
