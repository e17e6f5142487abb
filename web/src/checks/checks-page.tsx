/**
 * `/checks`: what is expected and where it stands, and the results of everything that is watched.
 * @module
 */
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { printable } from '../format/printable.js';
import { useWatch } from '../live/live.js';
import { Icon } from '../parts/icon.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import styles from '../parts/tabs.module.css';
import { Choice } from '../watch/choice.js';
import { FilterBar, useChangedSearch } from '../watch/filter-bar.js';
import filters from '../watch/filter-bar.module.css';
import { SearchBox } from '../watch/search-box.js';
import { CHECK_STATUSES, type ChecksSearch, checksSearch, STATES } from './checks-search.js';
import { ExpectationList } from './expectation-list.js';
import { ResultList } from './result-list.js';

export function ChecksPage(): ReactElement {
  const search = useSearch({ from: '/checks' });
  const { tab, pipeline } = search;
  useTitle(tab === 'results' ? 'Check results' : 'Expectations');
  useWatch(undefined);
  const change = useChangedSearch();
  const { tab: _, open: _open, state: _state, status: _status, ...kept } = search;
  return (
    <>
      <PageHead title="Checks and expectations">
        <SearchBox
          key={search.q}
          text={search.q ?? ''}
          example="status:critical since:7d"
          onSearch={(q) => change((old) => checksSearch({ ...old, q }))}
        />
        <FilterBar />
        {tab === 'results' ? (
          <Choice
            label="Status"
            any="Any status"
            values={CHECK_STATUSES}
            value={search.status}
            onChange={(status) => change((old) => checksSearch({ ...old, status }))}
          />
        ) : (
          <Choice
            label="State"
            any="Any state"
            values={STATES}
            value={search.state}
            onChange={(state) => change((old) => checksSearch({ ...old, state }))}
          />
        )}
        {pipeline !== undefined && (
          <button
            type="button"
            className={filters.picked}
            onClick={() => change((old) => checksSearch({ ...old, pipeline: undefined }))}
          >
            pipeline {printable(pipeline)}
            <Icon name="close" size={12} />
            <span className="sr-only">remove this filter</span>
          </button>
        )}
      </PageHead>
      <nav className={styles.tabs} aria-label="What is listed">
        <Tab to={kept} current={tab === undefined}>
          Expectations
        </Tab>
        <Tab to={{ ...kept, tab: 'results' }} current={tab === 'results'}>
          Results
        </Tab>
      </nav>
      {tab === 'results' ? <ResultList search={search} /> : <ExpectationList search={search} />}
    </>
  );
}

function Tab({
  to,
  current,
  children,
}: {
  to: ChecksSearch;
  current: boolean;
  children: string;
}): ReactElement {
  return (
    <Link
      to="/checks"
      search={to}
      className={styles.tab}
      activeProps={{}}
      aria-current={current ? 'page' : undefined}
      data-current={current}
    >
      {children}
    </Link>
  );
}
