/**
 * The automaton against a matcher that was written to be obviously right: it tries every combination of array elements.
 */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json.js';
import { explainMismatch } from './explain-mismatch.js';
import { createMatcher } from './matcher.js';
import { parsePattern } from './parse-pattern.js';

/** Every event without arrays that comes from taking one element of each array that holds objects or arrays. */
function expand(value: Json): Json[] {
  if (Array.isArray(value)) {
    const nested = value.filter((one) => typeof one === 'object' && one !== null);
    const plain = value.filter((one) => typeof one !== 'object' || one === null);
    if (nested.length === 0) return [{ plain }];
    return nested.flatMap(expand).map((chosen) => ({ plain, chosen }));
  }
  if (typeof value !== 'object' || value === null) return [{ plain: [value] }];
  return Object.entries(value).reduce<JsonObject[]>(
    (all, [key, inner]) => {
      const choices = expand(inner);
      return all.flatMap((one) => choices.map((choice) => ({ ...one, [`.${key}`]: choice })));
    },
    [{}],
  );
}

/** The values at a path of an expanded event. */
function valuesAt(node: Json | undefined, steps: string[]): Json[] {
  if (typeof node !== 'object' || node === null || Array.isArray(node)) return [];
  const inner = valuesAt(node.chosen, steps);
  const [step, ...rest] = steps;
  if (step === undefined) return [...((node.plain as Json[]) ?? []), ...inner];
  return [...valuesAt(node[`.${step}`], rest), ...inner];
}

function naiveValue(matcher: Json, value: Json): boolean {
  if (typeof matcher !== 'object' || matcher === null) return matcher === value;
  const [[name, of] = ['', null]] = Object.entries(matcher);
  const text = typeof value === 'string' ? value : undefined;
  const many = (Array.isArray(of) ? of : [of]) as string[];
  switch (name) {
    case 'prefix':
      return text?.startsWith(of as string) ?? false;
    case 'suffix':
      return text?.endsWith(of as string) ?? false;
    case 'equals-ignore-case':
      return text?.toLowerCase() === (of as string).toLowerCase();
    case 'wildcard': {
      const source = [...(of as string)].map((c) => (c === '*' ? '.*' : c)).join('');
      return text !== undefined && new RegExp(`^${source}$`, 's').test(text);
    }
    case 'numeric':
      return (
        typeof value === 'number' &&
        Array.from({ length: many.length / 2 }, (_, i) => {
          const bound = Number(many[2 * i + 1]);
          return {
            '<': value < bound,
            '<=': value <= bound,
            '>': value > bound,
            '>=': value >= bound,
          }[many[2 * i] as '<'];
        }).every(Boolean)
      );
    case 'exists':
      return of as boolean;
    default:
      if (typeof of !== 'object' || of === null || Array.isArray(of)) {
        return !many.includes(value as string);
      }
      return Object.entries(of).every(([operator, excluded]) =>
        (excluded as string[]).every((one) => !naiveValue({ [operator]: one }, value)),
      );
  }
}

/** `{ path: matchers }`, with no field asking for absence: that depends on the order of paths, and is specified by example. */
function naiveMatch(fields: Record<string, Json[]>, event: JsonObject): boolean {
  return expand(event).some((chosen) =>
    Object.entries(fields).every(([path, matchers]) => {
      const values = valuesAt(chosen, path.split('.'));
      return values.some((value) => matchers.some((matcher) => naiveValue(matcher, value)));
    }),
  );
}

