/**
 * Tags of a pipeline, an execution or something watched. On pages that filter by tags each adds itself to the filters.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { printable } from '../format/printable.js';
import { type WatchSearch, withTag } from '../watch/watch-search.js';
import styles from './tags.module.css';

export function Tags({
  tags,
  pick = false,
}: {
  tags: { [key: string]: string };
  /** Whether a click filters the page. */
  pick?: boolean;
}): ReactElement | null {
  const entries = Object.entries(tags);
  if (entries.length === 0) return null;
  return (
    <ul className={styles.tags} aria-label="Tags">
      {entries.map(([key, value]) => (
        <li key={key} className={styles.tag}>
          {pick ? (
            <Link
              to="."
              search={((old: WatchSearch) => withTag(old, `${key}:${value}`)) as never}
              className={styles.pick}
              title={`Show only ${printable(key)} ${printable(value)}`}
            >
              <span>{printable(key)}</span> {printable(value)}
            </Link>
          ) : (
            <>
              <span>{printable(key)}</span> {printable(value)}
            </>
          )}
        </li>
      ))}
    </ul>
  );
}
