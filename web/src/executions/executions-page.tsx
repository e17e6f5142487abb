/**
 * `/executions`: every execution, newest first; the filters are in the address.
 * @module
 */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { executionsQuery, pipelinesQuery } from '../api/queries.js';
import { useWatch } from '../live/live.js';
import { EmptyState } from '../parts/empty-state.js';
import field from '../parts/field.module.css';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { statusWord } from '../parts/status.js';
import { SearchBox } from '../watch/search-box.js';
import { ExecutionList } from './execution-list.js';
import { type ExecutionsSearch, executionsSearch, STATUSES } from './executions-search.js';

export function ExecutionsPage(): ReactElement {
  const search = useSearch({ from: '/executions' });
  useTitle(search.pipeline === undefined ? 'Executions' : `Executions of ${search.pipeline}`);
  useWatch(undefined);
  const navigate = useNavigate();
  const { data: pipelines } = useQuery(pipelinesQuery);
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    executionsQuery(search),
  );
  const executions = data?.pages.flatMap((page) => page.items);
  const change = (next: { [name in keyof ExecutionsSearch]: string }): void => {
    void navigate({
      to: '/executions',
      search: executionsSearch({ ...search, ...next }),
      replace: true,
    });
  };
  const filtered = Object.keys(search).length > 0;
  return (
    <>
      <PageHead title="Executions">
        <SearchBox
          key={search.q}
          text={search.q ?? ''}
          example="status:failed started:>24h"
          onSearch={(q) => change({ q })}
        />
        <select
          className={field.field}
          aria-label="Pipeline"
          value={search.pipeline ?? ''}
          onChange={(event) => change({ pipeline: event.target.value, team: '' })}
        >
          <option value="">All pipelines</option>
          {names(pipelines, search.pipeline).map((name) => (
            <option key={name} value={name}>
              {name}
            </option>
          ))}
        </select>
        <select
          className={field.field}
          aria-label="Status"
          value={search.status ?? ''}
          onChange={(event) => change({ status: event.target.value })}
        >
          <option value="">Any status</option>
          {STATUSES.map((status) => (
            <option key={status} value={status}>
              {statusWord(status)}
            </option>
          ))}
        </select>
        <select
          className={field.field}
          aria-label="Test runs"
          value={search.testRuns ?? ''}
          onChange={(event) => change({ testRuns: event.target.value })}
        >
          <option value="">Without test runs</option>
          <option value="with">With test runs</option>
          <option value="only">Test runs only</option>
        </select>
      </PageHead>
      {error !== null && <RefusalNote error={error} />}
      {executions?.length === 0 &&
        !hasNextPage &&
        (filtered ? (
          <EmptyState title="No execution like that">
            Nothing matches these filters. <Link to="/executions">Show all executions</Link>
          </EmptyState>
        ) : (
          <EmptyState
            title="No executions yet"
            command={`millrace run ${pipelines?.[0]?.name ?? 'PIPELINE'} --wait`}
          >
            An execution is one run of a pipeline, with everything that happened in it. Start one
            here or there:
          </EmptyState>
        ))}
      {executions !== undefined && (executions.length > 0 || hasNextPage) && (
        <ExecutionList
          executions={executions}
          withPipeline={search.pipeline === undefined}
          pages={{ hasNextPage, isFetchingNextPage, fetchNextPage }}
        />
      )}
    </>
  );
}

function names(
  pipelines: readonly { name: string }[] | undefined,
  chosen: string | undefined,
): string[] {
  const known = [...new Set((pipelines ?? []).map(({ name }) => name))];
  return chosen === undefined || known.includes(chosen) ? known : [chosen, ...known];
}
