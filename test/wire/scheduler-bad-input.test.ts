/**
 * Every operation of Scheduler with everything that can be wrong with its members, and mutated requests by the hundred: AWS's
 * error, nothing is stored, and the server stays healthy.
 *
 * The cases are made from the shapes of the requests, so an operation that is added is covered.
 * @module
 */

import { request as httpRequest } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import {
  type RestOperation,
  SCHEDULER_OPERATIONS,
  type SchedulerOperation,
} from '../../src/http/wire/scheduler/model.js';
import type { Shape, Structure } from '../../src/http/wire/shape.js';
import { openWireServer, ROLE, type WireServer } from './wire-server.js';

const SEED = Number(process.env.MILLRACE_FUZZ_SEED ?? 7);
const REQUESTS = 3_000;

let it: WireServer;
/** What there was before the bad requests. */
let before: string;

const HEADERS = {
  'content-type': 'application/json',
  authorization: `AWS4-HMAC-SHA256 Credential=TEST/20260101/us-east-1/scheduler/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
};

interface Answer {
  status: number;
  type: string;
  text: string;
  message: string;
}

function send(method: string, path: string, body?: string): Promise<Answer> {
  const { hostname, port } = new URL(it.server.url);
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, path, method, headers: HEADERS, agent: false },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => {
          const type = String(response.headers['x-amzn-errortype'] ?? '');
          const { Message: message = '' } = JSON.parse(text) as { Message?: string };
          resolve({ status: response.statusCode ?? 0, type, text, message });
        });
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

type Members = { [member: string]: unknown };

/** Puts members where the operation has them. */
function call(operation: RestOperation, members: Members): Promise<Answer> {
  const { method, path, inPath, inQuery = {} } = operation;
  const rest = { ...members };
  const query: string[] = [];
  for (const [name, member] of Object.entries(inQuery)) {
    const values = Array.isArray(rest[member]) ? rest[member] : [rest[member]];
    for (const value of values as unknown[]) {
      if (value !== undefined) query.push(`${name}=${encodeURIComponent(String(value))}`);
    }
    delete rest[member];
  }
  const inside = inPath === undefined ? '' : encodeURIComponent(String(rest[inPath] ?? ''));
  if (inPath !== undefined) delete rest[inPath];
  const address = path.replace(':member', inside) + (query.length > 0 ? `?${query.join('&')}` : '');
  const hasBody = method === 'POST' || method === 'PUT';
  return send(method, address, hasBody ? JSON.stringify(rest) : undefined);
}

/** A request that is right, as far as its shape goes. */
const RIGHT: Members = {
  Name: 'none',
  ScheduleExpression: 'rate(1 hour)',
  Target: { Arn: 'arn:aws:states:us-east-1:000000000000:stateMachine:none', RoleArn: ROLE },
  FlexibleTimeWindow: { Mode: 'OFF' },
  ResourceArn: 'arn:aws:scheduler:us-east-1:000000000000:schedule-group/none',
  Tags: [],
  TagKeys: ['a'],
};

const operations = Object.entries(SCHEDULER_OPERATIONS) as [SchedulerOperation, RestOperation][];

function rightRequest({ shape }: RestOperation): Members {
  return Object.fromEntries(shape.required.map((name) => [name, RIGHT[name]]));
}

function whatThereIs(): string {
  const { scheduler } = it.server.engine;
  const groups = scheduler.groups(ofTeam('default'));
  return JSON.stringify([
    scheduler.list(ofTeam('default')),
    groups.map(({ name, tags }) => [name, tags]),
  ]);
}

const small = (name: string): string => name.charAt(0).toLowerCase() + name.slice(1);

/** Members that lie in the body, the inner ones too, each with its path. */
function bodyMembers(
  shape: Structure,
  { inPath, inQuery = {} }: RestOperation,
): [string[], Shape][] {
  const found: [string[], Shape][] = [];
  const walk = ({ members }: Structure, path: string[]): void => {
    for (const [name, member] of Object.entries(members)) {
      const isElsewhere = name === inPath || Object.values(inQuery).includes(name);
      if (path.length === 0 && isElsewhere) continue;
      found.push([[...path, name], member]);
      if (member.type === 'structure') walk(member, [...path, name]);
    }
  };
  walk(shape, []);
  return found;
}

/** The request with a value at a path; what is required around it is filled in. */
function withValue(request: Members, [name = '', ...rest]: string[], value: unknown): Members {
  const inner = (request[name] ?? {}) as Members;
  return { ...request, [name]: rest.length === 0 ? value : withValue(inner, rest, value) };
}

beforeAll(async () => {
  it = await openWireServer({ acceptAnyAccessKey: true });
  const { CreateSchedule, CreateScheduleGroup } = SCHEDULER_OPERATIONS;
  const made = await call(CreateSchedule, { ...rightRequest(CreateSchedule), Name: 'known' });
  expect(made.status).toBe(200);
  expect((await call(CreateScheduleGroup, { Name: 'known' })).status).toBe(200);
  before = whatThereIs();
});

afterAll(() => it.close());

describe.each(operations)('%s', (_, operation) => {
  const { shape, inPath, inQuery = {} } = operation;

  test('names each member that is missing', async () => {
    for (const missing of shape.required) {
      if (missing === inPath) continue;
      const { [missing]: _gone, ...rest } = rightRequest(operation);
      expect(await call(operation, rest), missing).toMatchObject({
        status: 400,
        type: 'ValidationException',
        message: `1 validation error detected: Value null at '${small(missing)}' failed to satisfy constraint: Member must not be null`,
      });
    }
  });

  test('refuses each member of another type', async () => {
    for (const [path, member] of bodyMembers(shape, operation)) {
      for (const value of wrongTypesFor(member)) {
        const answer = await call(operation, withValue(rightRequest(operation), path, value));
        expect(answer, `${path.join('.')}: ${JSON.stringify(value)}`).toMatchObject({
          status: 400,
          type: 'SerializationException',
        });
      }
    }
    for (const name of Object.values(inQuery)) {
      if (shape.members[name]?.type !== 'integer') continue;
      const answer = await call(operation, { ...rightRequest(operation), [name]: 'many' });
      expect(answer).toMatchObject({ status: 400, type: 'SerializationException' });
    }
  });

  test('refuses each member that is too long, too short, too large or none of the choices', async () => {
    const elsewhere = [...(inPath ? [inPath] : []), ...Object.values(inQuery)];
    const all: [string[], Shape][] = [
      ...elsewhere.map((name): [string[], Shape] => [[name], shape.members[name] as Shape]),
      ...bodyMembers(shape, operation),
    ];
    for (const [path, member] of all) {
      for (const value of outOfBounds(member)) {
        const answer = await call(operation, withValue(rightRequest(operation), path, value));
        const about = `${path.join('.')}: ${JSON.stringify(value).slice(0, 80)}`;
        expect(answer.status, about).toBe(400);
        expect(answer.type, about).toBe('ValidationException');
        expect(answer.message, about).toContain(`at '${path.map(small).join('.')}`);
        expect(answer.message).toContain('failed to satisfy constraint');
      }
    }
  });
});

