/**
 * What the execution was given and what it answered.
 * @module
 */
import type { ReactElement } from 'react';
import type { ExecutionDetail } from '../api/types.js';
import { JsonView } from '../parts/json-view.js';
import styles from './data-tab.module.css';

export function DataTab({ execution }: { execution: ExecutionDetail }): ReactElement {
  return (
    <div className={styles.data}>
      <JsonView label="Input" value={execution.input} />
      <JsonView label="Output" value={execution.output} />
    </div>
  );
}
