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

const MADE_OF = { release: 'emr-7.5.0', instances: { type: 'm5.xlarge', count: 3 } };

/** The team's file says this of its pool. */
async function declare(pool: JsonObject | undefined): Promise<void> {
  const sections = pool === undefined ? {} : { clusterPools: { etl: { ...MADE_OF, ...pool } } };
  await test.engine.clusterPools.declare([{ file: 'team.yaml', team: 'default', sections }], []);
  await test.settled();
}

const FILE = `
pipeline: spark
account: lake
cluster: { pool: etl }
steps:
  - load: { emr: { args: [spark-submit, s3://b/load.py] } }
`;

async function start(file = FILE): Promise<string> {
  const { plan, problems } = await loadPipeline('/p/p.yaml', async () => file);
  if (plan === undefined) throw new Error(JSON.stringify(problems));
  const sections = plan.sections as JsonObject;
  await test.deploy('spark', sections, { definition: plan.definition });
  const { id } = await test.engine.executions.start(EVERYTHING, { pipeline: 'spark', input: {} });
  await test.settled();
  return id;
}

const describeOf = (id: string) => test.engine.executions.describe(EVERYTHING, id);
const statusOf = async (id: string) => (await describeOf(id)).status;
const linesOf = async (id: string) =>
  (await test.engine.executions.logs(EVERYTHING, id, { limit: 100 })).items.map(
    ({ message }) => message,
  );
/** Jobs that make clusters, which are not there yet. */
const coming = () =>
  service
    .running()
    .filter(({ request }) => request.action === 'createCluster')
    .map(({ id }) => id);
/** Steps that run, with their clusters. */
const steps = () =>
  service
    .running()
    .filter(({ request }) => request.action === 'addStep')
    .map(({ id, request }) => ({
      id,
      cluster: (request.parameters as { ClusterId: string }).ClusterId,
    }));
const pool = () => test.engine.clusterPools.list(EVERYTHING)[0];
const clusters = () => pool()?.clusters.map(({ cluster, phase }) => `${cluster} ${phase}`);

/** The clusters that are being started are there. */
async function ready(): Promise<void> {
  for (const id of coming()) service.ready(id);
  await test.pass(20_000);
}

