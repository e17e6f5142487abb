/**
 * Datasets × days: what arrived, what is late or missing, what was held back.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { arrivalsQuery } from '../api/data-queries.js';
import type { ArrivalRow } from '../api/types.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { EmptyState } from '../parts/empty-state.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { ARRIVALS, type ArrivalDay, cellLabel, shortRows } from './arrival-words.js';
import styles from './arrivals.module.css';
import type { DataSearch } from './data-search.js';
import { IntervalSteps } from './interval-steps.js';

export function Arrivals({ search }: { search: DataSearch }): ReactElement | null {
  const pages = useInfiniteQuery(arrivalsQuery(search));
  if (pages.data === undefined) {
    return pages.error === null ? null : <RefusalNote error={pages.error} />;
  }
  const rows = pages.data.pages.flatMap(({ items }) => items);
  if (rows.length === 0) return <Nothing search={search} />;
  const zones = new Set(rows.map(({ zone }) => zone));
  const [zone] = zones;
  const days = rows[0]?.days.map(({ day }) => day) ?? [];
  return (
    <>
      {pages.error !== null && <RefusalNote error={pages.error} />}
      <p className={styles.legend}>
        {Object.entries(ARRIVALS).map(([state, { sign, word, tone }]) => (
          <span key={state}>
            <b className={styles.sign} data-tone={tone} aria-hidden="true">
              {sign}
            </b>{' '}
            {word}
          </span>
        ))}
      </p>
      <IntervalSteps search={search} shown={days} />
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className={styles.box} aria-label="Arrivals by day" tabIndex={0}>
        <table className={styles.table}>
          <caption className="sr-only">Arrivals of datasets, day by day</caption>
          <thead>
            <tr>
              <th scope="col" className={styles.name}>
                Dataset
              </th>
              {days.map((day) => (
                <th key={day} scope="col" title={day} className={styles.day}>
                  <span className="sr-only">{day.slice(0, 5)}</span>
                  {day.slice(5, 7)}-<b>{day.slice(8)}</b>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row
                key={`${row.team}:${row.name}`}
                row={row}
                days={days}
                withZone={zones.size > 1}
              />
            ))}
          </tbody>
        </table>
      </section>
      <p className={styles.note}>
        {zones.size === 1 ? `Days of ${zone}. ` : 'Days of the zone that stands below each name. '}A
        version counts on the day of its interval, or on which it was written; an expectation on the
        day on which it was due.
      </p>
      {pages.hasNextPage && (
        <Button onClick={() => void pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
          More datasets
        </Button>
      )}
    </>
  );
}

function Row({
  row,
  days,
  withZone,
}: {
  row: ArrivalRow;
  days: readonly string[];
  withZone: boolean;
}): ReactElement {
  const { name, team, owner, zone, isCut } = row;
  // Where another zone has begun its day already, that one is told by itself.
  const shown = days.map((day): ArrivalDay | undefined => row.days.find((one) => one.day === day));
  return (
    <tr>
      <th scope="row" className={styles.name}>
        <Link to="/d/$" params={{ _splat: name }} search={{ team }} data-row>
          {printable(name)}
        </Link>
        <div className={styles.dim}>
          {printable(
            [
              team,
              ...(owner === undefined ? [] : [owner]),
              ...(withZone ? [zone] : []),
              ...(isCut ? ['very many versions'] : []),
            ].join(' · '),
          )}
        </div>
      </th>
      {shown.map((cell, at) => (
        <td key={days[at]} className={styles.cell}>
          {cell !== undefined && <Cell row={row} cell={cell} />}
        </td>
      ))}
    </tr>
  );
}

function Cell({ row: { name, team }, cell }: { row: ArrivalRow; cell: ArrivalDay }): ReactElement {
  const { sign, tone } = ARRIVALS[cell.state];
  const label = printable(cellLabel(name, cell));
  const inside = (
    <>
      <span className={styles.sign} data-tone={tone} aria-hidden="true">
        {sign}
      </span>
      {cell.rows !== undefined && (
        <span className={styles.rows} aria-hidden="true">
          {shortRows(cell.rows)}
        </span>
      )}
      <span className="sr-only">{label}</span>
    </>
  );
  if (cell.version === undefined) {
    return (
      <span className={styles.mark} data-tone={tone} title={label}>
        {inside}
      </span>
    );
  }
  return (
    <Link
      to="/d/$"
      params={{ _splat: name }}
      search={{ team, version: cell.version }}
      className={styles.mark}
      data-tone={tone}
      title={label}
    >
      {inside}
    </Link>
  );
}

function Nothing({ search: { q } }: { search: DataSearch }): ReactElement {
  return q === undefined ? (
    <EmptyState title="No dataset is written by interval" lines={LINES}>
      Here stand datasets that have a version of each interval. Search for the beginning of a name
      to see the days of others. A pipeline says so of one:
    </EmptyState>
  ) : (
    <EmptyState title="No dataset like that">
      Nothing has “{printable(q)}” in its name, team, description or pipeline.{' '}
      <Link to="/data" search={{ view: 'arrivals' }}>
        Show datasets by interval
      </Link>
    </EmptyState>
  );
}

const LINES = `datasets:
  parcels/example: { per: interval }`;
