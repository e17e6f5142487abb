/**
 * Looks at queues of AWS Batch: the jobs that were made since, in one list of all states, described a hundred at a time.
 *
 * https://docs.aws.amazon.com/batch/latest/APIReference/API_ListJobs.html
 * @module
 */
import { batchJob } from '../../../../monitoring/observed/batch.js';
import { runKey, type SeenRun } from '../../../../monitoring/observed/observed-run.js';
import { text } from '../../../../monitoring/observed/told.js';
import { type Collector, chunks, members, pagesOf } from './collector.js';

const MOST_PAGES = 20;

export const BATCH_QUEUES: Collector = {
  kind: 'batch-queue',
  async *list(ask) {
    for await (const page of pagesOf(ask, {
      ...{ service: 'batch', action: 'describeJobQueues', input: { MaxResults: 100 } },
    })) {
      yield members(page, 'JobQueues').flatMap(({ JobQueueName }) => {
        const name = text(JobQueueName);
        return name === undefined ? [] : [{ name }];
      });
    }
  },
  async runs(ask, { name, since, isDone }) {
    const ids = new Set<string>();
    let pages = 0;
    const input = {
      JobQueue: name,
      // A filter makes it a list of jobs in all states.
      Filters: [{ Name: 'AFTER_CREATED_AT', Values: [String(since)] }],
      MaxResults: 100,
    };
    const request = { service: 'batch', action: 'listJobs', input, most: MOST_PAGES };
    for await (const page of pagesOf(ask, request)) {
      pages += 1;
      for (const { JobId } of members(page, 'JobSummaryList')) {
        const id = text(JobId);
        if (id !== undefined && !isDone(runKey({ id, attempt: 0 }))) ids.add(id);
      }
    }
    const runs: SeenRun[] = [];
    for (const part of chunks([...ids], 100)) {
      const answer = await ask('batch', 'describeJobs', { Jobs: part });
      runs.push(...members(answer, 'Jobs').flatMap((job) => batchJob(job) ?? []));
    }
    return { runs, isWhole: pages < MOST_PAGES };
  },
};
