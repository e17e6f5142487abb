/**
 * Rules of a Choice state in the JSONPath query language.
 * @module
 */
import type { JsonObject } from '../json.js';
import type { Scope } from './scope.js';

export interface ChoiceRule {
  readonly rule: JsonObject;
}
export function compileChoiceRule(rule: JsonObject): ChoiceRule {
  return { rule };
}
export function matchesChoiceRule(rule: ChoiceRule, scope: Scope): boolean {
  throw new Error(`not yet ${rule} ${scope}`);
}
