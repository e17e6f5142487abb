/**
 * Expectations, the worst first; a row opens why it stands where it stands.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { expectationsQuery } from '../api/queries.js';
import type { StandingExpectation } from '../api/types.js';
import { printable } from '../format/printable.js';
import { subjectKind, subjectName } from '../format/subject.js';
import { EmptyState } from '../parts/empty-state.js';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { Tags } from '../parts/tags.js';
import { VirtualRows } from '../parts/virtual-rows.js';
import { Age, Due } from '../parts/when.js';
import { useChangedSearch } from '../watch/filter-bar.js';
import { filterOf, type WatchSearch } from '../watch/watch-search.js';
import { type ChecksSearch, checksSearch, expectationId } from './checks-search.js';
import styles from './expectation-list.module.css';
import { Explanation } from './explanation.js';

const ROW = 64;

export function ExpectationList({ search }: { search: ChecksSearch }): ReactElement | null {
  const { pipeline, state, open, q } = search;
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    expectationsQuery({ ...filterOf(search), pipeline, state, q }),
  );
  const change = useChangedSearch();
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  const items = data.pages.flatMap((page) => page.items);
  if (items.length === 0) return <Nothing filtered={isFiltered(search)} />;
  return (
    <ListTable
      label="Expectations"
      heads={['State', 'Of', 'Expected', 'Due', ['Since', styles.since]]}
      columns={styles.columns}
      pages={{ hasNextPage, isFetchingNextPage, fetchNextPage }}
      more="More expectations"
    >
      <VirtualRows
        count={items.length}
        height={ROW}
        keyOf={(index) => expectationId(items[index] as StandingExpectation)}
        render={(index) => {
          const one = items[index] as StandingExpectation;
          const id = expectationId(one);
          return (
            <Row
              one={one}
              open={id === open}
              onOpen={(isOpen) =>
                change((old: WatchSearch) =>
                  checksSearch({ ...old, open: isOpen ? id : undefined }),
                )
              }
            />
          );
        }}
      />
    </ListTable>
  );
}

function Row({
  one,
  open,
  onOpen,
}: {
  one: StandingExpectation;
  open: boolean;
  onOpen: (open: boolean) => void;
}): ReactElement {
  const { team, subject, sentence, state, since, reason, due, zone, tags, owner } = one;
  const whose = [subjectKind(subject), team === 'default' ? undefined : team, owner]
    .filter((part) => part !== undefined)
    .join(' · ');
  return (
    <>
      <div className={`${list.row} ${styles.columns}`} role="row">
        <div role="cell" className={`${list.cell} ${styles.state}`}>
          <StatusMark status={state} />
        </div>
        <div role="cell" className={styles.of}>
          <button
            type="button"
            className={`${list.main} ${styles.open}`}
            data-row
            aria-expanded={open}
            onClick={() => onOpen(!open)}
          >
            {printable(subjectName(subject))}
          </button>
          <div className={styles.below}>
            {whose !== '' && <span className={list.dim}>{printable(whose)}</span>}
            <Tags tags={tags} pick />
          </div>
        </div>
        <div role="cell" className={`${list.cell} ${styles.sentence}`}>
          {printable(sentence)}
          {reason !== undefined && <div className={list.dim}>{reason}</div>}
        </div>
        <div role="cell" className={`${list.cell} ${styles.due}`}>
          {due !== undefined && <Due at={due} zone={zone} />}
        </div>
        <div role="cell" className={`${list.cell} ${styles.since}`}>
          <Age at={since} />
        </div>
      </div>
      {open && (
        <div role="row" className={styles.explained}>
          <div role="cell">
            <Explanation of={one} />
          </div>
        </div>
      )}
    </>
  );
}

function Nothing({ filtered }: { filtered: boolean }): ReactElement {
  return filtered ? (
    <EmptyState title="No expectation like that">
      Nothing matches these filters. <Link to="/checks">Show all expectations</Link>
    </EmptyState>
  ) : (
    <EmptyState title="Nothing is expected yet" lines={'expect:\n  - runs within 1 day'}>
      An expectation says what must happen by when, so that what never starts is noticed. Write some
      into a pipeline's file:
    </EmptyState>
  );
}

function isFiltered({ tab: _, open: _open, ...filters }: ChecksSearch): boolean {
  return Object.keys(filters).length > 0;
}
