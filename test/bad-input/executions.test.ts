/**
 * Bad data and bad definitions at run time: that one execution fails, with the error that Step Functions gives, and
 * everything else goes on.
 * @module
 */

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { MachineDefinition, StateDefinition } from '../../src/asl/definition.js';
import type { Json } from '../../src/asl/json.js';
import type { ExecutionDetail } from '../../src/engine/engine.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openDriver } from '../../src/store/driver.js';
import { echoPipeline, openTestServer, type TestServer } from '../http/test-server.js';

let it: TestServer;
let count = 0;

beforeAll(async () => {
  it = await openTestServer();
  await it.server.engine.pipelines.deploy(echoPipeline('bystander'));
});

afterAll(() => it.close());

/** Deploys a machine of its own and answers the name. */
async function deploy(definition: MachineDefinition): Promise<string> {
  count += 1;
  const name = `machine-${count}`;
  await it.server.engine.pipelines.deploy(echoPipeline(name, { definition, folder: it.data }));
  return name;
}

async function run(
  states: { [name: string]: StateDefinition },
  input?: Json,
): Promise<ExecutionDetail> {
  const [StartAt = ''] = Object.keys(states);
  const pipeline = await deploy({ StartAt, States: states });
  return await it.server.engine.executions.run(EVERYTHING, {
    pipeline,
    ...(input === undefined ? {} : { input }),
  });
}

async function expectOthersToGoOn(): Promise<void> {
  const answer = await it.request('POST', '/api/v1/executions?wait=20', {
    body: { pipeline: 'bystander', input: { fine: true } },
  });
  expect(answer.json()).toMatchObject({ status: 'SUCCEEDED', output: { fine: true } });
}

const jsonata = (Output: string): StateDefinition => ({
  Type: 'Pass',
  QueryLanguage: 'JSONata',
  Output,
  End: true,
});
const big = 'x'.repeat(200_000);

describe('a payload', () => {
  test('over 256 KiB made by a Pass state fails the execution', async () => {
    const twice = { Type: 'Pass', Parameters: { 'a.$': '$', 'b.$': '$' }, End: true } as const;
    expect(await run({ Twice: twice }, big)).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
    await expectOthersToGoOn();
  });

  test('over 256 KiB made by an expression fails the execution', async () => {
    const ended = await run({ Twice: jsonata('{% [$states.input, $states.input] %}') }, big);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
  });

  test('over 256 KiB given to a task fails the execution', async () => {
    const task = {
      Type: 'Task',
      Resource: 'millrace:echo',
      Parameters: { 'a.$': '$', 'b.$': '$' },
      End: true,
    } as const;
    expect(await run({ Ask: task }, big)).toMatchObject({
      status: 'FAILED',
      error: 'States.DataLimitExceeded',
    });
  });

  test.each<[string, string, string]>([
    ['over 256 KiB', "JSON.stringify('x'.repeat(262_143))", 'States.DataLimitExceeded'],
    ['nested 600 levels deep', "'['.repeat(600) + ']'.repeat(600)", 'States.DataLimitExceeded'],
    ['nested 100,000 levels deep', "'['.repeat(1e5) + ']'.repeat(1e5)", 'States.DataLimitExceeded'],
    ['with a lone surrogate', String.raw`'"\\ud800"'`, 'Millrace.InvalidOutput'],
    ['with U+0000', String.raw`'"\\u0000"'`, 'Millrace.InvalidOutput'],
    ['that is no JSON', "'{'", 'Shell.InvalidOutput'],
  ])('%s made by a task fails the task, which may be caught', async (_, expression, error) => {
    writeFileSync(
      join(it.data, 'write.mjs'),
      `import { writeFileSync } from 'node:fs';\nwriteFileSync(process.env.MILLRACE_OUTPUT, ${expression});\n`,
    );
    const ended = await run({
      Write: {
        Type: 'Task',
        Resource: 'millrace:shell',
        Parameters: { command: ['node', 'write.mjs'] },
        Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Caught' }],
        End: true,
      },
      Caught: { Type: 'Pass', End: true },
    });
    expect(ended).toMatchObject({ status: 'SUCCEEDED', output: { Error: error } });
    expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
    await expectOthersToGoOn();
  });

  const bottomless = '['.repeat(100_000) + ']'.repeat(100_000);
  test.each<[string, StateDefinition]>([
    [
      'an intrinsic function',
      { Type: 'Pass', Parameters: { 'a.$': 'States.StringToJson($)' }, End: true },
    ],
    ['JSONata', jsonata('{% $parse($states.input) %}')],
    [
      'JSONata that does more with it',
      jsonata('{% $map([1..3], function($i) { $parse($states.input) }) %}'),
    ],
  ])('that %s parses 100,000 levels deep fails the execution', async (_, state) => {
    const ended = await run({ Parse: state }, bottomless);
    expect(ended.status).toBe('FAILED');
    expect(ended.error).toMatch(/^States\./);
    await expectOthersToGoOn();
  });

  test.each<[string, StateDefinition]>([
    ['a lone surrogate', jsonata('{% "\\ud800" %}')],
    ['U+0000', jsonata('{% "\\u0000" %}')],
  ])('with %s made by an expression fails the execution or comes out whole', async (_, state) => {
    const ended = await run({ Make: state });
    if (ended.status === 'FAILED') expect(ended.error).toMatch(/^States\./);
    else expect(['\ud800', '\u0000']).toContain(ended.output);
    const read = await it.server.engine.executions.describe(EVERYTHING, ended.id);
    expect(read.output).toEqual(ended.output);
    const history = await it.server.engine.executions.history(EVERYTHING, ended.id, {
      order: 'oldest-first',
    });
    expect(history.items.map(({ id }) => id)).toEqual(history.items.map((_event, i) => i + 1));
    await expectOthersToGoOn();
  });
});

