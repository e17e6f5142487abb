/**
 * A place where nothing is yet: what it is for, and one command that fills it.
 * @module
 */
import type { ReactElement, ReactNode } from 'react';
import { Command } from './command.js';
import styles from './empty-state.module.css';

export function EmptyState({
  title,
  command,
  lines,
  children,
}: {
  title: string;
  command?: string;
  /** For a file. */
  lines?: string;
  children: ReactNode;
}): ReactElement {
  return (
    <div className={styles.empty}>
      <svg viewBox="0 0 120 40" width="120" height="40" aria-hidden="true">
        <path d="M2 12c14 0 14 8 29 8s14-8 29-8 14 8 29 8 14-8 29-8" />
        <path d="M2 28c14 0 14 8 29 8s14-8 29-8 14 8 29 8 14-8 29-8" />
      </svg>
      <h2>{title}</h2>
      <p>{children}</p>
      {command !== undefined && <Command text={command} />}
      {lines !== undefined && <Command text={lines} of="file" />}
    </div>
  );
}
