/**
 * Thousands of mutated requests to EventBridge's operations: each is answered, the server stays healthy, and what the
 * operations leave behind can still be listed and described.
 * @module
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { Agent, request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVENT_OPERATIONS, type EventOperationName } from '../../src/http/wire/events/model.js';
import { mutate, mutateText, randomFrom } from './mutation.js';
import { openWireServer, type WireServer } from './wire-server.js';

const REQUESTS = 5_000;
const AT_A_TIME = 20;
const SEED = Number(process.env.MILLRACE_FUZZ_SEED ?? 20_261_121);
const ARN = 'arn:aws:events:us-east-1:000000000000';

let it: WireServer;
const logFile = join(mkdtempSync(join(tmpdir(), 'millrace-fuzz-')), 'log');
const agent = new Agent({ keepAlive: true, maxSockets: AT_A_TIME });

beforeAll(async () => {
  it = await openWireServer({ acceptAnyAccessKey: true, logFile });
});

afterAll(async () => {
  agent.destroy();
  await it.close();
  rmSync(dirname(logFile), { recursive: true, force: true });
});

/** Requests that work, more or less, for the mutations to begin with. */
function requestFor(operation: EventOperationName, random: () => number): Record<string, unknown> {
  const pick = <Value>(values: readonly Value[]): Value =>
    values[Math.floor(random() * values.length)] as Value;
  const name = `n${Math.floor(random() * 5)}`;
  const bus = pick(['default', 'n0', 'n1', `${ARN}:event-bus/n2`]);
  const values: { [member: string]: unknown } = {
    Name: name,
    Rule: name,
    ArchiveName: name,
    ReplayName: name,
    EventBusName: bus,
    NamePrefix: 'n',
    EventPattern: pick([
      '{"source":["shop"]}',
      '{"detail":{"a":[{"prefix":"x"},{"numeric":[">",1]}]}}',
    ]),
    Event: '{"source":"shop"}',
    ScheduleExpression: pick(['rate(1 day)', 'cron(0 3 * * ? *)']),
    State: pick(['ENABLED', 'DISABLED']),
    Targets: [
      {
        Id: name,
        Arn: pick([
          `${ARN}:event-bus/n1`,
          'arn:aws:sqs:us-east-1:000000000000:q',
          `${ARN}:api-destination/n1/x`,
        ]),
        ...pick<object>([
          {},
          { Input: '{"a":1}' },
          { InputPath: '$.detail' },
          { InputTransformer: { InputPathsMap: { a: '$.detail.a' }, InputTemplate: '{"a": <a>}' } },
        ]),
        RetryPolicy: { MaximumRetryAttempts: 1, MaximumEventAgeInSeconds: 60 },
      },
    ],
    Ids: [name],
    TargetArn: `${ARN}:event-bus/n1`,
    ResourceARN: pick([`${ARN}:rule/${name}`, `${ARN}:event-bus/${name}`]),
    Tags: [{ Key: 'k', Value: 'v' }],
    TagKeys: ['k'],
    EventSourceArn: pick([`${ARN}:event-bus/${name}`, `${ARN}:archive/${name}`]),
    EventStartTime: 1,
    EventEndTime: 2_000_000_000,
    Destination: { Arn: `${ARN}:event-bus/default` },
    RetentionDays: 1,
    AuthorizationType: 'BASIC',
    AuthParameters: { BasicAuthParameters: { Username: 'u', Password: 'p' } },
    ConnectionArn: `${ARN}:connection/${name}/0`,
    InvocationEndpoint: 'https://example.com/*',
    HttpMethod: 'POST',
    Principal: '*',
    Action: 'events:PutEvents',
    StatementId: name,
    Entries: [
      {
        Source: 'shop',
        DetailType: 'd',
        Detail: '{"a":"xy"}',
        EventBusName: bus,
        Time: 1_700_000_000,
      },
    ],
    Limit: 1 + Math.floor(random() * 10),
  };
  const { members, required } = EVENT_OPERATIONS[operation];
  const kept = Object.keys(members).filter(
    (member) => member in values && (required.includes(member) || random() < 0.5),
  );
  return Object.fromEntries(kept.map((member) => [member, values[member]]));
}

function post(target: string, body: string): Promise<{ status: number; text: string }> {
  const { hostname, port } = new URL(it.server.url);
  const headers = {
    'content-type': 'application/x-amz-json-1.1',
    authorization: `AWS4-HMAC-SHA256 Credential=TEST/20260101/us-east-1/events/aws4_request, SignedHeaders=host, Signature=${'0'.repeat(64)}`,
    'x-amz-target': target,
  };
  const signal = AbortSignal.timeout(20_000);
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
  const operations = Object.keys(EVENT_OPERATIONS) as EventOperationName[];
  const statuses = new Map<number, number>();
  const faults: unknown[] = [];
  let sent = 0;
  const worker = async (): Promise<void> => {
    while (sent < REQUESTS) {
      sent += 1;
      const operation = operations[Math.floor(random() * operations.length)] as EventOperationName;
      let request: unknown = requestFor(operation, random);
      for (let left = Math.floor(random() * 3); left > 0; left -= 1) {
        request = mutate(request, random);
      }
      const text = JSON.stringify(request) ?? '';
      const body = random() < 0.05 ? mutateText(text, random) : text;
      const answer = await post(`AWSEvents.${operation}`, body);
      statuses.set(answer.status, (statuses.get(answer.status) ?? 0) + 1);
      const about = `seed ${SEED}: ${operation} ${body.slice(0, 2_000)}`;
      if (answer.status !== 200 && answer.status !== 400) faults.push([about, answer]);
      expect(() => JSON.parse(answer.text), about).not.toThrow();
    }
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, worker));
  expect(faults.slice(0, 5)).toEqual([]);
  expect(statuses.get(200)).toBeGreaterThan(REQUESTS / 20);
  expect(statuses.get(400)).toBeGreaterThan(REQUESTS / 20);
  expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  expect(readFileSync(logFile, 'utf8')).toBe('');
  for (const list of ['EventBuses', 'Archives', 'Replays', 'Connections', 'ApiDestinations']) {
    expect((await post(`AWSEvents.List${list}`, '{}')).status, list).toBe(200);
  }
}, 120_000);