test('keeps a key named __proto__ in the output of a task as data', async () => {
  writeFileSync(
    join(it.data, 'proto.mjs'),
    `import { writeFileSync } from 'node:fs';\nwriteFileSync(process.env.MILLRACE_OUTPUT, '{"__proto__":{"isAdmin":true},"rows":1}');\n`,
  );
  const ended = await run({
    Write: {
      Type: 'Task',
      Resource: 'millrace:shell',
      Parameters: { command: ['node', 'proto.mjs'] },
      ResultPath: '$.written',
      Next: 'Merge',
    },
    Merge: {
      Type: 'Pass',
      Parameters: { 'merged.$': 'States.JsonMerge($.written, $.written, false)' },
      End: true,
    },
  });
  expect(ended.status).toBe('SUCCEEDED');
  expect(({} as { isAdmin?: unknown }).isAdmin).toBeUndefined();
  expect(
    (ended.output as { merged: { rows: number; isAdmin?: unknown } }).merged.isAdmin,
  ).toBeUndefined();
});

describe('a definition that came around the checks of its file', () => {
  test.each<[string, MachineDefinition]>([
    ['a missing state', { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } }],
    ['a missing start', { StartAt: 'B', States: { A: { Type: 'Pass', End: true } } }],
    [
      'a state of no known type',
      { StartAt: 'A', States: { A: { Type: 'Psas' as 'Pass', End: true } } },
    ],
    ['no states', { StartAt: 'A', States: {} }],
    ['no way to go on', { StartAt: 'A', States: { A: { Type: 'Pass' } } }],
    ['no object at all', null as unknown as MachineDefinition],
  ])('with %s is refused at the door of the engine', async (_, definition) => {
    await expect(deploy(definition)).rejects.toMatchObject({ code: 'MILL3014', status: 400 });
    await expectOthersToGoOn();
  });
});

test('fails a task that nobody performs, and names the binding to add', async () => {
  const Resource = 'arn:aws:lambda:eu-west-1:123456789012:function:load';
  const ended = await run({ Load: { Type: 'Task', Resource, End: true } });
  expect(ended).toMatchObject({ status: 'FAILED', error: 'Millrace.UnboundResource' });
  expect(ended.cause).toContain('load');
  await expectOthersToGoOn();
});

