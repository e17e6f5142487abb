/**
 * What a chart says, in words: the chosen point, and all points as a table.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { printable } from '../format/printable.js';
import { formatUtc } from '../format/time.js';
import { StatusMark } from '../parts/status-mark.js';
import styles from './chart.module.css';
import type { Band, Point } from './measures.js';

const CAUSE = 160;

export function PointWords({
  point: { at, value, status, cause, execution },
  format,
}: {
  point: Point;
  format: (value: number) => string;
}): ReactElement {
  return (
    <p className={styles.point}>
      <time dateTime={new Date(at).toISOString()}>{utc(at)}</time>
      <b>{format(value)}</b>
      <StatusMark status={status} />
      {execution !== undefined && (
        <Link to="/e/$id" params={{ id: execution }}>
          Execution
        </Link>
      )}
      {cause !== '' && status !== 'OK' && (
        <span className={styles.cause}>{printable(cause.slice(0, CAUSE))}</span>
      )}
    </p>
  );
}

export function TableTwin({
  title,
  points,
  band,
  format,
}: {
  title: string;
  points: readonly Point[];
  band: Band | undefined;
  format: (value: number) => string;
}): ReactElement {
  return (
    <details className={styles.twin}>
      <summary>{title} as a table</summary>
      <div className={styles.scroll}>
        <table>
          <thead>
            <tr>
              <th scope="col">UTC</th>
              <th scope="col">Value</th>
              {band !== undefined && <th scope="col">Usual</th>}
              <th scope="col">Status</th>
              <th scope="col">Execution</th>
            </tr>
          </thead>
          <tbody>
            {points
              .map(({ at, value, status, execution }, index) => ({
                at,
                value,
                status,
                execution,
                index,
              }))
              .toReversed()
              .map(({ at, value, status, execution, index }) => (
                <tr key={index}>
                  <td>{utc(at)}</td>
                  <td>{format(value)}</td>
                  {band !== undefined && (
                    <td>
                      {said(band.low[index], format)} to {said(band.high[index], format)}
                    </td>
                  )}
                  <td>
                    <StatusMark status={status} />
                  </td>
                  <td>
                    {execution !== undefined && (
                      <Link to="/e/$id" params={{ id: execution }}>
                        open
                      </Link>
                    )}
                  </td>
                </tr>
              ))}
          </tbody>
        </table>
      </div>
    </details>
  );
}

function said(value: number | null | undefined, format: (value: number) => string): string {
  return typeof value === 'number' ? format(value) : '?';
}

/** To the second: milliseconds do not fit beside the value. */
function utc(at: number): string {
  return formatUtc(at).replace(/\.\d+/, '');
}