function wrongTypesFor(shape: Shape): unknown[] {
  const all: unknown[] = ['text', 7, true, [7], { a: 1 }];
  const right = { string: 0, integer: 1, number: 1, boolean: 2, list: 3, structure: 4, map: 4 }[
    shape.type
  ];
  return all.filter((_, index) => index !== right);
}

function outOfBounds(shape: Shape): unknown[] {
  if (shape.type === 'string') {
    return [
      ...(shape.max === undefined ? [] : ['x'.repeat(shape.max + 1)]),
      ...(shape.min ? [''] : []),
      ...(shape.enum === undefined ? [] : ['NO_SUCH_CHOICE']),
      ...(shape.pattern === undefined ? [] : ['ü ?']),
    ];
  }
  if (shape.type === 'integer' || shape.type === 'number') {
    return [
      ...(shape.max === undefined ? [] : [shape.max + 1]),
      ...(shape.min === undefined ? [] : [shape.min - 1]),
    ];
  }
  return shape.type === 'list' && shape.min ? [[]] : [];
}

test('nothing of all that was stored', () => {
  expect(whatThereIs()).toBe(before);
});

test.each([
  ['no JSON', '{'],
  ['a list', '[]'],
  ['a number', '7'],
  ['null', 'null'],
])('a body that is %s is refused', async (_, body) => {
  expect(await send('POST', '/schedules/x', body)).toMatchObject({
    status: 400,
    type: 'SerializationException',
  });
});

