/**
 * Ten thousand requests that were mutated at random, from a seed that is printed when one goes wrong. The server must
 * answer each with a success or a client's error, and afterwards still do its work.
 * @module
 */

import { Agent, request as httpRequest } from 'node:http';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { OPERATIONS, type OperationName } from '../../src/http/wire/step-functions/model.js';
import { mutate, mutateText, randomFrom } from './mutation.js';
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
  await engine.pipelines.deploy({
    name: 'afterwards',
    team: 'default',
    tags: {},
    definition: JSON.parse(PASS),
    bindings: {},
    folder: '/',
  });
  const { status } = await engine.executions.run(EVERYTHING, {
    pipeline: 'afterwards',
    input: { a: 1 },
  });
  expect(status).toBe('SUCCEEDED');
}, 240_000);
