/**
 * Looks at clusters of Amazon EMR, by their steps, and at applications of EMR Serverless, by their job runs.
 *
 * A cluster is known by its name: the list says which ids have it now, and steps are asked for of those that live, and once more
 * of each that has ended since.
 * @module
 */
import type { Json } from '../../../../asl/json.js';
import { emrServerlessRun, emrStep } from '../../../../monitoring/observed/emr.js';
import { isOver, runKey, type SeenRun } from '../../../../monitoring/observed/observed-run.js';
import { instant, object, objects, text } from '../../../../monitoring/observed/told.js';
import {
  type Ask,
  type Collector,
  type Listed,
  members,
  pagesOf,
  timeOf,
  whereThere,
} from './collector.js';

const MINUTE = 60_000;
const MOST_PAGES = 10;
/** Clusters of one name that are looked at. */
const MOST_CLUSTERS = 20;
/** Job runs of one look of which it is asked what they used. */
const MOST_DESCRIBED = 100;
const ENDED = ['TERMINATED', 'TERMINATED_WITH_ERRORS'];

export const EMR_CLUSTERS: Collector = {
  kind: 'emr-cluster',
  listEvery: 2 * MINUTE,
  async *list(ask) {
    const byName = new Map<string, { id: string; state: string }[]>();
    for await (const page of pagesOf(ask, {
      ...{ service: 'emr', action: 'listClusters', input: {}, token: 'Marker', most: MOST_PAGES },
    })) {
      for (const { Id, Name, Status } of members(page, 'Clusters')) {
        const [id, name] = [text(Id), text(Name)];
        const state = text(object(Status)?.State);
        if (id === undefined || name === undefined || state === undefined) continue;
        const all = byName.get(name) ?? [];
        if (all.length < MOST_CLUSTERS && !all.some((one) => one.id === id))
          all.push({ id, state });
        byName.set(name, all);
      }
    }
    yield [...byName].map(([name, all]): Listed => {
      const isLive = all.some(({ state }) => !ENDED.includes(state));
      const memo = all as unknown as Json;
      // Of those that have all ended nothing more comes.
      return isLive ? { name, memo } : { name, memo, stamp: JSON.stringify(all) };
    });
  },
  async runs(ask, { name, memo, since }) {
    if (memo === undefined) return undefined;
    const runs: SeenRun[] = [];
    for (const { id, state } of objects(memo)) {
      const cluster = text(id);
      if (cluster === undefined) continue;
      const steps = await whereThere(() => stepsOf(ask, { id: cluster, name }, since));
      runs.push(...(steps ?? []));
      if (ENDED.includes(text(state) ?? '') && runs.length > 1_000) break;
    }
    return { runs, isWhole: true };
  },
};

async function stepsOf(
  ask: Ask,
  cluster: { id: string; name: string },
  since: number,
): Promise<SeenRun[]> {
  const runs: SeenRun[] = [];
  const request = {
    ...{ service: 'emr', action: 'listSteps', input: { ClusterId: cluster.id } },
    ...{ token: 'Marker', most: MOST_PAGES },
  };
  for await (const page of pagesOf(ask, request)) {
    const found = members(page, 'Steps').flatMap((step) => emrStep(cluster, step) ?? []);
    runs.push(...found.filter((run) => timeOf(run) >= since || !isOver(run)));
    // The newest come first.
    if (found.some((run) => isOver(run) && timeOf(run) < since)) break;
  }
  return runs;
}

export const EMR_SERVERLESS: Collector = {
  kind: 'emr-serverless-application',
  async *list(ask) {
    for await (const page of pagesOf(ask, {
      ...{ service: 'emrserverless', action: 'listApplications', input: { MaxResults: 50 } },
    })) {
      yield members(page, 'Applications').flatMap(({ Id, Name }) => {
        const id = text(Id);
        return id === undefined ? [] : [{ name: text(Name) ?? id, memo: id }];
      });
    }
  },
  async runs(ask, { name, memo, since, isDone }) {
    const application = text(memo);
    if (application === undefined) return undefined;
    const input = { ApplicationId: application, MaxResults: 50 };
    const request = { service: 'emrserverless', action: 'listJobRuns', input, most: MOST_PAGES };
    const runs: SeenRun[] = [];
    let described = 0;
    let pages = 0;
    for await (const page of pagesOf(ask, request)) {
      pages += 1;
      let isPast = false;
      for (const one of members(page, 'JobRuns')) {
        const run = emrServerlessRun(name, one);
        if (run === undefined) continue;
        if ((instant(one.CreatedAt) ?? since) < since && timeOf(run) < since && isOver(run)) {
          isPast = true;
          continue;
        }
        const isAsked =
          run.isPartial === true && !isDone(runKey(run)) && described < MOST_DESCRIBED;
        if (!isAsked) runs.push(run);
        else {
          described += 1;
          const asked = { ApplicationId: application, JobRunId: run.id };
          const answer = await whereThere(() => ask('emrserverless', 'getJobRun', asked));
          const { isPartial: _, ...whole } =
            emrServerlessRun(name, object(answer?.JobRun) ?? {}) ?? run;
          runs.push(whole);
        }
      }
      if (isPast) return { runs, isWhole: true };
    }
    return { runs, isWhole: pages < MOST_PAGES };
  },
};
