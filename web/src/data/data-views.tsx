/**
 * The ways to look at data, one beside the other: datasets, what arrived on which day, what partners have delivered, challengers.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import tabs from '../parts/tabs.module.css';
import type { DataSearch } from './data-search.js';

export type DataView = 'datasets' | 'arrivals' | 'partners' | 'challengers';

export function DataViews({
  current,
  search = {},
}: {
  current: DataView;
  /** What is searched for stays when the days of it are looked at. */
  search?: Omit<DataSearch, 'view'>;
}): ReactElement {
  const { until: _, ...withoutDays } = search;
  const look = (view: DataView) =>
    ({
      className: tabs.tab,
      'data-current': view === current,
      'aria-current': view === current ? 'page' : undefined,
    }) as const;
  return (
    <nav className={tabs.tabs} aria-label="Views of data">
      <Link to="/data" search={withoutDays} {...look('datasets')}>
        Datasets
      </Link>
      <Link to="/data" search={{ ...search, view: 'arrivals' }} {...look('arrivals')}>
        Arrivals
      </Link>
      <Link to="/data" search={{ ...search, view: 'partners' }} {...look('partners')}>
        Partners
      </Link>
      <Link to="/challengers" {...look('challengers')}>
        Challengers
      </Link>
    </nav>
  );
}
