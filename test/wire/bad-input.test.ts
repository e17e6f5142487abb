/**
 * Every operation with everything that can be wrong with its members: AWS's error, and nothing is stored.
 *
 * The cases are made from the shapes of the requests, so an operation that is added is covered.
 * @module
 */

import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import type { Shape } from '../../src/http/wire/shape.js';
import { OPERATIONS, type OperationName } from '../../src/http/wire/step-functions/model.js';
import { openWireServer, PASS, ROLE, type WireServer } from './wire-server.js';

let it: WireServer;
/** What there was before the bad requests. */
let before: string;

const agentHeaders = {
  'content-type': 'application/x-amz-json-1.0',
  authorization: `AWS4-HMAC-SHA256 Credential=TEST/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
};

interface Answer {
  status: number;
  type: string;
  message: string;
  body: Record<string, unknown>;
}

function call(operation: string, body: unknown, raw?: string | Buffer): Promise<Answer> {
  const { hostname, port } = new URL(it.server.url);
  const headers = { ...agentHeaders, 'x-amz-target': `AWSStepFunctions.${operation}` };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, path: '/', method: 'POST', headers, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const parsed = JSON.parse(text) as Record<string, unknown>;
          const type = String(parsed.__type ?? '');
          resolve({
            status: response.statusCode ?? 0,
            type: type.slice(type.indexOf('#') + 1),
            message: String(parsed.message ?? ''),
            body: parsed,
          });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(raw ?? JSON.stringify(body));
  });
}

async function whatThereIs(): Promise<string> {
  const { engine } = it.server;
  const executions = await engine.executions.list(EVERYTHING, { limit: 1000 });
  return JSON.stringify([
    engine.stateMachines.list(EVERYTHING),
    engine.activities.list(EVERYTHING),
    executions.items,
    await engine.stateMachines.versions(EVERYTHING, { team: 'default', name: 'known' }),
    await engine.stateMachines.aliases(EVERYTHING, { team: 'default', name: 'known' }),
  ]);
}

/** A request that is right, as far as its shape goes. */
const RIGHT: { [member: string]: unknown } = {
  name: 'fresh',
  definition: PASS,
  roleArn: ROLE,
  stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:none',
  stateMachineAliasArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:none:live',
  stateMachineVersionArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:none:1',
  executionArn: 'arn:aws:states:us-east-1:000000000000:execution:none:none',
  activityArn: 'arn:aws:states:us-east-1:000000000000:activity:none',
  mapRunArn: 'arn:aws:states:us-east-1:000000000000:mapRun:none/Label:none',
  resourceArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:none',
  taskToken: 'none',
  output: '{}',
  routingConfiguration: [
    {
      stateMachineVersionArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:none:1',
      weight: 100,
    },
  ],
  tags: [],
  tagKeys: [],
};

const names = Object.keys(OPERATIONS) as OperationName[];

function rightRequest(operation: OperationName): Record<string, unknown> {
  return Object.fromEntries(OPERATIONS[operation].required.map((name) => [name, RIGHT[name]]));
}

function wrongTypesFor(shape: Shape): unknown[] {
  const all: unknown[] = ['text', 7, true, [7], { a: 1 }];
  const right = { string: 0, integer: 1, number: 1, boolean: 2, list: 3, map: 4, structure: 4 }[
    shape.type
  ];
  return all.filter((_, index) => index !== right);
}

beforeAll(async () => {
  it = await openWireServer({ acceptAnyAccessKey: true });
  const created = await call('CreateStateMachine', {
    name: 'known',
    definition: PASS,
    roleArn: ROLE,
    publish: true,
  });
  expect(created.status).toBe(200);
  before = await whatThereIs();
});

afterAll(() => it.close());

describe.each(names)('%s', (operation) => {
  const { members, required } = OPERATIONS[operation];

  test('names each member that is missing', async () => {
    for (const missing of required) {
      const { [missing]: _, ...rest } = rightRequest(operation);
      const answer = await call(operation, rest);
      expect(answer, missing).toMatchObject({
        status: 400,
        type: 'ValidationException',
        message: `1 validation error detected: Value null at '${missing}' failed to satisfy constraint: Member must not be null`,
      });
    }
  });

  test('refuses each member of another type', async () => {
    for (const [name, shape] of Object.entries(members)) {
      for (const value of wrongTypesFor(shape)) {
        const answer = await call(operation, { ...rightRequest(operation), [name]: value });
        expect(answer, `${name}: ${JSON.stringify(value)}`).toMatchObject({
          status: 400,
          type: 'SerializationException',
        });
      }
    }
  });

  test('refuses each member that is too long, too short, too large or none of the choices', async () => {
    for (const [name, shape] of Object.entries(members)) {
      for (const value of outOfBounds(shape)) {
        const answer = await call(operation, { ...rightRequest(operation), [name]: value });
        expect(answer.status, `${name}: ${JSON.stringify(value).slice(0, 80)}`).toBe(400);
        expect(answer.type).toBe('ValidationException');
        expect(answer.message).toContain(`at '${name}`);
        expect(answer.message).toContain('failed to satisfy constraint');
      }
    }
  });

  test('refuses each ARN that is none, is of another kind or of another account', async () => {
    const arns = Object.keys(members).filter((name) => /Arn$/.test(name) && name !== 'roleArn');
    for (const name of arns) {
      for (const [arn, types] of [
        ['nothing', ['InvalidArn']],
        ['arn:aws:s3:::bucket', ['InvalidArn']],
        ['arn:aws:states:us-east-1:000000000000:banana:x', ['InvalidArn']],
        [
          String(RIGHT[name]).replace('000000000000', '999999999999'),
          ['AccessDeniedException', 'InvalidArn'],
        ],
      ] as const) {
        const answer = await call(operation, { ...rightRequest(operation), [name]: arn });
        expect(answer.status, `${name} ${arn}`).toBe(400);
        expect(types, `${name} ${arn}: ${answer.message}`).toContain(answer.type);
      }
    }
  });
});

