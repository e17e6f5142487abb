/**
 * Live events: in order, resumable, filtered.
 * @module
 */

import { afterAll, beforeAll, expect, test } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { echoPipeline, type LiveEvent, openTestServer, type TestServer } from './test-server.js';

let it: TestServer;

beforeAll(async () => {
  it = await openTestServer();
  await it.server.engine.pipelines.deploy(echoPipeline('echo'));
});

afterAll(() => it.close());

const ended = (name: string) => (events: LiveEvent[]) =>
  events.some(({ data }) => data.name === name && data.status === 'SUCCEEDED');
const run = (name: string): void =>
  void it.server.engine.executions.run(EVERYTHING, { pipeline: 'echo', name });

test('greets, then tells every change in the order in which it happened', async () => {
  const events = await it.listen('/api/v1/events', ended('ordered'), {
    onOpen: () => run('ordered'),
  });
  expect(events[0]?.event).toBe('hello');
  const history = events
    .filter(({ event }) => event === 'history')
    .flatMap(({ data }) => data.events as { id: number; type: string }[]);
  expect(history.map(({ id }) => id)).toEqual(history.map((_, i) => i + 1));
  expect(history[0]?.type).toBe('ExecutionStarted');
  expect(history.at(-1)?.type).toBe('ExecutionSucceeded');
});

test('goes on after the last event that a client has seen', async () => {
  const first = await it.listen('/api/v1/events', ended('seen'), { onOpen: () => run('seen') });
  const seen = first[1];
  await it.server.engine.executions.run(EVERYTHING, { pipeline: 'echo', name: 'missed' });
  const rest = await it.listen('/api/v1/events', ended('missed'), {
    headers: { 'last-event-id': seen?.id ?? '' },
  });
  expect(rest[0]).toEqual(first[2]);
  expect(rest.map(({ event }) => event)).not.toContain('hello');
  expect(rest.map(({ event }) => event)).not.toContain('reset');
});

test.each(['another-run.1', 'garbage', '', '.', 'NaN.NaN', '1.-1'])(
  'tells a client with the id %j to begin anew',
  async (lastEventId) => {
    const events = await it.listen('/api/v1/events', (all) => all.length > 0, {
      headers: { 'last-event-id': lastEventId },
    });
    expect(events[0]?.event).toBe('reset');
  },
);

test('tells only about the execution that was asked for', async () => {
  const { engine } = it.server;
  await engine.pipelines.deploy(
    echoPipeline('slow', {
      definition: {
        StartAt: 'Echo',
        States: {
          Echo: {
            Type: 'Task',
            Resource: 'millrace:echo.waitForTaskToken',
            Parameters: { 'token.$': '$$.Task.Token' },
            End: true,
          },
        },
      },
    }),
  );
  const { id } = await engine.executions.start(EVERYTHING, { pipeline: 'slow', name: 'wanted' });
  const finish = async (): Promise<void> => {
    await engine.executions.run(EVERYTHING, { pipeline: 'echo', name: 'unwanted' });
    await engine.executions.stop(EVERYTHING, id);
  };
  const events = await it.listen(
    `/api/v1/events?execution=${id}`,
    (all) => all.some(({ data }) => data.status === 'ABORTED'),
    { onOpen: () => void finish() },
  );
  const executions = events
    .filter(({ event }) => event !== 'hello')
    .map(({ data }) => data.execution);
  expect(new Set(executions)).toEqual(new Set([id]));
});

test('tells that something has become of an incident, without its words, and not to who asked for one execution', async () => {
  const { engine } = it.server;
  const report = async (): Promise<void> => {
    const { accountId: account, region } = engine.arns.identity;
    await engine.checks.report(ofTeam('default'), {
      subject: { provider: 'millrace', account, region, kind: 'check', name: 'default/permits' },
      ...{ status: 'CRITICAL', tags: {}, cause: 'the register is closed' },
    });
  };
  const events = await it.listen(
    '/api/v1/events?types=incident',
    (all) => all.some(({ event }) => event === 'incident'),
    { onOpen: () => void report() },
  );
  const told = events.find(({ event }) => event === 'incident');
  expect(told?.data).toMatchObject({ team: 'default', change: 'OPENED' });
  expect(JSON.stringify(told)).not.toContain('register');

  const { number } = (await engine.incidents.list(EVERYTHING)).items[0] ?? { number: 0 };
  const act = async (): Promise<void> => {
    await engine.incidents.act(EVERYTHING, number, { type: 'acknowledge' }, 'ana');
    await engine.executions.run(EVERYTHING, { pipeline: 'echo', name: 'after-incident' });
  };
  const { id } = await engine.executions.run(EVERYTHING, { pipeline: 'echo', name: 'of-nobody' });
  const heard: string[] = [];
  const stop = engine.executions.subscribe(EVERYTHING, ({ type }) => heard.push(type), {
    execution: id,
  });
  await act();
  stop();
  expect(heard).toEqual([]);
});

test('says that the answer is a stream that nobody may keep', async () => {
  const answer = new Promise<{ [name: string]: unknown }>((resolve, reject) => {
    const controller = new AbortController();
    fetch(`${it.server.url}/api/v1/events`, {
      headers: { authorization: `Bearer ${it.operator}` },
      signal: controller.signal,
    }).then((response) => {
      resolve(Object.fromEntries(response.headers));
      controller.abort();
    }, reject);
  });
  expect(await answer).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-store',
    'x-content-type-options': 'nosniff',
    'content-security-policy': expect.stringContaining("default-src 'self'"),
  });
});
