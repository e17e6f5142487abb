/**
 * What the server refused, why, and what to do.
 * @module
 */
import type { ReactElement } from 'react';
import { Refusal } from '../api/client.js';
import styles from './refusal-note.module.css';
import { StatusIcon } from './status-mark.js';

export function RefusalNote({ error }: { error: unknown }): ReactElement {
  const { message } = error as Error;
  return (
    <div className={styles.note} role="alert">
      <StatusIcon status="FAILED" />
      <div>
        <p className={styles.what}>{message}</p>
        {error instanceof Refusal && (
          <p className={styles.fix}>
            {error.fix} <code>{error.code}</code>
          </p>
        )}
      </div>
    </div>
  );
}
