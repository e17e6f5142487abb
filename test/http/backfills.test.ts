/**
 * Backfills over REST: the plan that is shown is the plan that is run.
 * @module
 */
import { afterAll, beforeAll, expect, test } from 'vitest';
import { echoPipeline, openTestServer, type TestServer } from './test-server.js';

let it: TestServer;
const range = { pipeline: 'own-echo', from: '2026-03-01', to: '2026-03-03' };

beforeAll(async () => {
  it = await openTestServer();
  await it.server.engine.pipelines.deploy(echoPipeline('own-echo', { team: 'own' }));
});

afterAll(() => it.close());

test('shows a plan, runs exactly that, and tells how far it is', async () => {
  const planned = await it.request('POST', '/api/v1/backfills?plan=true', { body: range });
  expect(planned.status).toBe(200);
  const { digest, slots } = planned.json() as { digest: string; slots: Record<string, unknown>[] };
  expect(slots.map(({ interval, action }) => [interval, action])).toEqual([
    ['2026-03-01', 'create'],
    ['2026-03-02', 'create'],
    ['2026-03-03', 'create'],
  ]);
  const body = { ...range, concurrency: 3, plan: digest };
  const begun = await it.request('POST', '/api/v1/backfills', { body });
  expect(begun.status).toBe(201);
  expect(begun.json()).toMatchObject({ id: '1', status: 'RUNNING', team: 'own' });
  for (const day of ['01', '02', '03']) {
    const path = `/api/v1/executions/own-echo%2Fbackfill-1-2026-03-${day}?wait=10`;
    const execution = (await it.request('GET', path)).json();
    expect(execution).toMatchObject({ status: 'SUCCEEDED', interval: `2026-03-${day}` });
  }
  await expect
    .poll(async () => (await it.request('GET', '/api/v1/backfills/latest')).json())
    .toMatchObject({ id: '1', status: 'SUCCEEDED', counts: { total: 3, succeeded: 3 } });
  const again = await it.request('POST', '/api/v1/backfills', { body });
  expect(again.status).toBe(409);
  expect(again.json()).toMatchObject({ code: 'MILL3046' });
  const list = await it.request('GET', '/api/v1/backfills?pipeline=own-echo');
  expect(list.json()).toMatchObject({ items: [{ id: '1', status: 'SUCCEEDED' }] });
  const stopped = await it.request('POST', '/api/v1/backfills/1/stop');
  expect([stopped.status, stopped.json().code]).toEqual([409, 'MILL3045']);
});

test.each([
  [{ ...range, from: 'monday' }, 'MILL3043', 400],
  [{ ...range, from: '2026-03-04' }, 'MILL3043', 400],
  [{ ...range, pipeline: 'nobody' }, 'MILL3001', 404],
])('refuses %j with %s', async (body, code, status) => {
  const answer = await it.request('POST', '/api/v1/backfills', { body });
  expect([answer.status, answer.json().code]).toEqual([status, code]);
});

test('starts an execution for an interval', async () => {
  const body = { pipeline: 'own-echo', interval: '2026-02-01' };
  const { id } = (await it.request('POST', '/api/v1/executions', { body })).json();
  expect((await it.request('GET', `/api/v1/executions/${id}`)).json().interval).toBe('2026-02-01');
  const wrong = { ...body, interval: 'last tuesday' };
  expect((await it.request('POST', '/api/v1/executions', { body: wrong })).status).toBe(400);
});
