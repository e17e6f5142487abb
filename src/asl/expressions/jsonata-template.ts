/**
 * JSON values in which strings `{% … %}` are JSONata expressions: Arguments, Output, Assign and single fields of the
 * JSONata query language.
 *
 * Expressions are evaluated by the host, so a template is used in two steps: `templateRequests` says what to evaluate,
 * `assembleTemplate` puts the answers in place. Both walk the expressions in document order.
 * Source: Step Functions developer guide, "Transforming data with JSONata".
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import { isObject } from '../json.js';
import type { EvaluationRequest, EvaluationResult } from '../transition.js';
import { ExpressionFailure } from './failure.js';
import { setOwn } from './property.js';

export interface JsonataTemplate {
  readonly root: TemplateNode;
  /** In document order. */
  readonly expressions: readonly TemplateExpression[];
}

interface TemplateExpression {
  /** Without `{%` and `%}` and the blanks inside of them. */
  readonly text: string;
  /** Where it stands below the field, e.g. `/total`; '' for the field itself. */
  readonly path: string;
}

type TemplateNode =
  | { readonly type: 'constant'; readonly value: Json }
  | { readonly type: 'expression'; readonly index: number }
  | { readonly type: 'object'; readonly fields: readonly (readonly [string, TemplateNode])[] }
  | { readonly type: 'array'; readonly items: readonly TemplateNode[] };

/** What every expression of a template shares. */
export interface EvaluationBase {
  bindings: JsonObject;
  at: number;
  seed: string;
}

/** True for a string that is an expression. Blanks outside of `{%` and `%}` make it an ordinary text. */
export function isJsonataString(text: string): boolean {
  return text.length >= 4 && text.startsWith('{%') && text.endsWith('%}');
}

/** The expression inside of `{% %}`. */
export function jsonataText(text: string): string {
  return text.slice(2, -2).trim();
}

/**
 * Finds the expressions of a value.
 * @example compileJsonataTemplate({ total: '{% $sum($states.input.prices) %}' })
 */
export function compileJsonataTemplate(value: Json): JsonataTemplate {
  const expressions: TemplateExpression[] = [];
  return { root: compileNode(value, '', expressions), expressions };
}

function compileNode(value: Json, path: string, expressions: TemplateExpression[]): TemplateNode {
  if (typeof value === 'string' && isJsonataString(value)) {
    expressions.push({ text: jsonataText(value), path });
    return { type: 'expression', index: expressions.length - 1 };
  }
  if (Array.isArray(value)) {
    const items = value.map((item, index) => compileNode(item, `${path}[${index}]`, expressions));
    return items.every(isConstant) ? { type: 'constant', value } : { type: 'array', items };
  }
  if (!isObject(value)) return { type: 'constant', value };
  const fields = Object.keys(value).map(
    (key) => [key, compileNode(value[key] as Json, `${path}/${key}`, expressions)] as const,
  );
  return fields.every(([, node]) => isConstant(node))
    ? { type: 'constant', value }
    : { type: 'object', fields };
}

function isConstant(node: TemplateNode): boolean {
  return node.type === 'constant';
}

/** One request for each `{% %}` string, in document order. Each draws from randomness of its own. */
export function templateRequests(
  template: JsonataTemplate,
  field: string,
  base: EvaluationBase,
): EvaluationRequest[] {
  return template.expressions.map(({ text, path }) => ({
    expression: text,
    bindings: base.bindings,
    at: base.at,
    seed: `${base.seed}/${field}${path}`,
  }));
}

/**
 * The value with every expression replaced by its result.
 * @param results the answers to `templateRequests`, in its order
 * @param field name of the state's field, for messages
 * @throws ExpressionFailure States.QueryEvaluationError for the first expression without a value
 */
export function assembleTemplate(
  template: JsonataTemplate,
  results: EvaluationResult[],
  field: string,
): Json {
  const values = template.expressions.map((expression, index) =>
    resultValue(expression, results[index], `${field}${expression.path}`),
  );
  return assemble(template.root, values);
}

function assemble(node: TemplateNode, values: Json[]): Json {
  switch (node.type) {
    case 'constant':
      return node.value;
    case 'expression':
      return values[node.index] as Json;
    case 'array':
      return node.items.map((item) => assemble(item, values));
    case 'object': {
      const object: JsonObject = {};
      for (const [key, child] of node.fields) setOwn(object, key, assemble(child, values));
      return object;
    }
  }
}

function resultValue(
  expression: TemplateExpression,
  result: EvaluationResult | undefined,
  location: string,
): Json {
  if (result === undefined) throw new Error(`no result for the expression at ${location}`);
  if (result.type === 'value') return result.value;
  const subject = `The JSONata expression '${expression.text}' specified for the field '${location}'`;
  throw new ExpressionFailure(
    'States.QueryEvaluationError',
    `${subject} ${problemOf(result)}`,
    location,
  );
}

/** A message with JSONata's code is a sentence of its own; one about a bound continues the sentence. */
const CODED = /^[A-Z]\d{4}: /;

function problemOf(result: Exclude<EvaluationResult, { type: 'value' }>): string {
  switch (result.type) {
    case 'undefined':
      return 'returned nothing (undefined).';
    case 'unsupported':
      return 'returned an unsupported result type.';
    case 'error':
      return `threw an error during evaluation${CODED.test(result.message) ? '.' : ':'} ${result.message}`;
    case 'internal':
      return `threw an internal error during evaluation. ${result.id}`;
  }
}
