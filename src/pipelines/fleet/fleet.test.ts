/**
 * The pure rules of a fleet: who tries a change first, what a file looks like with it, what overrides a template.
 */
import { describe, expect, test } from 'vitest';
import { chooseCanaries } from './choose-canaries.js';
import { differingParts } from './compare-deployed.js';
import { overriddenSections } from './overridden.js';
import { rewriteTemplate } from './rewrite-template.js';
import { newerThan, parseReference } from './template-reference.js';

describe('the canaries', () => {
  const letters = [...'abcdefghij'];
  test.each([
    [1, 'e'],
    [2, 'ch'],
    [3, 'bei'],
    [5, 'acegi'],
    [10, 'abcdefghij'],
    [99, 'abcdefghij'],
  ])('are %i, spread over the list', (count, chosen) => {
    expect(chooseCanaries(letters, count).join('')).toBe(chosen);
  });

  test('are as many as asked for, whatever there are', () => {
    for (let size = 1; size <= 60; size += 1) {
      const list = Array.from({ length: size }, (_, index) => index);
      for (let count = 1; count <= size; count += 1) {
        expect(chooseCanaries(list, count)).toHaveLength(count);
      }
    }
  });
});

describe('a file that gets another template', () => {
  const to = (text: string) => rewriteTemplate(text, 'etl@1', 'etl@20');

  test.each([
    ['plain', 'template: etl@1'],
    ['with a comment', 'template:   etl@1   # not etl@1 for long'],
    ['in double quotes', 'template: "etl@1"'],
    ['in single quotes', "template: 'etl@1'"],
    ['under a quoted key', '"template": etl@1'],
    ['with an anchor', 'template: &t etl@1'],
    ['on a line of its own', 'template:\n  etl@1'],
    ['folded', 'template: >-\n  etl@1'],
    ['after a byte order mark', '\uFEFFtemplate: etl@1'],
  ])('changes there and nowhere else: %s', (_, line) => {
    const mark = line.startsWith('\uFEFF') ? '\uFEFF' : '';
    const text = `${mark}# about etl@1\r\npipeline:  a\r\n${line.slice(mark.length)}\r\nwith: { of: etl@1, "x" : 1.0 }\r\n`;
    const rewritten = to(text);
    const place = text.indexOf('etl@1', text.indexOf('template'));
    expect(rewritten).toEqual({
      text: `${text.slice(0, place)}etl@20${text.slice(place + 'etl@1'.length)}`,
    });
  });

  test('changes in braces too', () => {
    expect(to('{ "pipeline": "a", "template": "etl@1", "with": {} }')).toEqual({
      text: '{ "pipeline": "a", "template": "etl@20", "with": {} }',
    });
  });

  test.each([
    ['another template', 'pipeline: a\ntemplate: etl@10\n', 'the file does not use etl@1'],
    ['none', 'pipeline: a\nsteps: []\n', 'the file does not use etl@1'],
    ['an alias', 'with: { x: &t etl@1 }\ntemplate: *t\n', 'is not written beside "template"'],
    [
      'an anchor that others use',
      'template: &t etl@1\nwith: { x: *t }\n',
      'more than the template',
    ],
    ['escapes', 'template: "etl\\u00401"\n', 'is not written beside "template"'],
    ['mistakes', 'pipeline: a\ntemplate: etl@1\ntemplate: etl@1\n', 'cannot be read'],
    ['a list', '- template: etl@1\n', 'cannot be read'],
  ])('is left alone with %s', (_, text, reason) => {
    expect(to(text)).toEqual({ reason: expect.stringContaining(reason) });
  });
});

test('versions of templates are compared as numbers', () => {
  expect(newerThan('etl@2', ['etl@2', 'etl@10', 'etl@9', 'other@30'])).toBe('etl@10');
  expect(newerThan('etl@10', ['etl@2', 'etl@10'])).toBeUndefined();
  expect(newerThan('nothing', ['etl@2'])).toBeUndefined();
  expect(['etl@x', 'etl', '@1', 'a b@1', 'etl@1234567'].map(parseReference)).toEqual(
    Array(5).fill(undefined),
  );
});

test('a file overrides sections that its template says, and members of those that are put together', () => {
  const template = { template: 'etl', version: 1, owner: 'a', tags: { kind: 1, x: 2 }, steps: [] };
  const own = {
    pipeline: 'p',
    template: 'etl@1',
    owner: 'a',
    tags: { kind: 1, y: 2 },
    retention: 1,
  };
  expect(overriddenSections(own, template)).toEqual(['owner', 'tags.kind']);
});

test('what is deployed differs by parts and sections, never by the order of keys or what is undefined', () => {
  const plan = {
    ...{
      name: 'p',
      team: 't',
      tags: { a: '1', b: '2' },
      input: {},
      folder: '/here',
      file: 'p.yaml',
    },
    ...{ definition: { StartAt: 'A', States: {} }, bindings: {}, sources: {} },
    sections: { owner: 'ana', description: undefined },
  };
  const deployed = {
    ...{ tags: { b: '2', a: '1' }, bindings: {}, sections: { owner: 'ana' } },
    definition: { States: {}, StartAt: 'A' },
  };
  expect(differingParts(plan as never, deployed)).toEqual([]);
  expect(
    differingParts(plan as never, {
      ...{ tags: {}, input: { x: 1 }, bindings: {}, sections: { retention: '1 d' } },
      definition: { StartAt: 'B', States: {} },
    }),
  ).toEqual(['tags', 'input', 'definition', 'owner', 'retention']);
});
