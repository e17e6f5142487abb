/**
 * Check results, the newest first. What comes while somebody reads waits behind a button, so that nothing jumps.
 * @module
 */
import { useInfiniteQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useCallback, useState } from 'react';
import { checkResultsQuery } from '../api/queries.js';
import type { CheckResult, LiveChange } from '../api/types.js';
import { formatAmount, formatBytes } from '../format/amount.js';
import { readCause } from '../format/cause.js';
import { formatDuration } from '../format/duration.js';
import { printable } from '../format/printable.js';
import { subjectKind, subjectName } from '../format/subject.js';
import { useChanges } from '../live/live.js';
import { Button } from '../parts/button.js';
import { EmptyState } from '../parts/empty-state.js';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { Tags } from '../parts/tags.js';
import { VirtualRows } from '../parts/virtual-rows.js';
import { Age } from '../parts/when.js';
import { filterOf } from '../watch/watch-search.js';
import type { ChecksSearch } from './checks-search.js';
import styles from './result-list.module.css';

const ROW = 64;
const CAUSE = 300;
/** Nobody reads further down: what is new may simply appear. */
const AT_TOP_PX = 200;

export function ResultList({ search }: { search: ChecksSearch }): ReactElement | null {
  const query = checkResultsQuery({
    ...filterOf(search),
    pipeline: search.pipeline,
    status: search.status,
    q: search.q,
  });
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(query);
  const { waiting, show } = useNewResults();
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  const items = data.pages.flatMap((page) => page.items);
  if (items.length === 0 && !hasNextPage) return <Nothing search={search} />;
  return (
    <>
      {waiting > 0 && (
        <div className={styles.waiting}>
          <Button look="primary" onClick={show}>
            {waiting === 1 ? '1 new result' : `${waiting} new results`}
          </Button>
        </div>
      )}
      <ListTable
        label="Check results"
        heads={['Result', 'Of', 'Cause', ['Rows, took', styles.right], ['When', styles.right]]}
        columns={styles.columns}
        pages={{ hasNextPage, isFetchingNextPage, fetchNextPage }}
        more="Older results"
      >
        <VirtualRows
          count={items.length}
          height={ROW}
          keyOf={(index) => String(items[index]?.number)}
          render={(index) => <Row result={items[index] as CheckResult} />}
          onEnd={onEnd}
        />
      </ListTable>
    </>
  );
}

/** Counts what ended meanwhile; at the top of the page it is shown at once. */
function useNewResults(): { waiting: number; show: () => void } {
  const cache = useQueryClient();
  const [waiting, setWaiting] = useState(0);
  const show = useCallback(() => {
    setWaiting(0);
    void cache.resetQueries({ queryKey: ['check-results'], type: 'active' });
    window.scrollTo({ top: 0 });
  }, [cache]);
  useChanges(
    useCallback(
      (changes: readonly LiveChange[]) => {
        const ended = changes.filter(
          (change) => change.type === 'execution' && change.status !== 'RUNNING',
        );
        if (ended.length === 0) return;
        if (window.scrollY > AT_TOP_PX) setWaiting((known) => known + ended.length);
        else void cache.invalidateQueries({ queryKey: ['check-results'] });
      },
      [cache],
    ),
  );
  return { waiting, show };
}

function Row({ result }: { result: CheckResult }): ReactElement {
  const { team, subject, tags, status, at, cause, duration, rows, bytes, execution } = result;
  const name = printable(subjectName(subject));
  const whose = [subjectKind(subject), team === 'default' ? undefined : team]
    .filter((part) => part !== undefined)
    .join(' · ');
  return (
    <div className={`${list.row} ${styles.columns}`} role="row">
      <div role="cell" className={`${list.cell} ${styles.status}`}>
        <StatusMark status={status} />
      </div>
      <div role="cell" className={styles.of}>
        {execution === undefined ? (
          <span className={styles.name}>{name}</span>
        ) : (
          <Link to="/e/$id" params={{ id: execution }} className={list.main} data-row>
            {name}
          </Link>
        )}
        <div className={styles.below}>
          {whose !== '' && <span className={list.dim}>{printable(whose)}</span>}
          <Tags tags={tags} pick />
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.cause}`}>
        {printable(readCause(cause).message.slice(0, CAUSE))}
      </div>
      <div role="cell" className={`${list.cell} ${list.number} ${styles.amounts}`}>
        {rows !== undefined && <div>{formatAmount(rows)} rows</div>}
        {rows === undefined && bytes !== undefined && <div>{formatBytes(bytes)}</div>}
        {duration !== undefined && <div className={list.dim}>{formatDuration(duration)}</div>}
      </div>
      <div role="cell" className={`${list.cell} ${styles.when}`}>
        <Age at={at} />
      </div>
    </div>
  );
}

function Nothing({ search: { tab: _, open: _open, ...filters } }: { search: ChecksSearch }) {
  return Object.keys(filters).length > 0 ? (
    <EmptyState title="No result like that">
      Nothing matches these filters.{' '}
      <Link to="/checks" search={{ tab: 'results' }}>
        Show all results
      </Link>
    </EmptyState>
  ) : (
    <EmptyState
      title="No results yet"
      command="millrace check report permits --status OK --rows 12"
    >
      Every execution that ends leaves one, and any script can report one:
    </EmptyState>
  );
}
