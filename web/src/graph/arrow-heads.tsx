/**
 * Ends of lines, one for each look: a line names that of its own, `url(#NAME-LOOK)`.
 * @module
 */
import type { ReactElement } from 'react';
import styles from './lines.module.css';

export function ArrowHeads({
  name,
  looks,
}: {
  /** Unique on the page. */
  name: string;
  looks: readonly string[];
}): ReactElement {
  return (
    <defs>
      {looks.map((look) => (
        <marker
          key={look}
          id={`${name}-${look}`}
          className={styles.arrow}
          data-look={look}
          viewBox="0 0 10 10"
          refX="8.5"
          refY="5"
          markerWidth="9"
          markerHeight="9"
          markerUnits="userSpaceOnUse"
          orient="auto"
        >
          <path d="M0 .8 9 5 0 9.2Z" />
        </marker>
      ))}
    </defs>
  );
}
