/**
 * Ten thousand requests that were mutated at random, from a seed that is printed when one goes wrong. The server must
 * answer each with a success or a client's error, and afterwards still do its work.
 * @module
 */
import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OPERATIONS, type OperationName } from '../../src/http/wire/step-functions/model.js';
import { machineOf, openWireServer, PASS, ROLE, type WireServer } from './wire-server.js';

const REQUESTS = 10_000;
const AT_A_TIME = 20;
const SEED = Number(process.env.MILLRACE_FUZZ_SEED ?? 20_261_121);

let it: WireServer;
const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });
const faults: unknown[] = [];

beforeAll(async () => {
  it = await openWireServer({ acceptAnyAccessKey: true });
});

afterAll(async () => {
  agent.destroy();
  await it.close();
});

/** Numbers from 0 to 1, the same for the same seed (mulberry32). */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

const ARN = 'arn:aws:states:us-east-1:000000000000';
const DEFINITIONS = [
  PASS,
  machineOf({ Hold: { Type: 'Wait', Seconds: 3_600, End: true } }),
  machineOf({ Task: { Type: 'Task', Resource: `${ARN}:activity:known`, End: true } } as never),
  machineOf({
    Each: {
      Type: 'Map',
      ItemProcessor: { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } },
      End: true,
    },
  } as never),
  '{"QueryLanguage":"JSONata","StartAt":"A","States":{"A":{"Type":"Pass","Output":"{% $sum([1]) %}","End":true}}}',
];

/** Requests that work, more or less, for the mutations to begin with. */
function requestFor(operation: OperationName, random: () => number): Record<string, unknown> {
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] as Value;
  const machine = `${ARN}:stateMachine:m${Math.floor(random() * 5)}`;
  const values: { [member: string]: unknown } = {
    name: `m${Math.floor(random() * 5)}`,
    definition: pick(DEFINITIONS),
    roleArn: ROLE,
    type: pick(['STANDARD', 'EXPRESS']),
    stateMachineArn: pick([machine, `${machine}:1`, `${machine}:live`]),
    stateMachineAliasArn: `${machine}:live`,
    stateMachineVersionArn: `${machine}:1`,
    executionArn: `${ARN}:execution:m1:e${Math.floor(random() * 9)}`,
    activityArn: `${ARN}:activity:known`,
    mapRunArn: `${ARN}:mapRun:m3/Each:${'0'.repeat(8)}`,
    resourceArn: machine,
    taskToken: '01234567-0123-0123-0123-0123456789ab-0-1',
    output: '{}',
    input: pick(['{}', '[1,2,3]', '"x"', '{"a":{"b":null}}']),
    routingConfiguration: [{ stateMachineVersionArn: `${machine}:1`, weight: 100 }],
    tags: [{ key: 'k', value: 'v' }],
    tagKeys: ['k'],
    maxResults: Math.floor(random() * 10),
    publish: random() < 0.5,
    context: '{}',
    variables: '{}',
    inspectionLevel: pick(['INFO', 'DEBUG', 'TRACE']),
    mock: { result: '{}' },
  };
  const { members, required } = OPERATIONS[operation];
  const kept = Object.keys(members).filter(
    (name) => name in values && (required.includes(name) || random() < 0.5),
  );
  return Object.fromEntries(kept.map((name) => [name, values[name]]));
}

const ODD: readonly unknown[] = [
  null,
  '',
  ' ',
  0,
  -1,
  1e308,
  2 ** 53,
  true,
  [],
  {},
  [null],
  '\u0000',
  '\ud800',
  '😀'.repeat(100),
  'x'.repeat(10_000),
  '../../../etc/passwd',
  "' OR 1=1 --",
  '%s%n%x',
  '{% $eval("1") %}',
  '__proto__',
  'arn:aws:states:::',
  ':::::::',
  '{"__proto__":{"polluted":true}}',
  '[[[[[[[[',
  '1e999',
  '"\\ud800"',
];