test('a body over the limit is refused', async () => {
  const answer = await send('POST', '/schedules/x', ' '.repeat(5 * 1024 * 1024));
  expect(answer).toMatchObject({ status: 413, type: 'ValidationException' });
});

test.each(['/schedules/', '/schedules/a%2Fb', '/schedules/%ff', '/tags/arn'])(
  'a path such as %s names nothing',
  async (path) => {
    expect((await send('GET', path)).status).toBe(400);
  },
);

const ODD: unknown[] = [
  null,
  '',
  0,
  -1,
  1e308,
  true,
  [],
  {},
  [null],
  '\u0000',
  '\ud800',
  'x'.repeat(1_000),
  '../../../etc/passwd',
  '__proto__',
  'at(9999-12-31T23:59:59)',
  'cron(* * * * ? *)',
  'cron(0 0 31 2 ? *)',
  'rate(999999999 days)',
  'arn:aws:scheduler:::aws-sdk:sfn:startExecution',
  'arn:aws:events:us-east-1:000000000000:event-bus/default',
  '<aws.scheduler.scheduled-time>',
  '{"__proto__":{"polluted":true}}',
  '[[[[[[[[',
];

test(`${REQUESTS} mutated requests leave the server healthy`, async () => {
  const random = randomFrom(SEED);
  const pick = <Item>(items: readonly Item[]): Item =>
    items[Math.floor(random() * items.length)] as Item;
  const mutate = (value: unknown): unknown => {
    if (random() < 0.3 || typeof value !== 'object' || value === null) return pick(ODD);
    if (Array.isArray(value)) return [...value, pick(ODD)];
    const name = pick(Object.keys(value)) ?? 'Name';
    const { [name]: inner, ...rest } = value as Members;
    return random() < 0.15 ? rest : { ...rest, [name]: mutate(inner) };
  };
  const statuses = new Map<number, number>();
  for (let number = 0; number < REQUESTS; number += 1) {
    const [name, operation] = pick(operations);
    let members: Members = {
      ...rightRequest(operation),
      ...(random() < 0.5 ? { Name: `n${Math.floor(random() * 20)}` } : {}),
      ...(random() < 0.3 ? { GroupName: 'known', State: 'ENABLED', Description: 'x' } : {}),
    };
    for (let left = Math.floor(random() * 3); left > 0; left -= 1) {
      const changed = mutate(members);
      members = typeof changed === 'object' && changed !== null ? (changed as Members) : members;
    }
    const about = `seed ${SEED}, request ${number}: ${name} ${JSON.stringify(members)?.slice(0, 500)}`;
    let answer: Answer;
    try {
      answer = await call(operation, members);
    } catch (error) {
      // A lone surrogate cannot be put into an address.
      if (error instanceof URIError) continue;
      throw new Error(about, { cause: error });
    }
    statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
    expect([200, 400, 401, 404, 409], `${about} ${answer.text.slice(0, 300)}`).toContain(
      answer.status,
    );
  }
  expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 20);
  expect(statuses.get(400)).toBeGreaterThan(REQUESTS / 20);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  for (const listed of it.server.engine.schedules.list(EVERYTHING, { count: 10 })) {
    expect(listed.next.length).toBeLessThanOrEqual(10);
  }
}, 120_000);

/** Mulberry32. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
