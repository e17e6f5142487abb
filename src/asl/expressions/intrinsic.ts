/**
 * The intrinsic functions `States.*`.
 * @module
 */
import type { Json } from '../json.js';
import type { Scope } from './scope.js';

export interface Intrinsic {
  readonly text: string;
}
/** True when the text of a `.$` field, ErrorPath or CausePath is an intrinsic function and not a path. */
export function isIntrinsic(text: string): boolean {
  return text.trimStart().startsWith('States.');
}
export function compileIntrinsic(text: string): Intrinsic {
  return { text };
}
export function evaluateIntrinsic(intrinsic: Intrinsic, scope: Scope): Json {
  throw new Error(`not yet ${intrinsic} ${scope}`);
}
