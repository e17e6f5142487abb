/**
 * One dataset in the list: what of it is current, and whether anything was held back.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Dataset } from '../api/types.js';
import { formatAmount, formatBytes } from '../format/amount.js';
import { printable } from '../format/printable.js';
import list from '../parts/list.module.css';
import { Age } from '../parts/when.js';
import styles from './dataset-row.module.css';
import { HeldBack } from './held-back.js';

export function DatasetRow({ dataset }: { dataset: Dataset }): ReactElement {
  const { name, team, pipeline, description, stage, byInterval, intervals } = dataset;
  const current = dataset.current.at(-1);
  return (
    <div className={`${list.row} ${styles.columns}`} role="row">
      <div role="cell" className={styles.name}>
        <Link to="/d/$" params={{ _splat: name }} search={{ team }} className={list.main} data-row>
          {printable(name)}
        </Link>
        <div className={list.dim}>
          {[team, stage === 'raw' ? 'files as they came' : undefined, description]
            .filter((part) => part !== undefined)
            .map(printable)
            .join(' · ')}
        </div>
        <HeldBack dataset={dataset} />
      </div>
      <div role="cell" className={`${list.cell} ${styles.current}`}>
        {current === undefined ? (
          <span className={list.dim}>nothing is published</span>
        ) : (
          <>
            <Age at={dataset.publishedAt ?? current.at} />
            <div className={list.dim}>
              {byInterval ? `${formatAmount(intervals)} intervals, last ` : ''}
              {current.interval ?? current.version}
            </div>
          </>
        )}
      </div>
      <div role="cell" className={`${list.cell} ${list.number} ${styles.rows}`}>
        {current?.rows !== undefined && <div>{formatAmount(current.rows)} rows</div>}
        {current !== undefined && <div className={list.dim}>{formatBytes(current.bytes)}</div>}
      </div>
      <div role="cell" className={`${list.cell} ${styles.pipeline}`}>
        <Link to="/p/$name" params={{ name: pipeline }} search={{ team }}>
          {printable(pipeline)}
        </Link>
      </div>
    </div>
  );
}

/** Heads of these rows. */
export const HEADS = ['Dataset', 'Current', ['Rows, size', styles.rows], 'Pipeline'] as const;

export const COLUMNS: string | undefined = styles.columns;
