/**
 * Says on every page that the server does no work: it was restored and waits, or its records are damaged.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { healthQuery } from '../api/queries.js';
import styles from './held-notice.module.css';

const TITLES: { readonly [status: string]: string } = {
  held: 'This server waits',
  draining: 'This server is being drained',
  corrupt: 'The records are damaged',
};

export function HeldNotice(): ReactElement | null {
  const { data } = useQuery(healthQuery);
  const title = data === undefined ? undefined : TITLES[data.status];
  if (title === undefined) return null;
  return (
    <p className={styles.notice} role="status">
      <strong>{title}.</strong> {data?.problem}
    </p>
  );
}
