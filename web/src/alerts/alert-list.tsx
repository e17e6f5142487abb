/**
 * Alerts: those that are open, then those that are over; a row opens what has become of it.
 * @module
 */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { alertQuery, alertsQuery } from '../api/queries.js';
import type { Alert, DescribedAlert } from '../api/types.js';
import { readCause } from '../format/cause.js';
import { printable } from '../format/printable.js';
import { OpenIncidents } from '../incidents/open-incidents.js';
import { EmptyState } from '../parts/empty-state.js';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { Tags } from '../parts/tags.js';
import { Age, When } from '../parts/when.js';
import { useChangedSearch } from '../watch/filter-bar.js';
import { filterOf, type WatchSearch } from '../watch/watch-search.js';
import styles from './alert-list.module.css';
import { type AlertsSearch, alertsSearch } from './alerts-search.js';

const WORDS = 300;

export function AlertList({ search }: { search: AlertsSearch }): ReactElement | null {
  const filter = { ...filterOf(search), monitor: search.monitor };
  const open = useInfiniteQuery(alertsQuery({ ...filter, status: 'OPEN' }));
  const all = useInfiniteQuery(alertsQuery(filter));
  const error = open.error ?? all.error;
  if (open.data === undefined || all.data === undefined) {
    return error === null ? null : <RefusalNote error={error} />;
  }
  const opened = open.data.pages.flatMap(({ items }) => items);
  const over = all.data.pages.flatMap(({ items }) => items).filter((one) => one.status !== 'OPEN');
  const isNothing = opened.length + over.length === 0 && !open.hasNextPage && !all.hasNextPage;
  if (isNothing) return <Nothing search={search} />;
  return (
    <>
      <h2 className={styles.title}>Open</h2>
      {opened.length === 0 && !open.hasNextPage ? (
        <p className={styles.none}>Nothing is wrong that lasts.</p>
      ) : (
        <Alerts label="Open alerts" alerts={opened} chosen={search.open} pages={open} />
      )}
      {(over.length > 0 || all.hasNextPage) && (
        <>
          <h2 className={styles.title}>Over</h2>
          <Alerts label="Alerts that are over" alerts={over} chosen={search.open} pages={all} />
        </>
      )}
    </>
  );
}

function Alerts({
  label,
  alerts,
  chosen,
  pages,
}: {
  label: string;
  alerts: readonly Alert[];
  chosen: AlertsSearch['open'];
  pages: { hasNextPage: boolean; isFetchingNextPage: boolean; fetchNextPage: () => unknown };
}): ReactElement {
  return (
    <ListTable
      label={label}
      heads={['Level', 'Of', 'Why', ['Since', styles.right]]}
      columns={styles.columns}
      pages={pages}
      more="Older alerts"
    >
      <div role="rowgroup">
        {alerts.map((alert) => (
          <Row key={alert.number} alert={alert} open={alert.number === chosen} />
        ))}
      </div>
    </ListTable>
  );
}

function Row({ alert, open }: { alert: Alert; open: boolean }): ReactElement {
  const { number, team, monitor, name, level, status, words, openedAt, endedAt, tags } = alert;
  const { mutedUntil } = alert;
  const change = useChangedSearch();
  const whose = [monitor, team === 'default' ? undefined : team].filter((part) => part);
  return (
    <>
      <div className={`${list.row} ${styles.columns}`} role="row" data-over={status !== 'OPEN'}>
        <div role="cell" className={`${list.cell} ${styles.level}`}>
          <StatusMark status={level} />
          {status !== 'OPEN' && (
            <div className={list.dim}>{status === 'ENDED' ? 'ended' : 'recovered'}</div>
          )}
        </div>
        <div role="cell" className={styles.of}>
          <button
            type="button"
            className={`${list.main} ${styles.open}`}
            data-row
            aria-expanded={open}
            onClick={() =>
              change((old: WatchSearch) =>
                alertsSearch({ ...old, open: open ? undefined : String(number) }),
              )
            }
          >
            {printable(name)}
          </button>
          <div className={styles.below}>
            <span className={list.dim}>{printable(whose.join(' · '))}</span>
            <Tags tags={tags} pick />
          </div>
        </div>
        <div role="cell" className={`${list.cell} ${styles.words}`}>
          {printable(readCause(words).message.slice(0, WORDS))}
          {mutedUntil !== undefined && status === 'OPEN' && (
            <div className={list.dim}>
              muted until <When at={mutedUntil} />
            </div>
          )}
        </div>
        <div role="cell" className={`${list.cell} ${styles.right}`}>
          <Age at={endedAt ?? openedAt} />
        </div>
      </div>
      {open && (
        <div role="row" className={styles.opened}>
          <div role="cell">
            <Changes of={alert} />
          </div>
        </div>
      )}
    </>
  );
}

/** What has become of an alert, with the ways to what caused it. */
function Changes({ of }: { of: Alert }): ReactElement | null {
  const { data, error } = useQuery(alertQuery(of.number));
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  const { execution, pipeline, team, monitor, name, status } = of;
  const problem = `monitor ${monitor}/${name}`;
  return (
    <div className={styles.changes}>
      {status === 'OPEN' && <OpenIncidents of={{ team, problem }} silence />}
      <h3>What has become of it</h3>
      <ol className={styles.steps}>
        {data.changes.map((change) => (
          <Change key={change.number} change={change} />
        ))}
      </ol>
      <p className={styles.links}>
        {execution !== undefined && (
          <Link to="/e/$id" params={{ id: execution }}>
            The execution that caused it
          </Link>
        )}
        {pipeline !== undefined && (
          <>
            <Link to="/p/$name" params={{ name: pipeline }} search={{ team }}>
              Pipeline {printable(pipeline)}
            </Link>
            <Link to="/checks" search={{ tab: 'results', pipeline }}>
              Its results
            </Link>
          </>
        )}
        <Link to="/alerts" search={{ tab: 'monitors', open: `${team}/${monitor}` }}>
          Monitor {printable(monitor)}
        </Link>
      </p>
    </div>
  );
}

function Change({ change }: { change: DescribedAlert['changes'][number] }): ReactElement {
  const { at, type, level, notify, words } = change;
  return (
    <li className={styles.step}>
      <When at={at} />
      <StatusMark status={level} />
      <span className={styles.words}>
        <b>{type.toLowerCase()}</b>
        {notify ? '' : ', nobody was told'}: {printable(words)}
      </span>
    </li>
  );
}

function Nothing({ search: { tab: _, open: _open, ...filters } }: { search: AlertsSearch }) {
  return Object.keys(filters).length > 0 ? (
    <EmptyState title="No alert like that">
      Nothing matches these filters. <Link to="/alerts">Show all alerts</Link>
    </EmptyState>
  ) : (
    <EmptyState
      title="No alert so far"
      lines={'monitors:\n  - { name: failing, groupBy: county, critical: 2 }'}
    >
      A monitor raises one when something stays bad. Write some into a file of the folder:
    </EmptyState>
  );
}