describe('an execution of a pipeline with a pool', () => {
  it('has one started, uses it, and leaves it to the next one', async () => {
    await declare({ max: 2 });
    const first = await start();
    expect(coming()).toEqual(['job-1']);
    expect((await describeOf(first)).queued).toBe(
      'a cluster of the pool etl: 0 of 2 are there, 1 is being started',
    );
    await ready();
    expect(steps()).toMatchObject([{ cluster: 'job-1' }]);
    expect((await describeOf(first)).queued).toBeUndefined();
    service.end('job-2');
    await test.pass(10_000);
    expect(await statusOf(first)).toBe('SUCCEEDED');
    expect(clusters()).toEqual(['job-1 ready']);
    const second = await start();
    await test.pass(1_000);
    expect(steps()).toMatchObject([{ cluster: 'job-1' }]);
    expect(await linesOf(second)).toContain('Takes job-1 of the pool etl in lake, eu-central-1.');
    expect(service.requests.filter(({ action }) => action === 'createCluster')).toHaveLength(1);
  });

  it('waits in the order of arrival when all are taken, and is told for what', async () => {
    await declare({ max: 1 });
    const [first, second, third] = [await start(), await start(), await start()];
    expect(coming()).toHaveLength(1);
    await ready();
    expect((await describeOf(third)).queued).toBe(
      'a cluster of the pool etl: 1 of 1 are there, 1 waits before it',
    );
    expect(await linesOf(second)).toEqual([
      'Waits for a cluster of the pool etl: 0 of 1 are there, 1 is being started, 1 waits before it.',
    ]);
    expect(pool()).toMatchObject({
      waiting: 2,
      next: [{ execution: second }, { execution: third }],
    });
    expect(pool()?.clusters).toMatchObject([{ users: [first] }]);
    const order: string[] = [];
    for (let i = 0; i < 3; i += 1) {
      order.push(pool()?.clusters[0]?.users[0] ?? '');
      for (const { id } of steps()) service.end(id);
      await test.pass(70_000);
    }
    expect(order).toEqual([first, second, third]);
    expect(service.requests.filter(({ action }) => action === 'createCluster')).toHaveLength(1);
  });

  it('shares one with others where the pool says so', async () => {
    await declare({ max: 2, share: 2 });
    for (let i = 0; i < 4; i += 1) await start();
    expect(coming()).toHaveLength(2);
    await ready();
    expect(
      steps()
        .map(({ cluster }) => cluster)
        .sort(),
    ).toEqual([...['job-1', 'job-1', 'job-2', 'job-2']]);
    const fifth = await start();
    expect((await describeOf(fifth)).queued).toMatch(/2 of 2 are there$/);
  });

  it('that is redriven takes a cluster again', async () => {
    await declare({ max: 1 });
    const id = await start();
    await ready();
    service.end('job-2', { type: 'failed', error: 'States.TaskFailed', cause: 'bad' });
    await test.pass(10_000);
    expect(await statusOf(id)).toBe('FAILED');
    expect(pool()?.clusters).toMatchObject([{ cluster: 'job-1', users: [] }]);
    await test.engine.executions.redrive(EVERYTHING, id);
    await test.pass(10_000);
    expect(pool()?.clusters).toMatchObject([{ cluster: 'job-1', users: [id] }]);
    const [step] = steps();
    service.end(step?.id ?? '');
    await test.pass(10_000);
    expect(await statusOf(id)).toBe('SUCCEEDED');
  });

  it('fails at once when its team has no such pool, and is told what was meant', async () => {
    await declare({ max: 1 });
    const id = await start(FILE.replace('pool: etl', 'pool: elt'));
    const { error, cause } = await describeOf(id);
    expect(error).toBe('Millrace.NoPool');
    expect(cause).toBe(
      'The team "default" has no pool of clusters "elt". Did you mean "etl"? Its file declares one by clusterPools: { etl: { release, instances, max } }',
    );
  });

  it('fails at once when the pool is elsewhere than its tasks go', async () => {
    await declare({ max: 1, region: 'us-east-1' });
    const { error, cause } = await describeOf(await start());
    expect(error).toBe('Millrace.NoPool');
    expect(cause).toMatch(
      /are in lake, us-east-1, and the tasks of this pipeline go to lake, eu-central-1/,
    );
  });

  it('gets what is bound to the making of clusters on a server without AWS', async () => {
    const local = await openTimedEngine({});
    try {
      const { plan } = await loadPipeline('/p/p.yaml', async () => FILE);
      await local.engine.pipelines.deploy({
        ...{ name: 'spark', team: 'default', tags: {}, folder: local.folder },
        definition: plan?.definition as never,
        bindings: {
          'arn:aws:states:::elasticmapreduce:createCluster': { mock: { ClusterId: 'j-1' } },
          'arn:aws:states:::elasticmapreduce:addStep': { mock: {} },
        },
        sections: plan?.sections as JsonObject,
      });
      const { id } = await local.engine.executions.start(EVERYTHING, {
        ...{ pipeline: 'spark', input: {} },
      });
      await local.pass(1_000);
      expect((await local.engine.executions.describe(EVERYTHING, id)).status).toBe('SUCCEEDED');
    } finally {
      await local.close();
    }
  });
});

