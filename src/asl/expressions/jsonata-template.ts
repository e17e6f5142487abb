/**
 * JSON values in which strings `{% … %}` are JSONata expressions.
 * @module
 */
import type { Json, JsonObject } from '../json.js';
import type { EvaluationRequest, EvaluationResult } from '../transition.js';

export interface JsonataTemplate {
  readonly value: Json;
}
/** What every expression of a template shares. */
export interface EvaluationBase {
  bindings: JsonObject;
  at: number;
  seed: string;
}
export function isJsonataString(text: string): boolean {
  return text.startsWith('{%') && text.endsWith('%}');
}
export function compileJsonataTemplate(value: Json): JsonataTemplate {
  return { value };
}
/** One request a `{% %}` string, in document order. */
export function templateRequests(
  template: JsonataTemplate,
  field: string,
  base: EvaluationBase,
): EvaluationRequest[] {
  throw new Error(`not yet ${template} ${field} ${base}`);
}
export function assembleTemplate(
  template: JsonataTemplate,
  results: EvaluationResult[],
  field: string,
): Json {
  throw new Error(`not yet ${template} ${results} ${field}`);
}
