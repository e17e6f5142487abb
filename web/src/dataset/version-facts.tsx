/**
 * One version: who wrote it and when, what it holds, where it lies.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { DatasetVersion } from '../api/types.js';
import { asideWords } from '../data/held-back.js';
import { formatAmount, formatBytes } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { Age, When } from '../parts/when.js';
import styles from './version-facts.module.css';

export function VersionFacts({ version: one }: { version: DatasetVersion }): ReactElement {
  const { version, at, execution, task, codeVersion, interval, rows, bytes, files } = one;
  const { columns, quarantined, location, removedAt } = one;
  const held = [
    ...(rows === undefined ? [] : [`${formatAmount(rows)} rows`]),
    ...(columns === 0 ? [] : [counted(columns, 'column')]),
    counted(files, 'file'),
    formatBytes(bytes),
  ];
  return (
    <dl className={styles.facts}>
      <div>
        <dt>Version</dt>
        <dd>
          <code>{version}</code>
        </dd>
      </div>
      <div>
        <dt>Written</dt>
        <dd>
          <When at={at} />{' '}
          <span className={styles.dim}>
            (<Age at={at} />)
          </span>
        </dd>
      </div>
      <div>
        <dt>By</dt>
        <dd>
          <Link to="/e/$id" params={{ id: execution }}>
            the execution
          </Link>
          , task {printable(task)}
        </dd>
      </div>
      <div>
        <dt>Version of the pipeline</dt>
        <dd>
          <code>{printable(codeVersion)}</code>
        </dd>
      </div>
      {interval !== undefined && (
        <div>
          <dt>Interval</dt>
          <dd>{printable(interval)}</dd>
        </div>
      )}
      <div>
        <dt>Holds</dt>
        <dd>{held.join(', ')}</dd>
      </div>
      {quarantined !== undefined && quarantined > 0 && (
        <div>
          <dt>Not published</dt>
          <dd className={styles.aside}>{asideWords(quarantined)}</dd>
        </div>
      )}
      <div className={styles.wide}>
        <dt>{removedAt === undefined ? 'Lies in' : 'Lay in'}</dt>
        <dd>
          <code>{printable(location)}</code>
        </dd>
      </div>
    </dl>
  );
}

function counted(count: number, word: string): string {
  return `${formatAmount(count)} ${word}${count === 1 ? '' : 's'}`;
}
