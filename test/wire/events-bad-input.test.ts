/**
 * Every operation of EventBridge with everything that can be wrong with its members, at any depth: AWS's error, and nothing
 * is stored. The cases are made from the shapes, so an operation that is added is covered.
 * @module
 */

import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { ofTeam } from '../../src/engine/kernel/scope.js';
import { EVENT_OPERATIONS, type EventOperationName } from '../../src/http/wire/events/model.js';
import type { Shape } from '../../src/http/wire/shape.js';
import { openWireServer, type WireServer } from './wire-server.js';

let it: WireServer;
let before: string;

const ARN = 'arn:aws:events:us-east-1:000000000000';
const headers = {
  'content-type': 'application/x-amz-json-1.1',
  authorization: `AWS4-HMAC-SHA256 Credential=TEST/20260101/us-east-1/events/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
};

interface Answer {
  status: number;
  type: string;
  message: string;
}

function call(operation: string, body: unknown): Promise<Answer> {
  const { hostname, port } = new URL(it.server.url);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      {
        ...{ hostname, port, path: '/', method: 'POST', agent: false },
        headers: { ...headers, 'x-amz-target': `AWSEvents.${operation}` },
      },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const { __type = '', message = '' } = JSON.parse(text) as { [name: string]: string };
          const type = __type.slice(__type.indexOf('#') + 1);
          resolve({ status: response.statusCode ?? 0, type, message });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(JSON.stringify(body));
  });
}

/** Everything here is asked for by one team. */
function whatThereIs(): string {
  const { engine } = it.server;
  const scope = ofTeam('default');
  const buses = engine.buses.list(scope);
  return JSON.stringify([
    buses,
    buses.map(({ name }) => engine.rules.list(scope, name)),
    engine.archives.list(scope),
    engine.replays.list(scope),
    engine.connections.list(scope),
    engine.apiDestinations.list(scope),
  ]);
}

/** A request that is right, as far as its shape goes, and names nothing that is there. */
const RIGHT: { [member: string]: unknown } = {
  Name: 'none',
  Rule: 'none',
  ArchiveName: 'none',
  ReplayName: 'none',
  TargetArn: 'arn:aws:sqs:us-east-1:000000000000:q',
  ResourceARN: `${ARN}:rule/none`,
  EventSourceArn: `${ARN}:event-bus/none`,
  ConnectionArn: `${ARN}:connection/none/0`,
  InvocationEndpoint: 'https://example.com',
  HttpMethod: 'POST',
  AuthorizationType: 'BASIC',
  AuthParameters: {},
  Entries: [],
  EventPattern: '{"source":["a"]}',
  Event: '{}',
  Targets: [{ Id: 'a', Arn: 'arn:aws:sqs:us-east-1:000000000000:q' }],
  Ids: ['a'],
  Tags: [],
  TagKeys: [],
  EventStartTime: 1,
  EventEndTime: 2,
  Destination: { Arn: `${ARN}:event-bus/none` },
};

const names = Object.keys(EVENT_OPERATIONS) as EventOperationName[];

function rightRequest(operation: EventOperationName): { [name: string]: unknown } {
  const { required } = EVENT_OPERATIONS[operation];
  return Object.fromEntries(required.map((name) => [name, RIGHT[name]]));
}

/** Where a member is told to be, and a value of the outermost member with something at that place. */
interface Place {
  member: string;
  at: string;
  shape: Shape;
  holding(value: unknown): unknown;
}

const small = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

function placesOf(operation: EventOperationName): Place[] {
  return Object.entries(EVENT_OPERATIONS[operation].members).flatMap(([member, shape]) =>
    within({ member, at: small(member), shape, holding: (value) => value }),
  );
}

function within(place: Place): Place[] {
  const { shape, at, holding } = place;
  const inner = (name: string, of: Shape, wrap: (value: unknown) => unknown): Place[] =>
    within({ ...place, at: `${at}.${name}`, shape: of, holding: (value) => holding(wrap(value)) });
  switch (shape.type) {
    case 'structure':
      return [
        place,
        ...Object.entries(shape.members).flatMap(([name, of]) =>
          inner(small(name), of, (value) => ({ [name]: value })),
        ),
      ];
    case 'list':
      return [place, ...inner('1.member', shape.member, (value) => [value])];
    case 'map':
      return [place, ...inner('key.member', shape.value, (value) => ({ key: value }))];
    default:
      return [place];
  }
}

function wrongTypesFor({ type }: Shape): unknown[] {
  const all: unknown[] = ['text', 7, true, [7], { a: 1 }];
  const right = { string: 0, integer: 1, number: 1, boolean: 2, list: 3, map: 4, structure: 4 }[
    type
  ];
  return all.filter((_, index) => index !== right);
}

function isBlankRefused(pattern: RegExp | string): boolean {
  return new RegExp(pattern).source.includes('(?!\\s*$)');
}

function outOfBounds(shape: Shape): unknown[] {
  const { min, max } = shape as { min?: number; max?: number };
  if (shape.type === 'string') {
    return [
      ...(max === undefined ? [] : ['x'.repeat(max + 1)]),
      ...(min ? [''] : []),
      ...(shape.enum === undefined ? [] : ['NO_SUCH_CHOICE']),
      // Every pattern refuses one of these: a control character, or a text of blanks.
      ...(shape.pattern === undefined ? [] : [isBlankRefused(shape.pattern) ? ' ' : '\u0000']),
    ];
  }
  if (shape.type === 'integer' || shape.type === 'number') {
    return [...(max === undefined ? [] : [max + 1]), ...(min === undefined ? [] : [min - 1])];
  }
  return shape.type === 'list' && min ? [[]] : [];
}

beforeAll(async () => {
  it = await openWireServer({ acceptAnyAccessKey: true });
  await call('CreateEventBus', { Name: 'known' });
  before = whatThereIs();
});

afterAll(() => it.close());

describe.each(names)('%s', (operation) => {
  test('names each member that is missing', async () => {
    for (const missing of EVENT_OPERATIONS[operation].required) {
      const { [missing]: _, ...rest } = rightRequest(operation);
      expect(await call(operation, rest), missing).toEqual({
        status: 400,
        type: 'ValidationException',
        message: `1 validation error detected: Value null at '${small(missing)}' failed to satisfy constraint: Member must not be null`,
      });
    }
  });

  test('refuses each member of another type', async () => {
    for (const { member, at, shape, holding } of placesOf(operation)) {
      for (const value of wrongTypesFor(shape)) {
        const request = { ...rightRequest(operation), [member]: holding(value) };
        expect(await call(operation, request), `${at}: ${JSON.stringify(value)}`).toMatchObject({
          status: 400,
          type: 'SerializationException',
        });
      }
    }
  });

  test('refuses each member that breaks its bounds, and repeats no secret', async () => {
    for (const { member, at, shape, holding } of placesOf(operation)) {
      for (const value of outOfBounds(shape)) {
        const request = { ...rightRequest(operation), [member]: holding(value) };
        const answer = await call(operation, request);
        const about = `${at}: ${JSON.stringify(value).slice(0, 80)}`;
        expect(answer, about).toMatchObject({ status: 400, type: 'ValidationException' });
        expect(answer.message, about).toContain(`at '${at}' failed to satisfy constraint`);
        if (shape.type === 'string' && shape.sensitive) {
          expect(answer.message, about).toContain(`Value at '${at}'`);
        }
      }
    }
  }, 180_000);

  test('refuses each ARN that is none of this account', async () => {
    const { members } = EVENT_OPERATIONS[operation];
    for (const name of Object.keys(members).filter((member) => /(Arn|ARN)$/.test(member))) {
      if (name === 'RoleArn' || operation.startsWith('List')) continue;
      for (const arn of [
        'nothing',
        'arn:aws:s3:::bucket',
        String(RIGHT[name]).replace('000000000000', '999999999999'),
      ]) {
        const answer = await call(operation, { ...rightRequest(operation), [name]: arn });
        expect(answer.status, `${name} ${arn}`).toBe(400);
        expect(answer.type).toMatch(/^(ValidationException|ResourceNotFoundException)$/);
      }
    }
  });
});

test('nothing of all this was stored', () => {
  expect(whatThereIs()).toBe(before);
});
