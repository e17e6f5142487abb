/**
 * JSONPath with the semantics of Jayway, which Step Functions uses.
 * @module
 */
import type { Json } from '../json.js';
import type { Scope } from './scope.js';

export interface Path {
  readonly text: string;
  /** Names at most one value; an indefinite path gives a list. */
  readonly definite: boolean;
}
export function compilePath(text: string): Path {
  throw new Error(`not yet ${text}`);
}
export function resolvePath(path: Path, scope: Scope): Json {
  throw new Error(`not yet ${path} ${scope}`);
}
export function findPath(path: Path, scope: Scope): Json | undefined {
  throw new Error(`not yet ${path} ${scope}`);
}
export function setPath(root: Json, referencePath: string, value: Json): Json {
  throw new Error(`not yet ${root} ${referencePath} ${value}`);
}
