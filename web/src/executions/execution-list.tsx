/**
 * Executions as rows: outcome, number, pipeline, when, how long, and the error of those that failed.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Execution } from '../api/types.js';
import { readCause } from '../format/cause.js';
import { givenName } from '../format/given-name.js';
import { printable } from '../format/printable.js';
import list from '../parts/list.module.css';
import { ListTable, type MorePages } from '../parts/list-table.js';
import { StatusMark } from '../parts/status-mark.js';
import { Age, Elapsed } from '../parts/when.js';
import styles from './execution-list.module.css';
import { testRunWords } from './test-run-words.js';

export function ExecutionList({
  executions,
  withPipeline,
  pages,
}: {
  executions: readonly Execution[];
  /** False on a page that is about one pipeline anyway. */
  withPipeline: boolean;
  /** Older ones; undefined: the list is whole. */
  pages?: MorePages;
}): ReactElement {
  return (
    <ListTable
      label="Executions"
      heads={['Outcome', 'Execution', 'Error', 'Started', ['Took', styles.took]]}
      columns={styles.columns}
      pages={pages}
      more="Older executions"
    >
      <div role="rowgroup">
        {executions.map((execution) => (
          <Row key={execution.id} execution={execution} withPipeline={withPipeline} />
        ))}
      </div>
    </ListTable>
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
  const kind = testRunWords(execution);
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
        {kind !== undefined && <span className={styles.kind}>{kind}</span>}
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
