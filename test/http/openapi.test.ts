/**
 * The OpenAPI document: complete, and sound enough to generate clients from.
 * @module
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PUBLIC, SIGNED } from '../../src/http/auth.js';
import { ROUTES } from './routes.js';
import { openTestServer, type TestServer } from './test-server.js';

interface Operation {
  summary?: string;
  security?: unknown[];
  parameters?: { name: string; in: string; required?: boolean; schema?: unknown }[];
  requestBody?: { content: { [type: string]: { schema: unknown } } };
  responses: { [status: string]: { description?: string; content?: object } };
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: { [path: string]: { [method: string]: Operation } };
  components: { schemas: { [name: string]: unknown }; securitySchemes: object };
  security: unknown[];
}

let it: TestServer;
let document: Document;
let operations: [string, string, Operation][];

beforeAll(async () => {
  it = await openTestServer();
  document = (await it.request('GET', '/api/v1/openapi.json', { token: null })).json<Document>();
  operations = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(
      ([method, operation]) => [method, path, operation] as [string, string, Operation],
    ),
  );
});

afterAll(() => it.close());

test('is OpenAPI 3.1 and has the version of the server', async () => {
  const health = await it.request('GET', '/api/v1/health', { token: null });
  expect(document.openapi).toMatch(/^3\.1\./);
  expect(document.info).toMatchObject({ title: 'Millrace', version: health.json().version });
});

test('describes every address of the API, and no other', () => {
  const described = operations.map(([method, path]) => `${method.toUpperCase()} ${path}`).sort();
  const served = ROUTES.filter(
    ({ route }) => (route.startsWith('/api/') || route === '/metrics') && !route.endsWith('.json'),
  )
    .map(({ method, route }) => `${method} ${route.replaceAll(/:(\w+)/g, '{$1}')}`)
    .sort();
  expect(described).toEqual(served);
});

test('gives every operation a summary and an answer with a description', () => {
  for (const [method, path, operation] of operations) {
    expect(operation.summary, `${method} ${path}`).toMatch(/\w/);
    const responses = Object.values(operation.responses);
    expect(responses.length).toBeGreaterThan(0);
    for (const response of responses) expect(typeof response.description).toBe('string');
  }
});

test('declares every parameter of a path', () => {
  for (const [, path, { parameters = [] }] of operations) {
    const named = [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name);
    const declared = parameters.filter((parameter) => parameter.in === 'path');
    expect(declared.map(({ name }) => name)).toEqual(named);
    for (const parameter of declared) expect(parameter.required).toBe(true);
  }
});

test('needs a token for everything that the server wants one for', () => {
  expect(document.security).toEqual([{ token: [] }]);
  for (const [method, path, { security }] of operations) {
    const route = `${method.toUpperCase()} ${path.replaceAll(/\{(\w+)\}/g, ':$1')}`;
    const open = PUBLIC.has(route) || SIGNED.has(route);
    expect(security, `${method} ${path}`).toEqual(open ? [] : undefined);
  }
});

test('refers only to schemas that it contains, and contains none that nothing refers to', () => {
  const references = [...JSON.stringify(document).matchAll(/"\$ref":"([^"]+)"/g)].map(
    ([, to]) => to,
  );
  const names = Object.keys(document.components.schemas);
  expect(new Set(references)).toEqual(new Set(names.map((name) => `#/components/schemas/${name}`)));
  expect(names.length).toBeGreaterThan(5);
});

test('describes the problem that every refusal is', () => {
  const refusals = operations.filter(([, , { responses }]) => responses['4XX'] !== undefined);
  expect(refusals.length).toBeGreaterThan(15);
  expect(document.components.schemas).toHaveProperty('Problem');
});