const word = fc.string({ unit: fc.constantFrom('a', 'b', 'A'), maxLength: 4 });
const someWord = word.filter((text) => text !== '');
const number = fc.integer({ min: -3, max: 3 });
const scalar = fc.oneof(word, number, fc.boolean(), fc.constant(null));
const key = fc.constantFrom('x', 'y', 'z');
const excluded = fc.array(someWord, { minLength: 1, maxLength: 3 });
const matcher: fc.Arbitrary<Json> = fc.oneof(
  scalar,
  fc.record({ prefix: word }),
  fc.record({ suffix: word }),
  fc.record({ 'equals-ignore-case': word }),
  fc.record({
    wildcard: fc
      .string({ unit: fc.constantFrom('a', 'b', '*'), maxLength: 5 })
      .filter((text) => !text.includes('**')),
  }),
  fc.record({ numeric: fc.tuple(fc.constantFrom('<', '<=', '>', '>='), number) }),
  fc
    .tuple(number, fc.integer({ min: 4, max: 6 }))
    .map(([low, high]) => ({ numeric: ['>=', low, '<', high] })),
  fc.constant({ exists: true }),
  fc.record({
    'anything-but': fc.oneof(excluded, fc.array(number, { minLength: 1, maxLength: 3 })),
  }),
  fc.record({
    'anything-but': fc.oneof(fc.record({ prefix: excluded }), fc.record({ suffix: excluded })),
  }),
);
const path = fc.array(key, { minLength: 1, maxLength: 2 }).map((steps) => steps.join('.'));
const fieldsOf = (matchers: fc.Arbitrary<Json>): fc.Arbitrary<Record<string, Json[]>> =>
  fc.dictionary(path, fc.array(matchers, { minLength: 1, maxLength: 3 }), {
    minKeys: 1,
    maxKeys: 3,
  });
const event = fc.letrec<{ value: Json; object: JsonObject }>((tie) => ({
  object: fc.record({ x: tie('value'), y: tie('value'), z: tie('value') }, { requiredKeys: ['x'] }),
  value: fc.oneof(
    { maxDepth: 4 },
    { arbitrary: scalar, weight: 3 },
    { arbitrary: tie('object'), weight: 2 },
    { arbitrary: fc.array(tie('value'), { maxLength: 3 }), weight: 2 },
  ),
})).object;

const RUNS = { numRuns: 3000, seed: 20_260_101 };

function parsed(fields: Record<string, Json[]>) {
  const result = parsePattern(JSON.stringify(fields));
  if ('error' in result) throw new Error(result.error.message);
  return result.pattern;
}

describe('the automaton', () => {
  it('matches the same rules as the naive matcher, and explains exactly those that do not match', () => {
    let matched = 0;
    fc.assert(
      fc.property(fc.array(fieldsOf(matcher), { maxLength: 6 }), event, (rules, given) => {
        const automaton = createMatcher();
        const wanted: string[] = [];
        for (const [index, fields] of rules.entries()) {
          const pattern = parsed(fields);
          automaton.add(String(index), pattern);
          const isMatch = naiveMatch(fields, given);
          if (isMatch) wanted.push(String(index));
          expect(explainMismatch(pattern, given) === undefined).toBe(isMatch);
        }
        matched += wanted.length;
        expect(automaton.match(given)).toEqual(wanted);
      }),
      RUNS,
    );
    expect(matched).toBeGreaterThan(500);
  });

  it('keeps no trace of rules that were removed, whatever was added and removed between', () => {
    const withAbsence = fc.oneof(matcher, fc.constant({ exists: false }));
    const step = fc.tuple(fc.integer({ min: 0, max: 4 }), fc.option(fieldsOf(withAbsence)));
    fc.assert(
      fc.property(
        fc.array(step, { maxLength: 15 }),
        fc.array(event, { maxLength: 4 }),
        (steps, events) => {
          const automaton = createMatcher();
          const current = new Map<string, Record<string, Json[]>>();
          for (const [id, fields] of steps) {
            const rule = String(id);
            current.delete(rule);
            if (fields === null) automaton.remove(rule);
            else {
              automaton.add(rule, parsed(fields));
              current.set(rule, fields);
            }
          }
          const fresh = createMatcher();
          for (const [rule, fields] of current) fresh.add(rule, parsed(fields));
          expect(automaton.size()).toEqual(fresh.size());
          for (const one of events) expect(automaton.match(one)).toEqual(fresh.match(one));
          for (const rule of current.keys()) automaton.remove(rule);
          expect(automaton.size()).toEqual({ rules: 0, states: 1, paths: 0 });
        },
      ),
      { ...RUNS, numRuns: 1000 },
    );
  });
});
