/**
 * What a JSONPath consists of once it is read: the data between `path-syntax.ts` and `path-walk.ts`.
 * @module
 */
import type { Json } from '../json.js';

export type Step =
  | { type: 'property'; name: string }
  /** `['a','b']`: an object with these keys at the end of a path, else both branches. */
  | { type: 'properties'; names: string[] }
  | { type: 'index'; index: number }
  | { type: 'indexes'; indexes: number[] }
  | { type: 'slice'; from: number | undefined; to: number | undefined }
  | { type: 'wildcard' }
  /** `..`: the value itself and everything below it. */
  | { type: 'descendants' }
  | { type: 'filter'; predicate: Predicate }
  | { type: 'function'; name: PathFunction; argument: Json };

export const PATH_FUNCTIONS = [
  'length',
  'size',
  'keys',
  'min',
  'max',
  'avg',
  'sum',
  'stddev',
  'first',
  'last',
  'index',
] as const;
export type PathFunction = (typeof PATH_FUNCTIONS)[number];

/** What a path starts at. */
export type Root =
  | { type: 'input' }
  | { type: 'context' }
  | { type: 'variable'; name: string }
  /** `@`: the candidate inside a filter. */
  | { type: 'candidate' };

export interface ParsedPath {
  root: Root;
  steps: Step[];
}

/** The condition of a filter `[?(…)]`. */
export type Predicate =
  | { type: 'exists'; path: ParsedPath }
  | { type: 'constant'; value: boolean }
  | {
      type: 'compare';
      left: Operand;
      operator: ComparisonOperator;
      right: Operand;
    }
  | { type: 'not'; operand: Predicate }
  | { type: 'and'; operands: Predicate[] }
  | { type: 'or'; operands: Predicate[] };

export type ComparisonOperator =
  | '=='
  | '!='
  | '==='
  | '!=='
  | '<'
  | '<='
  | '>'
  | '>='
  | 'in'
  | 'nin'
  | 'subsetof'
  | 'anyof'
  | 'noneof'
  | 'contains'
  | 'size'
  | 'empty'
  | 'type';

export type Operand = { type: 'path'; path: ParsedPath } | { type: 'literal'; value: Json };
