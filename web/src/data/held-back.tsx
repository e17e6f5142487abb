/**
 * What was not published of a dataset: a newer version that its contract rejected, or rows that were set aside.
 * @module
 */
import type { ReactElement } from 'react';
import type { Dataset } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import { StatusIcon } from '../parts/status-mark.js';
import styles from './held-back.module.css';

/** Nothing where all that was written is there to read. */
export function HeldBack({
  dataset: { current, last, failure },
}: {
  dataset: Dataset;
}): ReactElement | null {
  const aside = current.at(-1)?.quarantined ?? 0;
  const isRejected = last?.state === 'rejected';
  if (!isRejected && aside === 0 && failure === undefined) return null;
  return (
    <ul className={styles.signs} aria-label="Held back">
      {isRejected && (
        <li data-tone="fail">
          <StatusIcon status="CRITICAL" size={14} />
          {current.length === 0 ? 'a version was rejected' : 'a newer version was rejected'}
        </li>
      )}
      {aside > 0 && (
        <li data-tone="warn">
          <StatusIcon status="WARNING" size={14} />
          {asideWords(aside)}
        </li>
      )}
      {failure !== undefined && (
        <li data-tone="fail">
          <StatusIcon status="CRITICAL" size={14} />
          the storage does not follow
        </li>
      )}
    </ul>
  );
}

/** @example asideWords(1) // '1 row set aside' */
export function asideWords(rows: number): string {
  return `${formatAmount(rows)} ${rows === 1 ? 'row' : 'rows'} set aside`;
}