/** Changes one place of the value. */
function mutate(value: unknown, random: () => number): unknown {
  if (random() < 0.3 || typeof value !== 'object' || value === null) {
    if (typeof value === 'string' && random() < 0.6) return mutateText(value, random);
    return ODD[Math.floor(random() * ODD.length)];
  }
  const keys = Object.keys(value);
  if (Array.isArray(value)) {
    const index = Math.floor(random() * (value.length + 1));
    return value.toSpliced(index, 1, mutate(value[index], random));
  }
  const name = keys[Math.floor(random() * keys.length)] ?? 'name';
  const { [name]: inner, ...rest } = value as Record<string, unknown>;
  if (random() < 0.15) return rest;
  if (random() < 0.1) return { ...rest, [`${name}X`]: inner };
  return { ...rest, [name]: mutate(inner, random) };
}

function mutateText(text: string, random: () => number): string {
  const at = Math.floor(random() * (text.length + 1));
  const length = Math.floor(random() * 8);
  const insertions = ['', '"', '{', ']', '\\', '\u0000', ':', '/', '#', 'é', '%}', '$', '0'];
  const inserted = insertions[Math.floor(random() * insertions.length)] ?? '';
  return text.slice(0, at) + inserted + text.slice(at + length);
}

function post(
  target: string,
  body: string,
  signal: AbortSignal,
): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(it.server.url);
  const headers = {
    'content-type': 'application/x-amz-json-1.0',
    authorization: `AWS4-HMAC-SHA256 Credential=TEST/20260101/us-east-1/states/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    'x-amz-target': target,
  };
  return new Promise((resolve, reject) => {
    const outgoing = httpRequest(
      { hostname, port, path: '/', method: 'POST', headers, agent, signal },
      (response) => {
        let text = '';
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          text += chunk;
        });
        response.on('end', () => resolve({ status: response.statusCode ?? 0, text }));
      },
    );
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}

test(`${REQUESTS} mutated requests leave the server healthy`, async () => {
  const random = randomFrom(SEED);
  // Workers wait a minute for work: the mutations are for what comes before the wait.
  const operations = (Object.keys(OPERATIONS) as OperationName[]).filter(
    (operation) => operation !== 'GetActivityTask',
  );
  await post('AWSStepFunctions.CreateActivity', '{"name":"known"}', AbortSignal.timeout(5_000));
  const statuses = new Map<number, number>();
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < REQUESTS) {
      sent += 1;
      const number = sent;
      const operation = operations[Math.floor(random() * operations.length)] as OperationName;
      let request: unknown = requestFor(operation, random);
      for (let left = Math.floor(random() * 3); left > 0; left -= 1)
        request = mutate(request, random);
      const text = JSON.stringify(request) ?? '';
      const body = random() < 0.05 ? mutateText(text, random) : text;
      const about = `seed ${SEED}, request ${number}: ${operation} ${body.slice(0, 2_000)}`;
      const answer = await post(
        `AWSStepFunctions.${operation}`,
        body,
        AbortSignal.timeout(20_000),
      ).catch((error: unknown) => {
        throw new Error(`No answer. ${about}`, { cause: error });
      });
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      if (answer.status !== 200 && answer.status !== 400) faults.push([about, answer]);
      expect(() => JSON.parse(answer.text), about).not.toThrow();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  expect(faults.slice(0, 5)).toEqual([]);
  // Both kinds of answers came, so the mutations neither spare nor break everything.
  expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 20);
  expect(statuses.get(400)).toBeGreaterThan(REQUESTS / 20);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();

  const { engine } = it.server;
  await engine.deployPipeline({
    name: 'afterwards',
    team: 'default',
    tags: {},
    definition: JSON.parse(PASS),
    bindings: {},
    folder: '/',
  });
  const { status } = await engine.runExecution({ pipeline: 'afterwards', input: { a: 1 } });
  expect(status).toBe('SUCCEEDED');
}, 240_000);
