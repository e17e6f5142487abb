import { describe, expect, it } from 'vitest';
import { testScope } from '../../../test/asl/test-scope.js';
import type { Json } from '../json.js';
import { compilePayloadTemplate, renderPayloadTemplate } from './payload-template.js';

function render(template: Json, input: Json): Json {
  return renderPayloadTemplate(
    compilePayloadTemplate(template),
    testScope(input, { v: 7 }),
    'Parameters',
  );
}

describe('a payload template', () => {
  it('replaces keys that end in .$ at any depth', () => {
    const template = {
      constant: 1,
      'name.$': '$.who',
      nested: [{ 'list.$': '$.items[*].id' }, 'plain $.who'],
      'variable.$': '$v',
      'state.$': '$$.State.Name',
      'hello.$': "States.Format('Hi {}', $.who)",
    };
    expect(render(template, { who: 'Ann', items: [{ id: 1 }, { id: 2 }] })).toEqual({
      constant: 1,
      name: 'Ann',
      nested: [{ list: [1, 2] }, 'plain $.who'],
      variable: 7,
      state: 'Load',
      hello: 'Hi Ann',
    });
  });

  it('says which path of which field found nothing in which input', () => {
    expect(() => render({ outer: { 'x.$': '$.absent' } }, { a: 1 })).toThrow(
      expect.objectContaining({
        error: 'States.Runtime',
        message: `The JSONPath '$.absent' specified for the field 'x.$' could not be found in the input '{"a":1}'`,
      }),
    );
  });

  it.each<Json>([
    { 'x.$': 1 },
    { 'x.$': 'text' },
    { 'x.$': 'States.Nonsense()' },
    { 'x.$': "States.Format('a" },
  ])('refuses %j when it is compiled', (template) => {
    expect(() => compilePayloadTemplate(template)).toThrow(
      expect.objectContaining({ error: 'States.Runtime' }),
    );
  });

  it('draws anew for every function and the same again for the same seed', () => {
    const template = { 'a.$': 'States.UUID()', 'b.$': 'States.UUID()' };
    const first = render(template, {}) as { a: string; b: string };
    expect(first.a).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(first.a).not.toBe(first.b);
    expect(render(template, {})).toEqual(first);
  });

  it('keeps a key called __proto__ an ordinary key', () => {
    const rendered = render(JSON.parse('{"__proto__": {"x.$": "$"}}'), 1);
    expect(JSON.stringify(rendered)).toBe('{"__proto__":{"x":1}}');
  });
});
