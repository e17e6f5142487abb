import { describe, expect, it } from 'vitest';
import { httpTaskRequest, NO_ADDITIONS } from './http-request.js';
import type { Json, JsonObject } from './json.js';

const FORM = { 'Content-Type': 'application/x-www-form-urlencoded' };

function bodyOf(RequestBody: Json, ArrayFormat?: string): string | undefined {
  const options = ArrayFormat === undefined ? {} : { RequestEncodingOptions: { ArrayFormat } };
  const built = httpTaskRequest(
    {
      ...{ ApiEndpoint: 'https://example.com', Method: 'POST', Headers: FORM, RequestBody },
      Transform: { RequestBodyEncoding: 'URL_ENCODED', ...options },
    },
    NO_ADDITIONS,
  );
  return 'problem' in built ? built.problem : built.body;
}

describe('the body of an HTTP Task as a form', () => {
  it.each([
    [undefined, 'array%5B0%5D=a&array%5B1%5D=b'],
    ['INDICES', 'array%5B0%5D=a&array%5B1%5D=b'],
    ['REPEAT', 'array=a&array=b'],
    ['COMMAS', 'array=a,b'],
    ['BRACKETS', 'array%5B%5D=a&array%5B%5D=b'],
  ])('has lists as %s', (format, body) => {
    expect(bodyOf({ array: ['a', 'b'] }, format)).toBe(body);
  });

  it('has members of members, numbers, and what must be escaped', () => {
    const body = { customer: 'c 1', metadata: { order: [1, { deep: true }] }, none: null };
    expect(bodyOf(body)).toBe(
      'customer=c%201&metadata%5Border%5D%5B0%5D=1&metadata%5Border%5D%5B1%5D%5Bdeep%5D=true&none=',
    );
    expect(bodyOf({ half: '\ud800' })).toBe('half=%EF%BF%BD');
  });

  it('is a text that was one already, and is refused where it cannot be one', () => {
    expect(bodyOf('a=1')).toBe('a=1');
    expect(bodyOf([1])).toMatch(/must be an object/);
    expect(bodyOf({}, 'PIPES')).toMatch(/'ArrayFormat' must be one of/);
  });
});

describe('the request of an HTTP Task', () => {
  const build = (more: JsonObject, added = NO_ADDITIONS) =>
    httpTaskRequest({ ApiEndpoint: 'https://example.com/?a=1#top', Method: 'GET', ...more }, added);

  it('sends nothing of what stands behind a #, and its parameters behind those that are there', () => {
    expect(build({ QueryParameters: { a: 'x', b: null } })).toMatchObject({
      url: 'https://example.com/?a=1&a=x&b=null',
    });
  });

  it('takes names that objects of the language have themselves as what they are', () => {
    const QueryParameters = JSON.parse('{"__proto__":"x","constructor":"y"}') as JsonObject;
    expect(build({ QueryParameters })).toMatchObject({
      url: 'https://example.com/?a=1&__proto__=x&constructor=y',
    });
  });

  it('has no header of a connection that belongs to the exchange itself', () => {
    const headers = [
      ['Host', 'other'],
      ['X-Key', 'k'],
    ] as const;
    const built = build({}, { ...NO_ADDITIONS, headers });
    expect(built).toMatchObject({ headers: { 'x-key': 'k' } });
    expect(built).not.toHaveProperty('headers.host');
    expect(build({}, { ...NO_ADDITIONS, headers: [['a', 'b\nc']] })).toHaveProperty('problem');
  });
});
