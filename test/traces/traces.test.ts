/**
 * Traces of a real server to a receiver: what it gets, what tasks are told, and what becomes of both when the receiver is
 * slow, dead or strange.
 * @module
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import type { Json } from '../../src/asl/json.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import {
  echoPipeline,
  failingPipeline,
  openTestServer,
  type TestServer,
} from '../http/test-server.js';
import { requirement } from '../requirements.js';
import { until } from '../support/until.js';
import { openReceiver, type ReceivedSpan, type Receiver, readByDefinition } from './receiver.js';

const definitions = requirement('otlp');
const python = requirement('python3');
const sha = (text: string, length: number): string =>
  createHash('sha256').update(text).digest('hex').slice(0, length);

let receiver: Receiver;
let it: TestServer;
let project: string;

beforeAll(async () => {
  project = mkdtempSync(join(tmpdir(), 'millrace-traced-'));
  writeFileSync(
    join(project, 'handler.mjs'),
    'export const handler = async () => process.env.TRACEPARENT ?? "none";\n',
  );
  writeFileSync(
    join(project, 'handler.py'),
    'import os\ndef handler(event, context):\n    return os.environ.get("TRACEPARENT", "none")\n',
  );
  receiver = await openReceiver();
  it = await openTestServer({
    traces: { url: receiver.url, headers: 'X-Key=k%20v' },
    allowPrivateAddresses: true,
  });
});
afterAll(async () => {
  await it.close();
  await receiver.close();
  rmSync(project, { recursive: true, force: true });
});
afterEach(() => {
  receiver.answer = (response) => response.end('{}');
});

const task = (resource: string, parameters: Json, more: object = {}): object => ({
  ...{ Type: 'Task', Resource: resource, Parameters: parameters, End: true },
  ...more,
});
const SHELL = ['sh', '-c', 'printf \'{"traceparent":"%s"}\' "$TRACEPARENT" > "$MILLRACE_OUTPUT"'];

async function deploy(name: string, states: object, given: object = {}): Promise<void> {
  const [StartAt = ''] = Object.keys(states);
  await it.server.engine.pipelines.deploy(
    echoPipeline(name, {
      definition: JSON.parse(JSON.stringify({ StartAt, States: states })),
      folder: project,
      ...given,
    }),
  );
}

/** Spans of an execution when its own has come. */
async function spansOf(id: string): Promise<ReceivedSpan[]> {
  const traceId = sha(id, 32);
  const mine = (): ReceivedSpan[] => receiver.spans().filter((span) => span.traceId === traceId);
  return until(mine, (spans) => spans.some(({ parentSpanId }) => parentSpanId === undefined));
}

const run = (pipeline: string, input: Json = {}) =>
  it.server.engine.executions.run(EVERYTHING, { pipeline, input });
const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.filter((span) => span.name === name);
  expect(found, name).toHaveLength(1);
  return found[0] as ReceivedSpan;
};
const attribute = ({ attributes }: ReceivedSpan, key: string): string | boolean | undefined => {
  const { value } = attributes.find((one) => one.key === key) ?? {};
  return value?.stringValue ?? value?.intValue ?? value?.boolValue;
};

test('one trace an execution, whose id follows from the execution, with its states and attempts', async () => {
  await deploy(
    'load',
    { Get: task('millrace:shell', { command: SHELL }) },
    { tags: { county: 'example' } },
  );
  const { id, output } = await run('load');
  const spans = await spansOf(id);
  const root = named(spans, 'load');
  const visit = named(spans, 'Get');
  const attempt = named(spans, 'Get attempt 0');
  expect(spans).toHaveLength(3);
  expect(root.spanId).toBe(sha(`${id}#0`, 16));
  expect([visit.parentSpanId, attempt.parentSpanId]).toEqual([root.spanId, visit.spanId]);
  expect(root.status).toEqual({ code: 1 });
  expect(attribute(root, 'millrace.execution.id')).toBe(id);
  expect(attribute(root, 'millrace.tag.county')).toBe('example');
  expect(BigInt(attempt.startTimeUnixNano)).toBeGreaterThanOrEqual(BigInt(visit.startTimeUnixNano));
  expect(receiver.headers.at(-1)).toMatchObject({
    'x-key': 'k v',
    'content-type': 'application/json',
  });
  // The task was told of its attempt's span.
  expect(output).toMatchObject({ traceparent: `00-${root.traceId}-${attempt.spanId}-01` });
});

