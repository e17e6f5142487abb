/**
 * The first thing to see of an execution that did not succeed: what, where, why, and what can be done now.
 * @module
 */
import type { ReactElement } from 'react';
import type { ExecutionDetail, StateVisit } from '../api/types.js';
import { readCause } from '../format/cause.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import { CopyButton } from '../parts/copy-button.js';
import { Icon } from '../parts/icon.js';
import { statusTone } from '../parts/status.js';
import { StatusIcon } from '../parts/status-mark.js';
import styles from './error-box.module.css';
import type { ExecutionSearch } from './execution-search.js';
import { failingVisit } from './failing-visit.js';
import { type Redrive, redriveCommand } from './redrive-dialog.js';

export function ErrorBox({
  execution,
  visits,
  onRedrive,
  onShow,
}: {
  execution: ExecutionDetail;
  visits: readonly StateVisit[];
  onRedrive: (redrive: Redrive) => void;
  onShow: (search: ExecutionSearch) => void;
}): ReactElement {
  const { status, error, cause } = execution;
  const failed = failingVisit(visits);
  const { message, errorType, stack } = readCause(cause ?? '');
  return (
    <section className={styles.box} data-tone={statusTone(status)} aria-label="Error">
      <h2 className={styles.title}>
        <StatusIcon status={status} size={20} />
        <span>
          <code className={styles.error}>{printable(error ?? fallback(status))}</code>
          {failed !== undefined && (
            <>
              {' '}
              in state{' '}
              <button
                type="button"
                className={styles.state}
                onClick={() => onShow({ state: failed.name, event: failed.enteredEvent })}
              >
                {printable(failed.name)}
              </button>
              {failed.attempts > 1 && (
                <span className={styles.dim}> after {failed.attempts} attempts</span>
              )}
            </>
          )}
        </span>
      </h2>
      {message !== '' && (
        <p className={styles.cause}>
          {errorType !== undefined && errorType !== error && <b>{printable(errorType)}: </b>}
          {printable(message)}
        </p>
      )}
      {stack.length > 0 && (
        <details className={styles.stack}>
          <summary>{stack[0] === '{' ? 'The whole job' : 'Stack trace'}</summary>
          <pre>{printable(stack.join('\n'))}</pre>
        </details>
      )}
      <div className={styles.buttons}>
        <Button look="primary" onClick={() => onRedrive('own')}>
          <Icon name="redrive" size={14} />
          Redrive from failed state
        </Button>
        <Button onClick={() => onRedrive('current')}>Redrive with current version</Button>
        {failed !== undefined && (
          <Button onClick={() => onShow({ tab: 'logs', state: failed.name })}>Its logs</Button>
        )}
        <CopyButton text={redriveCommand(execution.id, 'own')} label="Copy as CLI" />
      </div>
    </section>
  );
}

function fallback(status: ExecutionDetail['status']): string {
  if (status === 'ABORTED') return 'Stopped';
  return status === 'TIMED_OUT' ? 'States.Timeout' : 'Failed';
}