function outOfBounds(shape: Shape): unknown[] {
  if (shape.type === 'string') {
    return [
      ...(shape.max === undefined ? [] : ['x'.repeat(shape.max + 1)]),
      ...(shape.min ? [''] : []),
      ...(shape.enum === undefined ? [] : ['NO_SUCH_CHOICE']),
    ];
  }
  if (shape.type === 'integer' || shape.type === 'number') {
    return [
      ...(shape.max === undefined ? [] : [shape.max + 1]),
      ...(shape.min === undefined ? [] : [shape.min - 1]),
    ];
  }
  if (shape.type === 'list') return shape.min ? [[]] : [];
  return [];
}

describe('a request as such', () => {
  test.each([
    ['no operation', 'NoSuchOperation', '{}', 'UnknownOperationException'],
    ['a name of every object', 'constructor', '{}', 'UnknownOperationException'],
    ['a name that objects inherit', '__proto__', '{}', 'UnknownOperationException'],
    ['no JSON', 'ListStateMachines', '{', 'SerializationException'],
    [
      'bytes that are no text',
      'ListStateMachines',
      Buffer.from([0xff, 0xfe, 0x00]),
      'SerializationException',
    ],
    ['a list', 'ListStateMachines', '[]', 'SerializationException'],
    ['a number', 'ListStateMachines', '7', 'SerializationException'],
    ['null', 'ListStateMachines', 'null', 'SerializationException'],
  ])('with %s is refused', async (_, operation, raw, type) => {
    expect(await call(operation, undefined, raw)).toMatchObject({ status: 400, type });
  });

  test('of more than the limit is refused', async () => {
    const answer = await call('StartExecution', undefined, Buffer.alloc(5 * 1024 * 1024, 0x20));
    expect(answer).toMatchObject({ status: 413, type: 'ValidationException' });
  });

  test('without a body lists what there is', async () => {
    expect(await call('ListStateMachines', undefined, '')).toMatchObject({ status: 200 });
  });

  test('nested a hundred thousand levels deep is answered', async () => {
    const deep = `${'['.repeat(100_000)}${']'.repeat(100_000)}`;
    const answer = await call('StartExecution', {
      stateMachineArn: 'arn:aws:states:us-east-1:000000000000:stateMachine:known',
      input: deep,
    });
    expect(answer).toMatchObject({ status: 400, type: 'InvalidExecutionInput' });
  });
});

test('nothing of all this was stored', async () => {
  expect(await whatThereIs()).toBe(before);
});
