/**
 * Top of a page: its title, and what can be done on it.
 * @module
 */
import { type ReactElement, type ReactNode, useEffect } from 'react';
import styles from './page-head.module.css';

export function PageHead({
  title,
  above,
  children,
}: {
  title: ReactNode;
  /** A line above the title: where this belongs. */
  above?: ReactNode;
  /** Buttons and fields. */
  children?: ReactNode;
}): ReactElement {
  return (
    <div className={styles.head}>
      <div className={styles.words}>
        {above !== undefined && <div className={styles.above}>{above}</div>}
        <h1>{title}</h1>
      </div>
      {children !== undefined && <div className={styles.tools}>{children}</div>}
    </div>
  );
}

/** Names the browser's tab. */
export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} – Millrace`;
  }, [title]);
}
