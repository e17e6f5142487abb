/**
 * A server that is killed while it watches: between what a look was answered and its commit, between a queue's events and their commit,
 * and between that commit and the deletion of the messages. Whatever the moment, each run is told once, as a result, an incident and a
 * notification, and none is lost.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Answer, type Asked, type StubService, startStub } from '../aws/stub-service.js';

const MOMENTS = ['looked', 'received', 'taken'] as const;
/** Lives that end at each of these moments. */
const EACH = 2;

const folder = mkdtempSync(join(tmpdir(), 'millrace-watching-crash-'));
/** Ends of runs: of each job one, which failed. Listed from the moment on at which it is here. */
const failed = new Map<string, number>();
/** Messages that wait, with how often each was received. */
const queue = new Map<string, { body: string; received: number; isHidden: boolean }>();
const killed: string[] = [];
let received = 0;
let service: StubService;
let standing: Standing;

interface Standing {
  readonly results: string[];
  readonly incidents: string[];
  readonly deliveries: string[];
  readonly blind: unknown[];
}

/** FakeGlueAndQueue: answers as the models of Glue and SQS say, from what has failed and what waits. */
function answer({ target, body }: Asked): Answer | 'hang' {
  const json = (value: object): Answer => ({ status: 200, json: value });
  switch (target) {
    case 'AWSGlue.ListJobs':
      return json({ JobNames: [...failed.keys()] });
    case 'AWSGlue.GetJobRuns': {
      const name = String(body.JobName);
      return json({ JobRuns: failed.has(name) ? [runOf(name)] : [] });
    }
    case 'AmazonSQS.ReceiveMessage': {
      const waiting = [...queue].filter(([, { isHidden }]) => !isHidden);
      if (waiting.length === 0) return body.WaitTimeSeconds === 0 ? json({}) : 'hang';
      for (const [, message] of waiting) {
        message.received += 1;
        received += 1;
        message.isHidden = true;
      }
      return json({
        Messages: waiting.map(([id, { body: Body }]) => ({
          ...{ MessageId: id, ReceiptHandle: id, Body },
          // The client compares.
          MD5OfBody: createHash('md5').update(Body).digest('hex'),
        })),
      });
    }
    case 'AmazonSQS.DeleteMessageBatch': {
      for (const { ReceiptHandle } of body.Entries as { ReceiptHandle: string }[]) {
        queue.delete(ReceiptHandle);
      }
      return json({ Successful: [], Failed: [] });
    }
    default:
      return { status: 400, json: { __type: 'UnknownOperationException' } };
  }
}

function runOf(name: string): object {
  const end = (failed.get(name) ?? 0) / 1_000;
  return {
    ...{ JobName: name, Id: `jr_${name}`, JobRunState: 'FAILED', ErrorMessage: `no disk: ${name}` },
    ...{ StartedOn: end - 60, CompletedOn: end, ExecutionTime: 60, MaxCapacity: 2 },
  };
}

/** A job fails: its list and an event tell of it. */
function fail(name: string): void {
  const at = Date.now();
  failed.set(name, at);
  const event = {
    ...{ version: '0', id: `e-${name}`, source: 'aws.glue', account: '111122223333' },
    ...{ region: 'eu-central-1', 'detail-type': 'Glue Job State Change' },
    time: new Date(at).toISOString(),
    detail: { jobName: name, jobRunId: `jr_${name}`, state: 'FAILED', message: `no disk: ${name}` },
  };
  queue.set(name, { body: JSON.stringify(event), received: 0, isHidden: false });
}

function start(moment: string): ChildProcess {
  return fork(join(import.meta.dirname, 'watching-server.mjs'), [folder, service.url, moment], {
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
  });
}

function message<Value>(server: ChildProcess, isMeant: (value: Value) => boolean): Promise<Value> {
  return new Promise((resolve, reject) => {
    const gone = (code: number | null): void => reject(new Error(`The server ended with ${code}`));
    const hear = (value: unknown): void => {
      if (!isMeant(value as Value)) return;
      server.off('exit', gone);
      server.off('message', hear);
      resolve(value as Value);
    };
    server.once('exit', gone);
    server.on('message', hear);
  });
}

async function kill(server: ChildProcess): Promise<void> {
  const gone = new Promise((done) => server.once('exit', done));
  server.kill('SIGKILL');
  await gone;
  // What was received and not deleted can be received again.
  for (const one of queue.values()) one.isHidden = false;
}

async function life(moment: string, number: number): Promise<void> {
  fail(`${moment}-${number}`);
  const server = start(moment);
  const { moment: reached } = await message<{ moment?: string }>(
    server,
    (told) => told.moment !== undefined,
  );
  killed.push(String(reached));
  await kill(server);
}

beforeAll(async () => {
  service = await startStub(answer);
  for (let number = 0; number < EACH; number += 1) {
    for (const moment of MOMENTS) await life(moment, number);
  }
  const server = start('calm');
  await message<{ ready?: true }>(server, ({ ready }) => ready === true);
  for (let look = 0; look < 300; look += 1) {
    const told = message<Standing>(server, ({ results }) => results !== undefined);
    server.send('list');
    standing = await told;
    const isDone = standing.deliveries.every((one) => one.startsWith('DELIVERED'));
    const isTold = standing.deliveries.length >= failed.size;
    if (isTold && queue.size === 0 && isDone) break;
    await new Promise((done) => setTimeout(done, 100));
  }
  await kill(server);
}, 120_000);

afterAll(async () => {
  await service.close();
  rmSync(folder, { recursive: true, force: true });
});

it('was killed at each of these moments', () => {
  expect(killed.sort()).toEqual([...MOMENTS.flatMap((one) => Array(EACH).fill(one))].sort());
  expect(queue.size).toBe(0);
  expect(received).toBeGreaterThan(failed.size);
});

it('has told each run once, by its result', () => {
  const expected = [...failed.keys()].map((name) => `${name} failed: no disk: ${name}`);
  expect([...standing.results].sort()).toEqual(expected.sort());
  expect(standing.blind).toEqual([]);
});

it('has opened one incident of each', () => {
  expect([...standing.incidents].sort()).toEqual([...failed.keys()].sort());
});

it('has told people of each once', () => {
  const file = join(folder, 'webhook');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trim().split('\n') : [];
  const opened = lines.filter((key) => key.includes('incident'));
  expect(new Set(opened).size).toBe(opened.length);
  expect(opened).toHaveLength(failed.size);
});
