/**
 * `/alerts`: what lasts and somebody should know, the open ones first; and the monitors that say so.
 * @module
 */
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { printable } from '../format/printable.js';
import { useWatch } from '../live/live.js';
import { Icon } from '../parts/icon.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import tabs from '../parts/tabs.module.css';
import { FilterBar, useChangedSearch } from '../watch/filter-bar.js';
import filters from '../watch/filter-bar.module.css';
import { AlertList } from './alert-list.js';
import { type AlertsSearch, alertsSearch } from './alerts-search.js';
import { MonitorList } from './monitor-list.js';

export function AlertsPage(): ReactElement {
  const search = useSearch({ from: '/alerts' });
  const { tab, monitor } = search;
  useTitle(tab === 'monitors' ? 'Monitors' : 'Alerts');
  useWatch(undefined);
  const change = useChangedSearch();
  const { tab: _, open: _open, ...kept } = search;
  return (
    <>
      <PageHead title={tab === 'monitors' ? 'Monitors' : 'Alerts'}>
        {tab === undefined && <FilterBar />}
        {monitor !== undefined && (
          <button
            type="button"
            className={filters.picked}
            onClick={() => change((old) => alertsSearch({ ...old, monitor: undefined }))}
          >
            monitor {printable(monitor)}
            <Icon name="close" size={12} />
            <span className="sr-only">remove this filter</span>
          </button>
        )}
      </PageHead>
      <nav className={tabs.tabs} aria-label="What is listed">
        <Tab to={kept} current={tab === undefined}>
          Alerts
        </Tab>
        <Tab to={{ ...kept, tab: 'monitors' }} current={tab === 'monitors'}>
          Monitors
        </Tab>
      </nav>
      {tab === 'monitors' ? <MonitorList search={search} /> : <AlertList search={search} />}
    </>
  );
}

function Tab({
  to,
  current,
  children,
}: {
  to: AlertsSearch;
  current: boolean;
  children: string;
}): ReactElement {
  return (
    <Link
      to="/alerts"
      search={to}
      className={tabs.tab}
      activeProps={{}}
      aria-current={current ? 'page' : undefined}
      data-current={current}
    >
      {children}
    </Link>
  );
}
