/**
 * Looks at workgroups of Amazon Athena: ids of queries, the newest first, described fifty at a time.
 *
 * https://docs.aws.amazon.com/athena/latest/APIReference/API_ListQueryExecutions.html
 * @module
 */
import { athenaQuery } from '../../../../monitoring/observed/athena.js';
import { isOver, runKey, type SeenRun } from '../../../../monitoring/observed/observed-run.js';
import { text } from '../../../../monitoring/observed/told.js';
import { type Collector, chunks, members, pagesOf, texts, timeOf } from './collector.js';

const MOST_PAGES = 40;

export const ATHENA_WORKGROUPS: Collector = {
  kind: 'athena-workgroup',
  async *list(ask) {
    for await (const page of pagesOf(ask, {
      ...{ service: 'athena', action: 'listWorkGroups', input: { MaxResults: 50 } },
    })) {
      yield members(page, 'WorkGroups').flatMap(({ Name }) => {
        const name = text(Name);
        return name === undefined ? [] : [{ name }];
      });
    }
  },
  async runs(ask, { name, since, isDone, open }) {
    const runs: SeenRun[] = [];
    const describe = async (ids: readonly string[]): Promise<SeenRun[]> => {
      const asked = { QueryExecutionIds: [...ids] };
      const answer = await ask('athena', 'batchGetQueryExecution', asked);
      return members(answer, 'QueryExecutions').flatMap((query) => athenaQuery(query) ?? []);
    };
    // One that takes long lies behind those that are done.
    for (const part of chunks(open, 50)) runs.push(...(await describe(part)));
    const input = { WorkGroup: name, MaxResults: 50 };
    const request = { service: 'athena', action: 'listQueryExecutions', input, most: MOST_PAGES };
    let pages = 0;
    for await (const page of pagesOf(ask, request)) {
      pages += 1;
      const ids = texts(page.QueryExecutionIds);
      const wanted = ids.filter((id) => !isDone(runKey({ id, attempt: 0 })));
      const asked = wanted.filter((id) => !open.includes(id));
      const found = asked.length === 0 ? [] : await describe(asked);
      runs.push(...found.filter((run) => timeOf(run) >= since || !isOver(run)));
      // One that is known, or is older than what is asked for: all behind it are older still.
      const isPast = found.some((run) => isOver(run) && timeOf(run) < since);
      if (isPast || wanted.length < ids.length) return { runs, isWhole: true };
    }
    return { runs, isWhole: pages < MOST_PAGES };
  },
};
