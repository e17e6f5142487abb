import { describe, expect, it } from 'vitest';
import type { Json } from '../json.js';
import { evaluateJsonata } from './jsonata.js';
import {
  assembleTemplate,
  compileJsonataTemplate,
  isJsonataString,
  templateRequests,
} from './jsonata-template.js';

async function render(value: Json, field = 'Output'): Promise<Json> {
  const template = compileJsonataTemplate(value);
  const base = { bindings: { states: { input: { n: 2 } } }, at: 0, seed: 's' };
  const results = await Promise.all(templateRequests(template, field, base).map(evaluateJsonata));
  return assembleTemplate(template, results, field);
}

describe('a JSONata template', () => {
  it('replaces expressions at any depth and nothing else', async () => {
    const value = {
      a: '{% $states.input.n * 2 %}',
      b: [1, '{%$states.input%}', { c: null }],
      'd.$': '$.n',
      e: ' {% 1 %} ',
    };
    expect(await render(value)).toEqual({
      a: 4,
      b: [1, { n: 2 }, { c: null }],
      'd.$': '$.n',
      e: ' {% 1 %} ',
    });
  });

  it('asks for its expressions in document order, each with randomness of its own', () => {
    const template = compileJsonataTemplate({ z: '{% 1 %}', a: ['{% 2 %}'] });
    const requests = templateRequests(template, 'Assign', { bindings: {}, at: 5, seed: 's' });
    expect(requests.map(({ expression, seed }) => [expression, seed])).toEqual([
      ['1', 's/Assign/z'],
      ['2', 's/Assign/a[0]'],
    ]);
  });

  it.each<[Json, string, string]>([
    [
      '{% $x %}',
      'Output',
      "The JSONata expression '$x' specified for the field 'Output' returned nothing (undefined).",
    ],
    [
      { a: { b: '{% $x %}' } },
      'Output/a/b',
      "The JSONata expression '$x' specified for the field 'Output/a/b' returned nothing (undefined).",
    ],
    [
      { a: '{% $sum %}' },
      'Output/a',
      "The JSONata expression '$sum' specified for the field 'Output/a' returned an unsupported result type.",
    ],
    [
      '{% $x() %}',
      'Output',
      "The JSONata expression '$x()' specified for the field 'Output' threw an error during evaluation. T1006: Attempted to invoke a non-function",
    ],
  ])('%j fails as AWS words it', async (value, location, message) => {
    await expect(render(value)).rejects.toThrow(
      expect.objectContaining({ error: 'States.QueryEvaluationError', message, location }),
    );
  });

  it('knows an expression by its first and last characters', () => {
    expect(isJsonataString('{% 1 %}')).toBe(true);
    expect(isJsonataString('{%%}')).toBe(true);
    expect(isJsonataString(' {% 1 %}')).toBe(false);
    expect(isJsonataString('{%}')).toBe(false);
  });
});
