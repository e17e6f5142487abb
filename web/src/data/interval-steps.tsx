/**
 * From some days to those before and after them.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import styles from './arrivals.module.css';
import type { DataSearch } from './data-search.js';
import { intervalsLater } from './interval-words.js';

export function IntervalSteps({
  search,
  shown,
}: {
  search: DataSearch;
  /** Days or hours, the earliest first. */
  shown: readonly string[];
}): ReactElement | null {
  const [first] = shown;
  const last = shown.at(-1);
  if (first === undefined || last === undefined) return null;
  const { until: _, ...present } = search;
  const to = (until: string): DataSearch => ({ ...present, until });
  return (
    <nav className={styles.steps} aria-label="Earlier and later">
      <Link to="/data" search={to(intervalsLater(first, -1))}>
        ‹ Earlier
      </Link>
      <span className={styles.dim}>
        {first.replace('T', ' ')} to {last.replace('T', ' ')}
      </span>
      {search.until !== undefined && (
        <>
          <Link to="/data" search={to(intervalsLater(last, shown.length))}>
            Later ›
          </Link>
          <Link to="/data" search={present}>
            Now
          </Link>
        </>
      )}
    </nav>
  );
}
