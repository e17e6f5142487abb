/**
 * Monitors: what each watches, how many groups it knows and how many alerts are open; a row opens what it would have done.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { backTestQuery, monitorsQuery } from '../api/queries.js';
import type { Monitor } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { EmptyState } from '../parts/empty-state.js';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { When } from '../parts/when.js';
import { useChangedSearch } from '../watch/filter-bar.js';
import type { WatchSearch } from '../watch/watch-search.js';
import styles from './alert-list.module.css';
import { type AlertsSearch, alertsSearch } from './alerts-search.js';
import own from './monitor-list.module.css';

/** Firings of a back-test that are shown; the sentence counts all. */
const SHOWN = 20;

export function MonitorList({ search }: { search: AlertsSearch }): ReactElement | null {
  const { data, error } = useQuery(monitorsQuery);
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  if (data.length === 0) {
    return (
      <EmptyState
        title="No monitor so far"
        lines={'monitors:\n  - { name: failing, groupBy: county, critical: 2 }'}
      >
        A monitor raises an alert when something stays bad. Write some into a file of the folder:
      </EmptyState>
    );
  }
  return (
    <ListTable
      label="Monitors"
      heads={['Monitor', 'Watches', ['Groups', styles.right], ['Open', styles.right]]}
      columns={own.columns}
    >
      <div role="rowgroup">
        {data.map((monitor) => {
          const id = `${monitor.team}/${monitor.name}`;
          return <Row key={id} monitor={monitor} id={id} open={id === search.open} />;
        })}
      </div>
    </ListTable>
  );
}

function Row({ monitor, id, open }: { monitor: Monitor; id: string; open: boolean }): ReactElement {
  const { team, name, file, groups, open: alerts, problem, definition } = monitor;
  const change = useChangedSearch();
  const whose = [team === 'default' ? undefined : team, file].filter((part) => part);
  return (
    <>
      <div className={`${list.row} ${own.columns}`} role="row">
        <div role="cell" className={styles.of}>
          <button
            type="button"
            className={`${list.main} ${styles.open}`}
            data-row
            aria-expanded={open}
            onClick={() =>
              change((old: WatchSearch) => alertsSearch({ ...old, open: open ? undefined : id }))
            }
          >
            {printable(name)}
          </button>
          <div className={list.dim}>{printable(whose.join(' · '))}</div>
        </div>
        <div role="cell" className={`${list.cell} ${styles.words} ${own.watches}`}>
          {problem === undefined
            ? printable(watches(definition))
            : `does not act: ${printable(problem)}`}
        </div>
        <div role="cell" className={`${list.cell} ${list.number} ${styles.right} ${own.groups}`}>
          {formatAmount(groups)} <span className={own.unit}>groups</span>
        </div>
        <div role="cell" className={`${list.cell} ${list.number} ${styles.right} ${own.alerts}`}>
          {formatAmount(alerts)} <span className={own.unit}>open</span>
        </div>
      </div>
      {open && (
        <div role="row" className={styles.opened}>
          <div role="cell">
            <BackTested monitor={monitor} />
          </div>
        </div>
      )}
    </>
  );
}

/** A definition in one line, without its name. */
function watches({ name: _, ...definition }: Monitor['definition']): string {
  return Object.entries(definition)
    .map(
      ([field, value]) => `${field} ${typeof value === 'string' ? value : JSON.stringify(value)}`,
    )
    .join(', ');
}

function BackTested({ monitor }: { monitor: Monitor }): ReactElement {
  const { data, error } = useQuery(backTestQuery(monitor));
  return (
    <div className={styles.changes}>
      <h3>What it would have done</h3>
      {error !== null && <RefusalNote error={error} />}
      {data === undefined && error === null && (
        <p className={list.dim}>Looking through the past …</p>
      )}
      {data !== undefined && (
        <>
          <p>{printable(data.sentence)}</p>
          {data.isCut && <p>There were more results than are looked at: only the last counted.</p>}
          {data.suggestions.map(({ words }) => (
            <p key={words}>{printable(words)}</p>
          ))}
          <ol className={styles.steps}>
            {data.firings.slice(0, SHOWN).map((firing) => (
              <li key={`${firing.key} ${firing.openedAt}`} className={styles.step}>
                <When at={firing.openedAt} />
                <StatusMark status={firing.level} />
                <span className={styles.words}>
                  <b>{printable(firing.group)}</b> {printable(firing.words)}
                  {firing.isTold ? '' : ' (muted)'}
                </span>
              </li>
            ))}
          </ol>
          {data.fired > SHOWN && <p className={list.dim}>and {data.fired - SHOWN} before</p>}
        </>
      )}
      <p className={styles.links}>
        <Link to="/alerts" search={{ monitor: monitor.name }}>
          Its alerts
        </Link>
      </p>
    </div>
  );
}
