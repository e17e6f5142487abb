/**
 * Partners × intervals, pipeline by pipeline: who has delivered, who is late, who is missing, and what was started.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { partnersQuery } from '../api/data-queries.js';
import type { AwaitingPipeline, PartnerRow } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { formatMoment } from '../format/time.js';
import { Button } from '../parts/button.js';
import { EmptyState } from '../parts/empty-state.js';
import { RefusalNote } from '../parts/refusal-note.js';
import styles from './arrivals.module.css';
import type { DataSearch } from './data-search.js';
import { IntervalSteps } from './interval-steps.js';
import {
  byPipeline,
  DELIVERIES,
  type Delivering,
  deliveryLabel,
  intervalHead,
  type PartnerCell,
  type PartnerInterval,
} from './partner-words.js';

export function Partners({ search }: { search: DataSearch }): ReactElement | null {
  const pages = useInfiniteQuery(partnersQuery(search));
  if (pages.data === undefined) {
    return pages.error === null ? null : <RefusalNote error={pages.error} />;
  }
  const all = byPipeline(pages.data.pages);
  if (all.length === 0 && !pages.hasNextPage) return <Nothing search={search} />;
  return (
    <>
      {pages.error !== null && <RefusalNote error={pages.error} />}
      <p className={styles.legend}>
        {Object.entries(DELIVERIES).map(([state, { sign, word, tone }]) => (
          <span key={state}>
            <b className={styles.sign} data-tone={tone} aria-hidden="true">
              {sign}
            </b>{' '}
            {word}
          </span>
        ))}
      </p>
      <IntervalSteps search={search} shown={finest(all)} />
      {all.map((one) => (
        <Pipeline key={`${one.pipeline.team}:${one.pipeline.pipeline}`} {...one} />
      ))}
      {pages.hasNextPage && (
        <Button onClick={() => void pages.fetchNextPage()} disabled={pages.isFetchingNextPage}>
          More partners
        </Button>
      )}
    </>
  );
}

/** Hours where one pipeline has them: no step leaves out any. */
function finest(all: readonly Delivering[]): string[] {
  const shown = all.map(({ pipeline }) => pipeline.intervals.map(({ interval }) => interval));
  return shown.sort(([a = ''], [b = '']) => b.length - a.length)[0] ?? [];
}

function Pipeline({ pipeline: of, rows }: Delivering): ReactElement {
  const { pipeline, team, intervals, problem } = of;
  const label = printable(`Partners of ${pipeline}`);
  return (
    <section className={styles.group} aria-label={label}>
      <h2 className={styles.title}>
        <Link to="/p/$name" params={{ name: pipeline }} search={{ team }}>
          {printable(pipeline)}
        </Link>{' '}
        <span className={styles.dim}>{printable(rules(of))}</span>
      </h2>
      {problem !== undefined && <p className={styles.problem}>{printable(problem)}</p>}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard */}
      <section className={styles.box} aria-label={`${label} by interval`} tabIndex={0}>
        <table className={styles.table}>
          <caption className="sr-only">{label}, interval by interval</caption>
          <thead>
            <tr>
              <th scope="col" className={styles.name}>
                Partner
              </th>
              {intervals.map(({ interval }) => (
                <Head key={interval} interval={interval} />
              ))}
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.partner} row={row} zone={of.timezone} />
            ))}
          </tbody>
          <tfoot>
            <tr>
              <th scope="row" className={styles.name}>
                <span className={styles.dim}>Delivered, and execution</span>
              </th>
              {intervals.map((one) => (
                <td key={one.interval} className={styles.cell}>
                  <Sum of={of} interval={one} />
                </td>
              ))}
            </tr>
          </tfoot>
        </table>
      </section>
    </section>
  );
}

/** @example 'parcels · incoming · 3 partners · by 09:00 of Europe/Berlin, then without those who are missing' */
function rules({ team, under, partners, by, timezone, whenMissing }: AwaitingPipeline): string {
  const then = whenMissing === 'start' ? 'then without those who are missing' : 'then it waits on';
  return [
    ...[team, under, `${formatAmount(partners)} ${partners === 1 ? 'partner' : 'partners'}`],
    by === undefined ? `intervals of ${timezone}` : `by ${by} of ${timezone}, ${then}`,
  ].join(' · ');
}

function Head({ interval }: { interval: string }): ReactElement {
  const [above, below] = intervalHead(interval);
  return (
    <th scope="col" title={interval} className={styles.day}>
      <span className="sr-only">{interval}</span>
      <span aria-hidden="true">
        {above}
        {above.endsWith('-') || <br />}
        <b>{below}</b>
      </span>
    </th>
  );
}

function Row({ row, zone }: { row: PartnerRow; zone: string }): ReactElement {
  return (
    <tr>
      <th scope="row" className={styles.name}>
        {printable(row.partner)}
      </th>
      {row.cells.map((cell) => (
        <td key={cell.interval} className={styles.cell}>
          <Cell partner={row.partner} cell={cell} zone={zone} />
        </td>
      ))}
    </tr>
  );
}

function Cell(of: { partner: string; cell: PartnerCell; zone: string }): ReactElement {
  const { sign, tone } = DELIVERIES[of.cell.state];
  const label = printable(deliveryLabel(of.partner, of.cell, of.zone));
  return (
    <span className={styles.mark} data-tone={tone} title={label}>
      <span className={styles.sign} data-tone={tone} aria-hidden="true">
        {sign}
      </span>
      <span className="sr-only">{label}</span>
    </span>
  );
}

/** How many have delivered; it leads to the execution. */
function Sum({ of, interval }: { of: AwaitingPipeline; interval: PartnerInterval }): ReactElement {
  const { arrived, unexpected, started, deadline } = interval;
  const label = printable(
    [
      `${interval.interval}: ${formatAmount(arrived)} of ${formatAmount(of.partners)} delivered`,
      ...(unexpected === 0 ? [] : [`${formatAmount(unexpected)} of somebody else`]),
      ...(deadline === undefined ? [] : [`deadline ${formatMoment(deadline, of.timezone)}`]),
      ...(started === undefined
        ? []
        : [`${started.name}, ${formatMoment(started.at, of.timezone)}`]),
    ].join(', '),
  );
  const inside = (
    <>
      {(arrived > 0 || unexpected > 0 || deadline !== undefined) && (
        <span className={styles.rows} aria-hidden="true">
          {arrived}/{of.partners}
          {unexpected > 0 && ` +${unexpected}`}
        </span>
      )}
      {started !== undefined && <span aria-hidden="true">▶</span>}
      <span className="sr-only">{label}</span>
    </>
  );
  return started === undefined ? (
    <span className={styles.mark} title={label}>
      {inside}
    </span>
  ) : (
    <Link to="/e/$id" params={{ id: started.id }} className={styles.mark} title={label}>
      {inside}
    </Link>
  );
}

function Nothing({ search: { q } }: { search: DataSearch }): ReactElement {
  return q === undefined ? (
    <EmptyState title="No pipeline waits for partners" lines={LINES}>
      A pipeline that is started when all of its partners have delivered for a day or an hour stands
      here with each of them:
    </EmptyState>
  ) : (
    <EmptyState title="No partner like that">
      No partner, and no pipeline that waits for one, has “{printable(q)}” in its name.{' '}
      <Link to="/data" search={{ view: 'partners' }}>
        Show all partners
      </Link>
    </EmptyState>
  );
}

const LINES = `trigger:
  files:
    under: incoming
    arrivals: { path: "{interval}/{partner}.csv", partners: [north, south] }`;
