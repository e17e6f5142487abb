/**
 * Payload templates: Parameters, ResultSelector, ItemSelector and the JSONPath form of Assign.
 * @module
 */
import type { Json } from '../json.js';
import type { Scope } from './scope.js';

export interface PayloadTemplate {
  readonly value: Json;
}
export function compilePayloadTemplate(value: Json): PayloadTemplate {
  return { value };
}
export function renderPayloadTemplate(
  template: PayloadTemplate,
  scope: Scope,
  field: string,
): Json {
  throw new Error(`not yet ${template} ${scope} ${field}`);
}
