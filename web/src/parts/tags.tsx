/**
 * Tags of a pipeline or an execution.
 * @module
 */
import type { ReactElement } from 'react';
import { printable } from '../format/printable.js';
import styles from './tags.module.css';

export function Tags({ tags }: { tags: { [key: string]: string } }): ReactElement | null {
  const entries = Object.entries(tags);
  if (entries.length === 0) return null;
  return (
    <ul className={styles.tags} aria-label="Tags">
      {entries.map(([key, value]) => (
        <li key={key} className={styles.tag}>
          <span>{printable(key)}</span> {printable(value)}
        </li>
      ))}
    </ul>
  );
}
