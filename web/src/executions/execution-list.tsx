/**
 * Executions as rows: outcome, number, pipeline, when, how long, and the error of those that failed.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement, ReactNode } from 'react';
import type { Execution } from '../api/types.js';
import { readCause } from '../format/cause.js';
import { givenName } from '../format/given-name.js';
import { printable } from '../format/printable.js';
import list from '../parts/list.module.css';
import { StatusMark } from '../parts/status-mark.js';
import { Age, Elapsed } from '../parts/when.js';
import styles from './execution-list.module.css';

export function ExecutionList({
  executions,
  withPipeline,
  children,
}: {
  executions: readonly Execution[];
  /** False on a page that is about one pipeline anyway. */
  withPipeline: boolean;
  /** Below the rows. */
  children?: ReactNode;
}): ReactElement {
  return (
    <div className={list.list}>
      <div role="table" aria-label="Executions">
        <div role="rowgroup" className={styles.heads}>
          <div className={`${list.head} ${styles.columns}`} role="row">
            <span role="columnheader">Outcome</span>
            <span role="columnheader">Execution</span>
            <span role="columnheader">Error</span>
            <span role="columnheader">Started</span>
            <span role="columnheader" className={styles.took}>
              Took
            </span>
          </div>
        </div>
        <div role="rowgroup">
          {executions.map((execution) => (
            <Row key={execution.id} execution={execution} withPipeline={withPipeline} />
          ))}
        </div>
      </div>
      {children !== undefined && children !== false && <div className={list.more}>{children}</div>}
    </div>
  );
}

function Row({
  execution,
  withPipeline,
}: {
  execution: Execution;
  withPipeline: boolean;
}): ReactElement {
  const { id, number, name, pipeline, status, startedAt, stoppedAt, error, cause, queued } =
    execution;
  return (
    <div className={`${list.row} ${styles.columns}`} role="row">
      <div role="cell" className={`${list.cell} ${styles.status}`}>
        <StatusMark status={queued === undefined ? status : 'waiting'} />
      </div>
      <div role="cell" className={styles.name}>
        <Link to="/e/$id" params={{ id }} className={list.main} data-row>
          {withPipeline && `${printable(pipeline)} `}
          <span className={styles.number}>#{number}</span>
        </Link>
        {givenName(name) !== undefined && (
          <div className={`${list.dim} ${list.cut}`}>{printable(name)}</div>
        )}
      </div>
      <div role="cell" className={`${list.cell} ${styles.error}`}>
        {error !== undefined && (
          <div className={list.cut} title={printable(cause ?? '')}>
            <b>{printable(error)}</b> {printable(readCause(cause ?? '').message)}
          </div>
        )}
      </div>
      <div role="cell" className={`${list.cell} ${styles.age}`}>
        <Age at={startedAt} />
      </div>
      <div role="cell" className={`${list.cell} ${list.number} ${styles.took}`}>
        <Elapsed from={startedAt} to={stoppedAt} />
      </div>
    </div>
  );
}