test.skipIf(python.missing)(
  'functions and requests are told of their attempt as well',
  async () => {
    const heard: string[] = [];
    const site = createServer((request, response) => {
      heard.push(String(request.headers.traceparent));
      response.end('{}');
    });
    await new Promise<void>((resolve) => site.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(site.address() as AddressInfo).port}/`;
    await deploy('tell', {
      Node: task(
        'millrace:lambda',
        { folder: '.', handler: 'handler.handler', runtime: 'nodejs' },
        { ResultPath: '$.node', Next: 'Python', End: undefined },
      ),
      Python: task(
        'millrace:lambda',
        { folder: '.', handler: 'handler.handler', runtime: 'python' },
        { ResultPath: '$.python', Next: 'Ask', End: undefined },
      ),
      Ask: task('millrace:http', { url }, { ResultPath: null }),
    });
    const { id, output, status, cause } = await run('tell');
    site.close();
    expect(status, cause).toBe('SUCCEEDED');
    const spans = await spansOf(id);
    const told = (name: string): string =>
      `00-${sha(id, 32)}-${named(spans, `${name} attempt 0`).spanId}-01`;
    expect(output).toMatchObject({ node: told('Node'), python: told('Python') });
    expect(heard).toEqual([told('Ask')]);
  },
);

test('what failed says why, each try by itself', async () => {
  const command = ['sh', '-c', 'echo "no space" >&2; exit 3'];
  const Retry = [{ ErrorEquals: ['States.ALL'], IntervalSeconds: 1, MaxAttempts: 1 }];
  await deploy('fails', { Try: task('millrace:shell', { command }, { Retry }) });
  const { id } = await run('fails');
  const spans = await spansOf(id);
  expect(named(spans, 'fails').status.code).toBe(2);
  expect(named(spans, 'Try').status).toMatchObject({ code: 2 });
  for (const name of ['Try attempt 0', 'Try attempt 1']) {
    expect(named(spans, name).status.message).toContain('Shell.');
    expect(String(attribute(named(spans, name), 'error.type'))).toMatch(/^Shell\./);
  }
});

test('what runs within a Map or Parallel is below it', async () => {
  const inner = {
    StartAt: 'One',
    States: { One: { Type: 'Pass', Next: 'Two' }, Two: { Type: 'Pass', End: true } },
  };
  await deploy('nested', {
    Each: {
      Type: 'Map',
      ItemsPath: '$.items',
      ItemProcessor: inner,
      ResultPath: null,
      Next: 'Both',
    },
    Both: {
      Type: 'Parallel',
      Branches: [
        { StartAt: 'A', States: { A: { Type: 'Pass', End: true } } },
        { StartAt: 'B', States: { B: { Type: 'Pass', End: true } } },
      ],
      ResultPath: null,
      Next: 'Last',
    },
    Last: { Type: 'Pass', End: true },
  });
  const { id } = await run('nested', { items: [1, 2] });
  const spans = await spansOf(id);
  const parentOf = (name: string): (string | undefined)[] =>
    spans
      .filter((span) => span.name === name)
      .map(({ parentSpanId }) => spans.find(({ spanId }) => spanId === parentSpanId)?.name);
  expect(parentOf('One')).toEqual(['Each', 'Each']);
  expect(parentOf('Two')).toEqual(['Each', 'Each']);
  expect([...parentOf('A'), ...parentOf('B')]).toEqual(['Both', 'Both']);
  expect([...parentOf('Each'), ...parentOf('Both'), ...parentOf('Last')]).toEqual([
    'nested',
    'nested',
    'nested',
  ]);
  for (const { attributes } of spans)
    expect(attributes.map(({ key }) => key)).not.toContain('millrace.cut_off');
});

test('an execution that a task has started links to the one that it was started by', async () => {
  const { engine } = it.server;
  await deploy('child', { Do: { Type: 'Pass', End: true } });
  const StateMachineArn = engine.arns.stateMachine('child');
  await deploy('parent', {
    Start: task('arn:aws:states:::states:startExecution.sync', { StateMachineArn }),
  });
  const { id } = await run('parent');
  const { items } = await engine.executions.list(EVERYTHING, { pipeline: 'child' });
  const child = named(await spansOf(items[0]?.id ?? ''), 'child');
  expect(child.links).toEqual([{ traceId: sha(id, 32), spanId: sha(`${id}#0`, 16) }]);
});

