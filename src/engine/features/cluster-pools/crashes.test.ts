import { expect, it } from 'vitest';
import { ClusterService } from '../../../../test/support/cluster-service.js';
import { LAKE } from '../../../../test/support/job-service.js';
import { openTimedEngine } from '../../../../test/support/timed-engine.js';
import type { JsonObject } from '../../../connectors/connector.js';
import { loadPipeline } from '../../../pipelines/load-pipeline.js';
import { StoreError } from '../../../store/errors.js';
import { EVERYTHING } from '../../kernel/scope.js';

const FILE = `
pipeline: spark
account: lake
cluster: { pool: etl }
steps:
  - load: { emr: { args: [spark-submit, s3://b/load.py] } }
`;
const MADE_OF = { release: 'emr-7.5.0', instances: { type: 'm5.xlarge', count: 3 } };

/** Two executions use the one cluster of a pool. The server is killed at a commit, before it is on the disk or after. */
async function story(dies: { at: number; when: 'before' | 'after' } | undefined) {
  const service = new ClusterService();
  let commits = 0;
  let counts = false;
  let isDead = false;
  let deaths = 0;
  const test = await openTimedEngine({
    remoteTasks: service,
    remote: { tasks: service, accounts: [LAKE] },
    onFatal: () => {
      isDead = true;
    },
    wrap: (store) => ({
      ...store,
      commit(commit) {
        if (counts) commits += 1;
        const isNow = counts && commits === dies?.at;
        if (!isNow || dies?.when === 'after') store.commit(commit);
        // Nobody knows what is on the disk: the process ends.
        if (isNow) throw new StoreError('ambiguous', 'killed');
      },
    }),
  });
  try {
    const etl = { ...MADE_OF, max: 1, idle: '1 minute' };
    await test.engine.clusterPools.declare(
      [{ file: 'team.yaml', team: 'default', sections: { clusterPools: { etl } } }],
      [],
    );
    const { plan } = await loadPipeline('/p/p.yaml', async () => FILE);
    const sections = plan?.sections as JsonObject;
    await test.deploy('spark', sections, { definition: plan?.definition as object });
    counts = true;
    let most = 0;
    for (let round = 0; round < 30; round += 1) {
      if (isDead) {
        isDead = false;
        deaths += 1;
        await test.crash();
      }
      for (const name of ['one', 'two']) {
        test.engine.executions.start(EVERYTHING, { pipeline: 'spark', name }).catch(() => {});
      }
      await test.settled();
      const running = service.running().map(({ id, request }) => ({ id, action: request.action }));
      const steps = running.filter(({ action }) => action === 'addStep');
      most = Math.max(most, steps.length);
      for (const { id, action } of running) {
        if (action === 'createCluster') service.ready(id);
        else if (action === 'addStep') service.end(id);
      }
      await test.pass(15_000);
    }
    const { items } = await test.engine.executions.list(EVERYTHING, {});
    const [pool] = test.engine.clusterPools.list(EVERYTHING);
    const made = [...service.jobs.values()].filter(
      ({ request }) => request.action === 'createCluster',
    );
    return {
      ...{ commits, deaths },
      ended: items.map(({ name, status }) => `${name} ${status}`).sort(),
      ...{ most, made: made.length, left: service.left(), pool },
    };
  } finally {
    await test.close(0);
  }
}

it('keeps every promise of a pool when the server is killed at any of its commits', async () => {
  const sound = {
    ended: ['one SUCCEEDED', 'two SUCCEEDED'],
    ...{ most: 1, made: 1, left: [] },
    pool: { waiting: 0, clusters: [] },
  };
  const { commits, ...whole } = await story(undefined);
  expect(whole).toMatchObject(sound);
  expect(commits).toBeGreaterThan(10);
  for (let at = 1; at <= commits; at += 1) {
    for (const when of ['before', 'after'] as const) {
      expect(await story({ at, when }), `killed ${when} commit ${at}`).toMatchObject({
        ...{ ...sound, deaths: 1 },
      });
    }
  }
}, 180_000);
