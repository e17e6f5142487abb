/**
 * Looks at AWS Glue: jobs, workflows, crawlers.
 *
 * Workflows and crawlers are described 25 and 100 at a time with their last run, so only those are looked at that have a new one.
 * Calls: https://docs.aws.amazon.com/glue/latest/webapi/WebAPI_Welcome.html
 * @module
 */
import { glueCrawl, glueJobRun, glueWorkflowRun } from '../../../../monitoring/observed/glue.js';
import { runKey, type SeenRun } from '../../../../monitoring/observed/observed-run.js';
import { object, text } from '../../../../monitoring/observed/told.js';
import {
  type Ask,
  type Collector,
  chunks,
  type Listed,
  members,
  pagesOf,
  texts,
  timeOf,
  whereKnown,
  whereThere,
} from './collector.js';

/** Pages of runs of one look. */
const MOST = 10;
const MINUTE = 60_000;

export const GLUE_JOBS: Collector = {
  kind: 'glue-job',
  async *list(ask) {
    for await (const page of pagesOf(ask, {
      ...{ service: 'glue', action: 'listJobs', input: { MaxResults: 1_000 } },
    })) {
      yield texts(page.JobNames).map((name) => ({ name }));
    }
  },
  async runs(ask, { name, since }) {
    const input = { JobName: name, MaxResults: 50 };
    return newestFirst(ask, { action: 'getJobRuns', input, list: 'JobRuns', since }, glueJobRun);
  },
};

export const GLUE_WORKFLOWS: Collector = {
  kind: 'glue-workflow',
  listEvery: MINUTE,
  async *list(ask, isWanted) {
    for await (const page of pagesOf(ask, {
      ...{ service: 'glue', action: 'listWorkflows', input: { MaxResults: 25 } },
    })) {
      const names = texts(page.Workflows).filter(isWanted);
      const last = await lastRuns(ask, names);
      yield names.map((name) => stamped(name, last?.get(name)));
    }
  },
  async runs(ask, { name, since, isDone }) {
    const input = { Name: name, MaxResults: 25 };
    const request = { action: 'getWorkflowRuns', input, list: 'Runs', since };
    const found = await newestFirst(ask, request, glueWorkflowRun);
    // Which node failed is told by its graph alone.
    const runs: SeenRun[] = [];
    for (const run of found.runs) {
      const isBad = run.status === 'FAILED' || run.status === 'ABORTED';
      if (!isBad || isDone(runKey(run))) runs.push(run);
      else {
        const asked = { Name: name, RunId: run.id, IncludeGraph: true };
        const answer = await whereThere(() => ask('glue', 'getWorkflowRun', asked));
        runs.push(glueWorkflowRun(object(answer?.Run) ?? {}) ?? run);
      }
    }
    return { ...found, runs };
  },
};

async function lastRuns(ask: Ask, names: string[]): Promise<Map<string, string> | undefined> {
  if (names.length === 0) return new Map();
  return whereKnown(async () => {
    const answer = await ask('glue', 'batchGetWorkflows', { Names: names });
    return new Map(
      members(answer, 'Workflows').flatMap((one): [string, string][] => {
        const name = text(one.Name);
        const last = object(one.LastRun) ?? {};
        const stamp = `${text(last.WorkflowRunId) ?? ''} ${text(last.Status) ?? ''}`;
        return name === undefined ? [] : [[name, stamp]];
      }),
    );
  });
}

export const GLUE_CRAWLERS: Collector = {
  kind: 'glue-crawler',
  listEvery: MINUTE,
  async *list(ask, isWanted) {
    for await (const page of pagesOf(ask, {
      ...{ service: 'glue', action: 'listCrawlers', input: { MaxResults: 100 } },
    })) {
      const names = texts(page.CrawlerNames).filter(isWanted);
      for (const part of chunks(names, 100)) {
        const last = await whereKnown(async () => {
          const answer = await ask('glue', 'batchGetCrawlers', { CrawlerNames: part });
          return new Map(
            members(answer, 'Crawlers').map((one) => [
              text(one.Name) ?? '',
              `${text(one.State)} ${JSON.stringify(object(one.LastCrawl)?.StartTime ?? '')}`,
            ]),
          );
        });
        yield part.map((name) => stamped(name, last?.get(name)));
      }
    }
  },
  async runs(ask, { name, since }) {
    const input = { CrawlerName: name, MaxResults: 20 };
    const request = { action: 'listCrawls', input, list: 'Crawls', since };
    return newestFirst(ask, request, (crawl) => glueCrawl(name, crawl));
  },
};

function stamped(name: string, stamp: string | undefined): Listed {
  return stamp === undefined ? { name } : { name, stamp };
}

/** Runs of a list that begins with the newest, until those that nobody asks for. */
async function newestFirst(
  ask: Ask,
  { action, input, list, since }: { action: string; input: object; list: string; since: number },
  translate: (told: { readonly [member: string]: unknown }) => SeenRun | undefined,
) {
  const runs: SeenRun[] = [];
  const request = { service: 'glue', action, input: input as never, most: MOST };
  let pages = 0;
  for await (const page of pagesOf(ask, request)) {
    pages += 1;
    const found = members(page, list).flatMap((one) => translate(one) ?? []);
    runs.push(...found.filter((run) => timeOf(run) >= since || run.status === 'RUNNING'));
    if (found.some((run) => timeOf(run) < since && run.status !== 'RUNNING')) {
      return { runs, isWhole: true };
    }
  }
  return { runs, isWhole: pages < MOST };
}