describe('an execution that would never end', () => {
  test('is failed when it wraps its data once more each time', async () => {
    const ended = await run({
      Wrap: { Type: 'Pass', Parameters: { 'a.$': '$' }, Next: 'Again' },
      Again: {
        Type: 'Choice',
        Choices: [{ Variable: '$.a', IsPresent: true, Next: 'Wrap' }],
        Default: 'Done',
      },
      Done: { Type: 'Succeed' },
    });
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.DataLimitExceeded' });
    await expectOthersToGoOn();
  });

  test('is failed after 25,000 events, while others go on', async () => {
    const pipeline = await deploy({
      StartAt: 'Again',
      States: {
        Again: {
          Type: 'Choice',
          Choices: [{ Variable: '$.n', IsPresent: false, Next: 'Again' }],
          Default: 'Never',
        },
        Never: { Type: 'Succeed' },
      },
    });
    const { engine } = it.server;
    const { id } = await engine.executions.start(EVERYTHING, { pipeline });
    await expectOthersToGoOn();
    const ended = await engine.executions.wait(EVERYTHING, id);
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.Runtime' });
    expect(ended.cause).toMatch(/25,?000/);
    const last = await engine.executions.history(EVERYTHING, id, {
      order: 'newest-first',
      limit: 1,
    });
    expect(last.items[0]).toMatchObject({ id: 25_000, type: 'ExecutionFailed' });
  });
});

describe('an expression that', () => {
  test.each<[string, string]>([
    ['calls itself for ever', '{% ($f := function() { $f() }; $f()) %}'],
    ['recurses without a tail call', '{% ($f := function($n) { 1 + $f($n + 1) }; $f(0)) %}'],
    ['backtracks for ever', '{% $match("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa!", /^(a+)+$/) %}'],
    ['fills the memory', '{% ($f := function($s) { $f($s & $s) }; $f("xxxxxxxx")) %}'],
    ['makes a long text', '{% $pad("x", 1000000000) %}'],
    ['makes a long list', '{% $map([1..9999999], function($i) { [1..9999999] }) %}'],
  ])('%s fails its own execution, and others end before it', async (_, expression) => {
    const { engine } = it.server;
    const pipeline = await deploy({
      StartAt: 'Evaluate',
      States: { Evaluate: jsonata(expression) },
    });
    const order: string[] = [];
    const unsubscribe = engine.executions.subscribe(EVERYTHING, (change) => {
      if (change.type === 'execution' && change.status !== 'RUNNING') order.push(change.pipeline);
    });
    const { id } = await engine.executions.start(EVERYTHING, { pipeline });
    const others = Array.from({ length: 5 }, () =>
      engine.executions.run(EVERYTHING, { pipeline: 'bystander' }),
    );
    const ended = await engine.executions.wait(EVERYTHING, id);
    await Promise.all(others);
    unsubscribe();
    expect(ended).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
    expect(order).toHaveLength(6);
    await expectOthersToGoOn();
  });
});

test('starts again beside an execution whose record is damaged', async () => {
  const first = await openTestServer();
  const hold: MachineDefinition = {
    StartAt: 'Hold',
    States: { Hold: { Type: 'Wait', Seconds: 86_400, End: true } },
  };
  await first.server.engine.pipelines.deploy(echoPipeline('hold', { definition: hold }));
  const bad = await first.server.engine.executions.start(EVERYTHING, { pipeline: 'hold' });
  const good = await first.server.engine.executions.start(EVERYTHING, { pipeline: 'hold' });
  await first.server.close();
  const driver = openDriver(join(first.data, 'millrace.db'));
  driver.exec(`UPDATE threads SET body = '{"cut' WHERE execution = ${bad.number}`);
  // Both are due at once, so both are loaded.
  driver.exec('UPDATE timers SET at = 1');
  driver.close();

  const second = await openTestServer({ data: first.data });
  const ended = await second.request('GET', `/api/v1/executions/${good.id}?wait=20`);
  expect(ended.json()).toMatchObject({ status: 'SUCCEEDED' });
  const list = await second.request('GET', '/api/v1/executions');
  expect(list.json<{ items: { id: string }[] }>().items.map(({ id }) => id)).toContain(bad.id);
  const stop = await second.request('POST', `/api/v1/executions/${bad.id}/stop`);
  expect(stop.status).toBeGreaterThanOrEqual(400);
  expect(stop.json().code).toMatch(/^MILL30/);
  expect((await second.request('GET', '/api/v1/health')).json()).toMatchObject({ status: 'ready' });
  await second.close();
});
