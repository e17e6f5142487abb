import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ClusterService } from '../../../../test/support/cluster-service.js';
import { LAKE } from '../../../../test/support/job-service.js';
import { openTimedEngine, type TimedEngine } from '../../../../test/support/timed-engine.js';
import type { JsonObject } from '../../../connectors/connector.js';
import { loadPipeline } from '../../../pipelines/load-pipeline.js';
import { EVERYTHING, ofTeam } from '../../kernel/scope.js';

let test: TimedEngine;
let service: ClusterService;

beforeEach(async () => {
  service = new ClusterService();
  test = await openTimedEngine({
    remoteTasks: service,
    remote: { tasks: service, accounts: [LAKE] },
  });
});

afterEach(() => test.close());

const FILE = `
pipeline: spark
account: lake
cluster: { release: emr-7.5.0, instances: { type: m5.xlarge, count: 3 } }
steps:
  - load: { emr: { args: [spark-submit, s3://b/load.py] } }
  - both:
      parallel:
        left: [{ one: { emr: { args: [a] } } }]
        right: [{ two: { emr: { args: [b] } } }]
`;

async function start(): Promise<string> {
  const { plan } = await loadPipeline('/p/p.yaml', async () => FILE);
  if (plan === undefined) throw new Error('The file is wrong');
  const sections = plan.sections as JsonObject;
  await test.deploy('spark', sections, { definition: plan.definition });
  const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'spark', input: {} });
  await test.settled();
  return id;
}

const statusOf = async (id: string) =>
  (await test.engine.executions.describe(EVERYTHING, id)).status;

/** Steps of the cluster that run. */
const steps = () => service.running().filter(({ request }) => request.action === 'addStep');