test('a redrive is a span of its own, and says nothing twice', async () => {
  await deploy('again', {
    Good: { Type: 'Pass', Next: 'Bad' },
    Bad: task('millrace:shell', { command: ['false'] }),
  });
  const { id } = await run('again');
  await spansOf(id);
  await it.server.engine.executions.redrive(EVERYTHING, id);
  await it.server.engine.executions.wait(EVERYTHING, id);
  const spans = await until(
    () => receiver.spans().filter(({ traceId }) => traceId === sha(id, 32)),
    (all) => all.some(({ name }) => name === 'again redrive'),
  );
  expect(named(spans, 'again redrive').parentSpanId).toBe(named(spans, 'again').spanId);
  expect(new Set(spans.map(({ spanId }) => spanId)).size).toBe(spans.length);
});

test('is sent again while the receiver asks for it', async () => {
  let refusals = 0;
  receiver.answer = (response) => {
    refusals += 1;
    response.statusCode = refusals === 1 ? 503 : 200;
    response.end();
  };
  await it.server.engine.pipelines.deploy(echoPipeline('later'));
  const { id } = await run('later');
  await until(
    () => refusals,
    (count) => count >= 2,
  );
  expect((await spansOf(id)).filter(({ name }) => name === 'later')).toHaveLength(2);
  const metrics = (await it.request('GET', '/metrics')).text;
  expect(metrics).toContain('millrace_traces_dropped_total 0\n');
});

test('what the receiver refuses, or takes only a part of, is counted as dropped', async () => {
  await it.server.engine.pipelines.deploy(failingPipeline('refused'));
  const answers = ['', '{"partialSuccess":{"rejectedSpans":"2","errorMessage":"too old"}}'];
  for (const [at, answer] of answers.entries()) {
    receiver.answer = (response) => {
      response.statusCode = answer === '' ? 400 : 200;
      response.end(answer);
    };
    await run('refused');
    const text = await until(
      async () => (await it.request('GET', '/metrics')).text,
      (metrics) => metrics.includes(`millrace_traces_dropped_total ${at + 1}\n`),
    );
    expect(text).toContain(`millrace_traces_dropped_total ${at + 1}\n`);
  }
});

test('a receiver that never answers holds nothing up', async () => {
  receiver.answer = () => {};
  await it.server.engine.pipelines.deploy(echoPipeline('quick'));
  const begin = performance.now();
  for (let i = 0; i < 50; i += 1) expect((await run('quick')).status).toBe('SUCCEEDED');
  expect(performance.now() - begin).toBeLessThan(5_000);
  expect((await it.request('GET', '/metrics')).text).toMatch(/millrace_traces_waiting \d\d/);
  const done = receiver.bodies.length;
  receiver.answer = (response) => response.end('{}');
  await until(
    () => receiver.bodies.length,
    (count) => count > done,
  );
}, 180_000);

test.skipIf(definitions.missing)("all of it is right by the protocol's own definitions", () => {
  const count = readByDefinition(receiver.bodies);
  expect(count).toBe(receiver.spans().length);
  expect(count).toBeGreaterThan(50);
  expect(() => readByDefinition(['{"resourceSpans":[{"colour":1}]}'])).toThrow('colour');
});

test('without a receiver nothing is traced, and tasks are told of no trace', async () => {
  const plain = await openTestServer();
  await plain.server.engine.pipelines.deploy(
    echoPipeline('tell', {
      definition: {
        StartAt: 'T',
        States: { T: task('millrace:shell', { command: SHELL }) },
      } as never,
      folder: project,
    }),
  );
  const { output } = await plain.server.engine.executions.run(EVERYTHING, { pipeline: 'tell' });
  expect(output).toMatchObject({ traceparent: '' });
  expect((await plain.request('GET', '/metrics')).text).not.toContain('millrace_trace');
  await plain.close();
});

test.each(['not an address', 'ftp://127.0.0.1/', 'http://user:password@127.0.0.1/'])(
  'refuses %j as a receiver',
  async (url) => {
    await expect(openTestServer({ traces: { url } })).rejects.toThrow('receiver of traces');
  },
);