describe('a cluster of a pool is given back', () => {
  const ways: [string, (id: string) => Promise<void>][] = [
    ['has succeeded', async () => service.end('job-2')],
    [
      'has failed',
      async () => service.end('job-2', { type: 'failed', error: 'Bad', cause: 'bad' }),
    ],
    ['was stopped', async (id) => void (await test.engine.executions.stop(EVERYTHING, id))],
    [
      'was stopped while its pipeline was withdrawn',
      async (id) => {
        await test.engine.pipelines.withdraw(EVERYTHING, { team: 'default', name: 'spark' });
        await test.engine.executions.stop(EVERYTHING, id);
      },
    ],
    ['has timed out', () => test.pass(8_000_000)],
  ];

  it.each(ways)('when its execution %s', async (_, end) => {
    await declare({ max: 1, idle: '7 days' });
    const id = await start(FILE.replace('s3://b/load.py] }', 's3://b/load.py] }, timeout: 2h'));
    await ready();
    expect(pool()?.clusters).toMatchObject([{ users: [id] }]);
    await end(id);
    await test.pass(20_000);
    expect(await statusOf(id)).not.toBe('RUNNING');
    expect(pool()?.clusters).toMatchObject([{ cluster: 'job-1', phase: 'ready', users: [] }]);
    await test.crash();
    expect(pool()?.clusters).toMatchObject([{ cluster: 'job-1', phase: 'ready', users: [] }]);
    await start();
    await test.pass(1_000);
    expect(steps()).toMatchObject([{ cluster: 'job-1' }]);
  });

  it('when its execution ended as the server died, and to nobody else before', async () => {
    await declare({ max: 1 });
    const first = await start();
    const second = await start();
    await ready();
    await test.crash();
    await test.pass(70_000);
    expect(pool()?.clusters).toMatchObject([{ users: [first] }]);
    service.end('job-2');
    await test.pass(10_000);
    await test.crash();
    await test.pass(70_000);
    expect(pool()?.clusters).toMatchObject([{ users: [second] }]);
    expect(steps()).toMatchObject([{ cluster: 'job-1' }]);
  });

  it('by one that is stopped while it waits, so that it waits no longer', async () => {
    await declare({ max: 1 });
    const first = await start();
    const second = await start();
    const third = await start();
    await test.engine.executions.stop(EVERYTHING, second);
    await ready();
    expect(pool()).toMatchObject({ waiting: 1, next: [{ execution: third }] });
    await test.engine.executions.stop(EVERYTHING, first);
    await test.pass(20_000);
    expect(pool()?.clusters).toMatchObject([{ users: [third] }]);
  });

  it('by one that waited for as long as it would', async () => {
    await declare({ max: 1 });
    await start();
    await ready();
    const late = await start(FILE.replace('pool: etl', 'pool: etl, timeout: 600'));
    await test.pass(700_000);
    expect(await describeOf(late)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
    expect(pool()?.waiting).toBe(0);
  });
});

describe('a pool of clusters', () => {
  it('ends a cluster that nobody has taken for as long as it says', async () => {
    await declare({ max: 1, idle: '10 minutes' });
    await start();
    await ready();
    service.end('job-2');
    await test.pass(560_000);
    expect(service.left()).toEqual(['job-1']);
    await test.pass(120_000);
    expect(service.left()).toEqual([]);
    expect(pool()?.clusters).toEqual([]);
  });

  it('also ends it when the time passed while the server was away', async () => {
    await declare({ max: 1, idle: '10 minutes' });
    await start();
    await ready();
    service.end('job-2');
    await test.pass(10_000);
    await test.crash();
    await test.pass(700_000);
    expect(service.left()).toEqual([]);
  });

  it('replaces a cluster that died while nobody had it, before anybody gets it', async () => {
    await declare({ max: 1 });
    await start();
    await ready();
    service.end('job-2');
    await test.pass(20_000);
    service.die('job-1');
    const next = await start();
    await test.pass(1_000);
    expect(steps()).toEqual([]);
    expect(coming()).toEqual(['job-3']);
    await ready();
    expect(pool()?.clusters).toMatchObject([{ cluster: 'job-3', users: [next] }]);
  });

  it('replaces a cluster that died in use, and its execution is told why', async () => {
    await declare({ max: 1 });
    const first = await start();
    const second = await start();
    await ready();
    service.die('job-1');
    await test.pass(70_000);
    expect(await linesOf(first)).toContain(
      'The cluster job-1 of the pool etl has ended by itself: Instance failure.',
    );
    expect(coming()).toEqual(['job-3']);
    await ready();
    expect(pool()?.clusters).toMatchObject([{ cluster: 'job-3', users: [second] }]);
  });

  it('looks at once at a cluster of which an event tells', async () => {
    await declare({ max: 1 });
    const tell = (id: string) =>
      test.engine.events.put(ofTeam('default'), [
        {
          ...{ source: 'aws.emr', detailType: 'EMR Cluster State Change' },
          detail: { kind: 'elasticmapreduce:createCluster.sync', id },
        },
      ]);
    const id = await start();
    // It has been looked at a moment ago, and would be again a quarter of a minute later.
    service.ready('job-1');
    await test.pass(1_000);
    expect(steps()).toEqual([]);
    await tell('job-1');
    await test.pass(1_000);
    expect(pool()?.clusters).toMatchObject([{ users: [id] }]);
    service.die('job-1');
    await tell('job-1');
    await test.pass(1_000);
    expect(pool()?.clusters).toEqual([]);
  });

  it('tells who it was started for when a cluster cannot be started, and tries again for others', async () => {
    await declare({ max: 1 });
    service.fates.push({ type: 'failed', error: 'EMR.ValidationException', cause: 'No subnet.' });
    const first = await start();
    await test.pass(1_000);
    expect(await describeOf(first)).toMatchObject({
      ...{ status: 'FAILED', error: 'EMR.ValidationException' },
      cause: 'A cluster of the pool etl could not be started. No subnet.',
    });
    const second = await start();
    const third = await start();
    service.end('job-1', { type: 'failed', error: 'EMR.Terminated', cause: 'No capacity.' });
    await test.pass(20_000);
    expect(await describeOf(second)).toMatchObject({ error: 'EMR.Terminated' });
    await ready();
    expect(pool()?.clusters).toMatchObject([{ cluster: 'job-2', users: [third] }]);
  });

  it('gives up a cluster that is not there in time', async () => {
    await declare({ max: 1, timeout: 600 });
    const id = await start();
    await test.pass(700_000);
    expect(await describeOf(id)).toMatchObject({ error: 'Millrace.ClusterNotStarted' });
    expect(service.left()).toEqual([]);
  });

  it('asks for a cluster once, whatever became of the answer', async () => {
    service.fates.push('lost', { type: 'unknown', cause: 'throttled' });
    await declare({ max: 1 });
    const id = await start();
    service.clusters.set('job-1', 'STARTING');
    await test.crash();
    await test.pass(10_000);
    expect(service.requests.map(({ id: token, isAgain }) => [token, isAgain])).toEqual([
      [service.requests[0]?.id, false],
      [service.requests[0]?.id, true],
      [service.requests[0]?.id, true],
    ]);
    expect(service.clusters.size).toBe(1);
    await ready();
    expect(pool()?.clusters).toMatchObject([{ cluster: 'job-1', users: [id] }]);
  });

  it('that is made of something else ends idle clusters at once, and used ones when they are given back', async () => {
    await declare({ max: 2 });
    const first = await start();
    const second = await start();
    await ready();
    for (const { id, cluster } of steps()) if (cluster === 'job-1') service.end(id);
    await test.pass(10_000);
    await declare({ max: 2, release: 'emr-7.6.0' });
    await test.pass(10_000);
    expect(service.left()).toEqual(['job-2']);
    const third = await start();
    expect(coming()).toHaveLength(1);
    for (const { id, cluster } of steps()) if (cluster === 'job-2') service.end(id);
    await test.pass(10_000);
    expect(service.left()).toEqual(coming());
    await ready();
    expect(pool()?.clusters).toMatchObject([{ users: [third] }]);
    const made = service.requests.filter(({ action }) => action === 'createCluster');
    expect(made.map(({ parameters }) => (parameters as JsonObject).ReleaseLabel)).toEqual([
      ...['emr-7.5.0', 'emr-7.5.0', 'emr-7.6.0'],
    ]);
    expect([await statusOf(first), await statusOf(second)]).toEqual(['SUCCEEDED', 'SUCCEEDED']);
  });

  it('that becomes smaller ends those too many, once they are idle', async () => {
    await declare({ max: 2 });
    await start();
    await start();
    await ready();
    await declare({ max: 1 });
    expect(service.left()).toHaveLength(2);
    const [one] = steps();
    service.end(one?.id ?? '');
    await test.pass(10_000);
    expect(service.left()).toHaveLength(1);
  });

  it('that is declared no longer is drained, and nobody goes on waiting for it', async () => {
    await declare({ max: 1 });
    const first = await start();
    const second = await start();
    await ready();
    await declare(undefined);
    await test.pass(1_000);
    expect(await describeOf(second)).toMatchObject({ status: 'FAILED', error: 'Millrace.NoPool' });
    expect(pool()).toMatchObject({ max: 0, clusters: [{ users: [first] }] });
    for (const { id } of steps()) service.end(id);
    await test.pass(20_000);
    expect(await statusOf(first)).toBe('SUCCEEDED');
    expect(service.left()).toEqual([]);
    expect(pool()).toBeUndefined();
  });

  it('tells its team of a cluster that does not end, until it is gone', async () => {
    await declare({ max: 1, idle: '1 minute' });
    await start();
    await ready();
    service.isProtected = true;
    for (const { id } of steps()) service.end(id);
    const open = async () => {
      const { items } = await test.engine.incidents.list(ofTeam('default'), { status: 'OPEN' });
      return items.map(({ title }) => title).filter((title) => title.includes('cluster'));
    };
    await test.pass(1_700_000);
    expect(await open()).toEqual([]);
    await test.pass(300_000);
    expect(await open()).toHaveLength(1);
    expect(pool()?.clusters).toMatchObject([
      {
        phase: 'ending',
        trouble:
          'The cluster job-1 of the pool etl, which was to end, still runs: It is protected.',
      },
    ]);
    service.isProtected = false;
    await test.pass(300_000);
    expect(service.left()).toEqual([]);
    expect(await open()).toEqual([]);
  });

  it('tells its team of a cluster that is its own and that nobody knows, until it is gone', async () => {
    await declare({ max: 1 });
    await start();
    await ready();
    const own = service.requests.find(({ action }) => action === 'createCluster')?.tags ?? {};
    for (const [id, tags] of [
      ['j-lost', own],
      ['j-twin', { ...own, 'millrace:server': 'another' }],
      ['j-maps', { ...own, 'millrace:team': 'maps' }],
      ['j-else', {}],
    ] as const) {
      service.clusters.set(id, 'WAITING');
      service.tags.set(id, { 'millrace:attempt': `made-${id}`, ...tags });
    }
    await test.crash();
    await test.pass(70_000);
    const open = async () => {
      const { items } = await test.engine.incidents.list(ofTeam('default'), { status: 'OPEN' });
      return items.map(({ title }) => title).filter((title) => title.includes('cluster'));
    };
    expect(await open()).toHaveLength(1);
    expect(clusters()).toEqual(['job-1 ready', 'j-lost leaked']);
    expect(pool()?.clusters[1]?.trouble).toBe(
      'The cluster j-lost of the pool etl still runs: nothing here knows it, so nobody has it and nobody will end it. End it in EMR (lake, eu-central-1).',
    );
    await test.crash();
    await test.pass(3_700_000);
    expect(await open()).toHaveLength(1);
    expect(service.left()).toContain('j-lost');
    service.die('j-lost');
    await test.pass(70_000);
    expect(await open()).toEqual([]);
    expect(clusters()).toEqual(['job-1 ready']);
  });

  it('of another team is not seen', async () => {
    await declare({ max: 1 });
    expect(test.engine.clusterPools.list(ofTeam('maps'))).toEqual([]);
    expect(test.engine.clusterPools.list(ofTeam('default'))).toHaveLength(1);
  });
});