describe('the cluster of an execution', () => {
  it('is shared by its steps, and freed when it has succeeded', async () => {
    const id = await start();
    service.ready('job-1');
    await test.pass(10_000);
    expect(steps().map(({ request }) => request.parameters)).toMatchObject([
      { ClusterId: 'job-1' },
    ]);
    service.end('job-2');
    await test.pass(10_000);
    expect(steps().map(({ request }) => request.parameters)).toMatchObject([
      { ClusterId: 'job-1' },
      { ClusterId: 'job-1' },
    ]);
    expect(service.left()).toEqual(['job-1']);
    const { items } = await test.engine.remoteJobs.list(EVERYTHING, id, { state: 'cluster' });
    expect(items).toMatchObject([{ phase: 'held', job: 'job-1' }]);
    for (const { id: step } of steps()) service.end(step);
    await test.pass(10_000);
    expect(await statusOf(id)).toBe('SUCCEEDED');
    expect(service.left()).toEqual([]);
  });

  it('is freed when a step fails, and what its steps do is ended', async () => {
    const id = await start();
    service.ready('job-1');
    await test.pass(10_000);
    service.end('job-2', { type: 'failed', error: 'States.TaskFailed', cause: 'bad' });
    await test.pass(10_000);
    expect(await statusOf(id)).toBe('FAILED');
    expect(service.left()).toEqual([]);
  });

  it('is made again when the execution is redriven from a step after it, which goes on there', async () => {
    const id = await start();
    service.ready('job-1');
    await test.pass(10_000);
    service.end('job-2');
    await test.pass(10_000);
    for (const { id: step } of steps()) {
      service.end(step, { type: 'failed', error: 'States.TaskFailed', cause: 'bad' });
    }
    await test.pass(10_000);
    expect(await statusOf(id)).toBe('FAILED');
    expect(service.left()).toEqual([]);
    await test.engine.executions.redrive(EVERYTHING, id);
    await test.crash();
    const made = service.running().map(({ request, id: job }) => [request.action, job]);
    expect(made).toEqual([['createCluster', 'job-5']]);
    service.ready('job-5');
    await test.pass(10_000);
    // What had finished is not done again.
    expect(steps().map(({ request }) => [request.state, request.parameters])).toEqual([
      ['one', expect.objectContaining({ ClusterId: 'job-5' })],
      ['two', expect.objectContaining({ ClusterId: 'job-5' })],
    ]);
    for (const { id: step } of steps()) service.end(step);
    await test.pass(10_000);
    expect(await statusOf(id)).toBe('SUCCEEDED');
    expect(service.left()).toEqual([]);
  });

  it('is made once more when it could not be made again at first', async () => {
    const id = await start();
    service.ready('job-1');
    await test.pass(10_000);
    service.end('job-2', { type: 'failed', error: 'States.TaskFailed', cause: 'bad' });
    await test.pass(10_000);
    await test.engine.executions.redrive(EVERYTHING, id);
    await test.settled();
    service.end('job-3', { type: 'failed', error: 'States.TaskFailed', cause: 'no room' });
    await test.pass(10_000);
    expect(await statusOf(id)).toBe('FAILED');
    await test.engine.executions.redrive(EVERYTHING, id);
    await test.settled();
    service.ready('job-4');
    await test.pass(10_000);
    expect(steps().map(({ request }) => request.state)).toEqual(['load']);
    const { items } = await test.engine.executions.history(EVERYTHING, id);
    const entered = items.filter(({ type }) => type === 'TaskStateEntered');
    expect(entered.map(({ details }) => details.name).slice(-2)).toEqual(['cluster', 'load']);
  });

  it('is not made again for steps that need none', async () => {
    const { plan } = await loadPipeline(
      '/p/p.yaml',
      async () => `${FILE}  - after: { fail: { error: Bad } }\n`,
    );
    const sections = (plan?.sections ?? {}) as JsonObject;
    await test.deploy('spark', sections, { definition: plan?.definition as object });
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'spark', input: {} });
    await test.settled();
    service.ready('job-1');
    for (let step = 0; step < 3; step += 1) {
      await test.pass(10_000);
      for (const { id: one } of steps()) service.end(one);
    }
    await test.pass(10_000);
    expect(await statusOf(id)).toBe('FAILED');
    await test.engine.executions.redrive(EVERYTHING, id);
    await test.pass(10_000);
    expect(await statusOf(id)).toBe('FAILED');
    expect(service.requests.filter(({ action }) => action === 'createCluster')).toHaveLength(1);
  });

  it('is freed when the execution is stopped, also while it comes', async () => {
    const early = await start();
    await test.engine.executions.stop(EVERYTHING, early);
    await test.pass(10_000);
    expect(service.left()).toEqual([]);
    const late = await start();
    service.ready('job-2');
    await test.pass(10_000);
    await test.engine.executions.stop(EVERYTHING, late);
    await test.pass(10_000);
    expect(service.left()).toEqual([]);
    expect(steps()).toEqual([]);
  });

  it('is freed when it did not come in time', async () => {
    const id = await start();
    await test.pass(3_700_000);
    expect(await statusOf(id)).toBe('FAILED');
    expect(service.left()).toEqual([]);
  });

  it('is freed although the server was away when its execution ended', async () => {
    const id = await start();
    service.ready('job-1');
    await test.pass(10_000);
    service.isProtected = true;
    await test.engine.executions.stop(EVERYTHING, id);
    await test.settled();
    await test.crash();
    service.isProtected = false;
    await test.pass(10_000);
    expect(service.left()).toEqual([]);
  });

  it('is found and freed when its execution was stopped before the answer came', async () => {
    service.fates.push('lost');
    const id = await start();
    service.clusters.set('job-1', 'STARTING');
    await test.engine.executions.stop(EVERYTHING, id);
    await test.settled();
    await test.crash();
    await test.pass(10_000);
    expect(service.left()).toEqual([]);
    expect(service.jobs.size).toBe(1);
  });

  it('opens an incident when it still runs half an hour later, which is over when it is gone', async () => {
    const id = await start();
    service.ready('job-1');
    await test.pass(10_000);
    service.isProtected = true;
    await test.engine.executions.stop(EVERYTHING, id);
    await test.pass(1_700_000);
    const open = async () => {
      const { items } = await test.engine.incidents.list(ofTeam('default'), { status: 'OPEN' });
      return items.map(({ title }) => title).filter((title) => title.includes('cluster'));
    };
    expect(await open()).toEqual([]);
    await test.pass(300_000);
    expect(await open()).toHaveLength(1);
    const { items } = await test.engine.executions.logs(EVERYTHING, id, { limit: 100 });
    expect(items.at(-1)?.message).toBe(
      'The cluster job-1 of an execution that has ended still runs: It is protected.',
    );
    service.isProtected = false;
    await test.pass(300_000);
    expect(service.left()).toEqual([]);
    expect(await open()).toEqual([]);
  });
});
