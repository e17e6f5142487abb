/**
 * How the server itself is, as it says at `/health`.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { healthQuery } from '../api/queries.js';
import type { Health } from '../api/types.js';
import { printable } from '../format/printable.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusIcon } from '../parts/status-mark.js';
import styles from './admin.module.css';

const WORDS: { [status in Health['status']]: string } = {
  starting: 'It starts, and accepts nothing yet.',
  held: 'It was restored from a backup, and waits until somebody says that it may go on.',
  ready: 'It works, and accepts work.',
  draining: 'It is being drained: nothing new begins, and what runs may end.',
  degraded: 'It works, and a part of it does not do its work.',
  'storage-full': 'The disk is full: it refuses new work, keeps answering, and goes on by itself.',
  corrupt: 'Damage was found in its records: it writes nothing any more.',
  closing: 'It stops.',
  closed: 'It has stopped.',
  failed: 'It has failed, and accepts nothing.',
};

export function HealthPanel(): ReactElement | null {
  const { data, error } = useQuery(healthQuery);
  if (error !== null) return <RefusalNote error={error} />;
  if (data === undefined) return null;
  const { status, version, problem, sealKey, degraded = [] } = data;
  const isWell = status === 'ready' && sealKey === undefined;
  return (
    <section className={styles.health} aria-label="Health">
      <p className={styles.verdict}>
        <StatusIcon status={isWell ? 'OK' : 'CRITICAL'} size={20} />
        <span>
          <b>{status}</b>: {WORDS[status]}
        </span>
      </p>
      {problem !== undefined && <p className={styles.bad}>{printable(problem)}</p>}
      {degraded.length > 0 && (
        <ul className={styles.bad}>
          {degraded.map((part) => (
            <li key={part}>{printable(part)}</li>
          ))}
        </ul>
      )}
      {sealKey !== undefined && (
        <p className={styles.bad}>
          The sealing key is {sealKey} than the store was written with: secrets in old records
          cannot be opened.
        </p>
      )}
      <p className={styles.hint}>Millrace {printable(version)}</p>
    </section>
  );
}
