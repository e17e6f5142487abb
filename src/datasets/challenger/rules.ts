/**
 * Rules by which a challenger is compared with the champion: sentences, and what they mean.
 *
 *     schema same | compatible                 columns; compatible: none gone, none of a type that loses values
 *     rows within 1 %                          how many rows
 *     values same | values differ at most 0.1 %  rows that differ, of those of the champion
 *     contract not worse                       what came of the contract
 *     duration at most 1.5 x                   of the champion's
 *     cost at most 1.2 x
 *     $.precision at least champion            a number out of the output: at least, at most, or within P % of the champion's;
 *     $.precision at least 0.9                 or of a number
 *
 * Rules of data are about every dataset that either writes, or about one: `rows within 1 % of parcels/clean`. That a challenger succeeds
 * where the champion does needs no rule.
 * @module
 */
import { nameProblem } from '../dataset.js';

/** Rules about a dataset. */
export type DataRule =
  | { readonly kind: 'schema'; readonly as: 'same' | 'compatible' }
  /** Share: 0.01 is 1 %. */
  | { readonly kind: 'rows'; readonly within: number }
  | { readonly kind: 'values'; readonly most: number }
  | { readonly kind: 'contract' };

/** Rules about the execution. */
export type RunRule =
  | { readonly kind: 'duration'; readonly most: number }
  | { readonly kind: 'cost'; readonly most: number }
  | {
      readonly kind: 'output';
      readonly path: string;
      readonly compare: 'at least' | 'at most' | 'within';
      /** A number; of `within` a share of the champion's. */
      readonly than: number | 'champion';
    };

export type ChallengeRule = { readonly text: string } & (
  | (DataRule & { readonly dataset?: string })
  | RunRule
);

/** Rules where nobody says any. */
export const USUAL_RULES: readonly string[] = [
  'schema compatible',
  'rows within 1 %',
  'contract not worse',
  'duration at most 2 x',
];

export const MOST_RULES = 50;
const LONGEST = 300;
const NUMBER = String.raw`(\d{1,9}(?:\.\d{1,9})?)`;
const SIGNED = String.raw`(-?\d{1,15}(?:\.\d{1,9})?)`;
const PATH = String.raw`(\$(?:\.[A-Za-z_][A-Za-z0-9_-]{0,99}|\[\d{1,6}\]){1,20})`;

const DATA: readonly [RegExp, (found: readonly string[]) => DataRule][] = [
  [/^schema (same|compatible)$/, ([as]) => ({ kind: 'schema', as: as as 'same' | 'compatible' })],
  [
    new RegExp(`^rows within ±? ?${NUMBER} ?%$`),
    ([p]) => ({ kind: 'rows', within: Number(p) / 100 }),
  ],
  [/^rows same$/, () => ({ kind: 'rows', within: 0 })],
  [/^values same$/, () => ({ kind: 'values', most: 0 })],
  [
    new RegExp(`^values differ at most ${NUMBER} ?%$`),
    ([p]) => ({ kind: 'values', most: Number(p) / 100 }),
  ],
  [/^contract not worse$/, () => ({ kind: 'contract' })],
];

const RUN: readonly [RegExp, (found: readonly string[]) => RunRule][] = [
  [
    new RegExp(`^duration at most ${NUMBER} ?[x×]$`),
    ([x]) => ({ kind: 'duration', most: Number(x) }),
  ],
  [new RegExp(`^cost at most ${NUMBER} ?[x×]$`), ([x]) => ({ kind: 'cost', most: Number(x) })],
  [
    new RegExp(`^${PATH} (at least|at most) (?:(champion)|${SIGNED})$`),
    ([path = '', compare, champion, number]) => ({
      ...{ kind: 'output', path, compare: compare as 'at least' | 'at most' },
      than: champion === undefined ? Number(number) : 'champion',
    }),
  ],
  [
    new RegExp(`^${PATH} within ±? ?${NUMBER} ?%$`),
    ([path = '', p]) => ({ kind: 'output', path, compare: 'within', than: Number(p) / 100 }),
  ],
];

/**
 * Reads a rule.
 * @returns the rule, or in words what is wrong
 * @example readRule('rows within 1 % of parcels/clean')
 */
export function readRule(written: string): ChallengeRule | { readonly problem: string } {
  const text = written.trim().replaceAll(/\s+/g, ' ');
  if (text.length > LONGEST) return { problem: `a rule has at most ${LONGEST} characters` };
  const [, plain = text, dataset] = /^(.*?) of ([^ ]+)$/.exec(text) ?? [];
  for (const [pattern, make] of DATA) {
    const found = pattern.exec(plain);
    if (found === null) continue;
    if (dataset === undefined) return { text, ...make(found.slice(1)) };
    const wrong = nameProblem(dataset);
    if (wrong !== undefined) return { problem: `"${dataset}" names no dataset: ${wrong}` };
    return { text, ...make(found.slice(1)), dataset };
  }
  for (const [pattern, make] of RUN) {
    const found = pattern.exec(text);
    if (found !== null) return { text, ...make(found.slice(1)) };
  }
  return {
    problem: `"${text}" is no rule: write such as "rows within 1 %", "schema compatible", "values differ at most 0.1 %", "contract not worse", "duration at most 1.5 x", "cost at most 2 x", "$.precision at least champion"`,
  };
}

/** Paths into outputs that rules name. @example outputPaths([]) // [] */
export function outputPaths(rules: readonly ChallengeRule[]): string[] {
  return [...new Set(rules.flatMap((rule) => (rule.kind === 'output' ? [rule.path] : [])))];
}

/**
 * The number at a path; undefined: there is none.
 * @example numberAt({ a: [1, 2] }, '$.a[1]') // 2
 */
export function numberAt(output: unknown, path: string): number | undefined {
  let value: unknown = output;
  for (const [, name, at] of path.matchAll(/\.([A-Za-z_][A-Za-z0-9_-]*)|\[(\d+)\]/g)) {
    if (typeof value !== 'object' || value === null) return undefined;
    const key = name ?? String(at);
    if (Array.isArray(value) !== (name === undefined) || !Object.hasOwn(value, key))
      return undefined;
    value = (value as { [key: string]: unknown })[key];
  }
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}
