import { describe, expect, it } from 'vitest';
import type { Json, JsonObject } from '../json.js';
import { type InputSettings, parseTargetInput, renderInput } from './target-input.js';

const EVENT: JsonObject = {
  version: '0',
  id: 'e-1',
  'detail-type': 'Order placed',
  source: 'shop',
  time: '2026-01-02T03:04:05Z',
  resources: ['r-1', 'r-2'],
  detail: {
    'order-id': 7,
    customer: 'Ann "A" \\ Lee',
    paid: true,
    nothing: null,
    lines: [{ sku: 'a' }, { sku: 'b', price: 1.5 }],
    address: { city: 'Bern', zip: '3000' },
    'dotted.key': 'd',
  },
};
const CONTEXT = { ruleArn: 'arn:rule', ruleName: 'orders', ingestionTime: '2026-01-02T03:04:06Z' };

function render(settings: InputSettings): string | undefined {
  const parsed = parseTargetInput('t', settings);
  if ('error' in parsed) throw new Error(parsed.error.message);
  return renderInput(parsed.input, EVENT, CONTEXT);
}

function problem(settings: InputSettings): string {
  const parsed = parseTargetInput('t', settings);
  if (!('error' in parsed)) throw new Error('accepted');
  expect(parsed.error.code).toBe('ValidationException');
  return parsed.error.message;
}

const PATHS = {
  id: '$.detail.order-id',
  customer: '$.detail.customer',
  paid: '$.detail.paid',
  nothing: '$.detail.nothing',
  lines: '$.detail.lines',
  address: '$.detail.address',
  resources: '$.resources',
  missing: '$.detail.none.there',
};

function transform(InputTemplate: string): string | undefined {
  return render({ InputTransformer: { InputPathsMap: PATHS, InputTemplate } });
}

describe('what a target gets', () => {
  it('is the whole event when nothing is said', () => {
    expect(JSON.parse(render({}) ?? '')).toEqual(EVENT);
  });

  it('is a constant, to the letter', () => {
    expect(render({ Input: '{ "a" : 1 }' })).toBe('{ "a" : 1 }');
    expect(problem({ Input: '{a:1}' })).toMatch(/^JSON syntax error/);
  });

  it.each<[string, Json]>([
    ['$', EVENT],
    ['$.detail.order-id', 7],
    ['$.detail-type', 'Order placed'],
    ['$.detail.lines[1].price', 1.5],
    ['$.detail.lines[*].sku', ['a', 'b']],
    ['$.detail.lines[*].price', [1.5]],
    ['$.detail.address.*', ['Bern', '3000']],
    ["$.detail['dotted.key']", 'd'],
    ['$.detail.nothing', null],
    ['$.detail.none', null],
    ['$.source.length', null],
    ['$.detail.constructor', null],
    ['$.resources[7]', null],
  ])('is the JSON text of the value at %s', (InputPath, value) => {
    expect(JSON.parse(render({ InputPath }) ?? '')).toEqual(value);
  });

  it.each(['detail', '$detail', '$.', '$..a', '$.a[', '$.a[x]', '$.a b', `$.${'a'.repeat(300)}`])(
    'refuses the path %s',
    (InputPath) => {
      expect(problem({ InputPath })).toMatch(/InputPath for target t is invalid/);
    },
  );

  it('is said in one way only', () => {
    expect(problem({ Input: '1', InputPath: '$' })).toMatch(/^Only one of Input, InputPath/);
  });
});

describe('a template that is a JSON document', () => {
  it('takes values outside of quotes as JSON and strings inside of quotes without their own', () => {
    const text = transform(
      '{"id":<id>,"who":<customer>,"ok":<paid>,"no":<nothing>,"lines":<lines>,"say":"<customer> has <id>"}',
    );
    expect(JSON.parse(text ?? '')).toEqual({
      id: 7,
      who: 'Ann "A" \\ Lee',
      ok: true,
      no: null,
      lines: [{ sku: 'a' }, { sku: 'b', price: 1.5 }],
      say: 'Ann "A" \\ Lee has 7',
    });
  });

  it('takes a value that is missing as empty', () => {
    expect(JSON.parse(transform('{"a":<missing>,"b":"[<missing>]"}') ?? '')).toEqual({
      a: '',
      b: '[]',
    });
  });

  it('is not delivered when an object inside of quotes makes it something else', () => {
    expect(transform('{"a":"<address>"}')).toBeUndefined();
    expect(transform('{"a":<id> <id>}')).toBeUndefined();
  });

  it('keeps its spaces, and sees quotes that are escaped', () => {
    expect(transform('{ "a" : "\\"<id>\\"",\n "b" : <paid> }')).toBe(
      '{ "a" : "\\"7\\"",\n "b" : true }',
    );
  });

  it('may be a single placeholder', () => {
    expect(transform('<address>')).toBe('{"city":"Bern","zip":"3000"}');
    expect(transform(' <customer> ')).toBe(' "Ann \\"A\\" \\\\ Lee" ');
  });
});

describe('a template that is text', () => {
  it('keeps its quotes, and takes objects and arrays without theirs', () => {
    expect(transform('"<id> goes to <address> by <resources>: <missing>!"')).toBe(
      '"7 goes to {city:Bern,zip:3000} by [r-1,r-2]: !"',
    );
  });

  it('may have several lines, and text outside of quotes', () => {
    expect(transform('"order <id>"\n"paid <paid>"')).toBe('"order 7"\n"paid true"');
    expect(transform('order <id> of <customer>')).toBe('order 7 of Ann "A" \\ Lee');
  });

  it('leaves angle brackets alone that enclose no name', () => {
    expect(transform('"1 < <id> > 2 <> < id >"')).toBe('"1 < 7 > 2 <> < id >"');
  });
});

describe('placeholders', () => {
  it('of EventBridge tell of the rule and the event', () => {
    const { detail: _, ...envelope } = EVENT;
    const text = transform(
      '{"arn":<aws.events.rule-arn>,"name":"<aws.events.rule-name>","at":<aws.events.event.ingestion-time>,"all":<aws.events.event.json>,"head":<aws.events.event>}',
    );
    expect(JSON.parse(text ?? '')).toEqual({
      arn: 'arn:rule',
      name: 'orders',
      at: '2026-01-02T03:04:06Z',
      all: EVENT,
      head: envelope,
    });
  });

  it('have to be known, and their own names have to be free', () => {
    const InputTemplate = '"<other>"';
    expect(problem({ InputTransformer: { InputTemplate } })).toMatch(/invalid placeholder other/);
    for (const InputPathsMap of [{ 'aws.x': '$' }, { AWSX: '$' }, { other: 'detail' }]) {
      expect(problem({ InputTransformer: { InputTemplate, InputPathsMap } })).toMatch(
        /invalid entry/,
      );
    }
  });

  it('are at most a hundred, in a template of at most 8192 characters', () => {
    const InputPathsMap = Object.fromEntries(Array.from({ length: 101 }, (_, i) => [`p${i}`, '$']));
    expect(problem({ InputTransformer: { InputTemplate: '1', InputPathsMap } })).toMatch(
      /more than 100/,
    );
    for (const InputTemplate of ['', 'x'.repeat(8193)]) {
      expect(problem({ InputTransformer: { InputTemplate } })).toMatch(/between 1 and 8192/);
    }
  });
});
