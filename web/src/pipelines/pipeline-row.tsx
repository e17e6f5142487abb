/**
 * One pipeline in the list.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { PipelineOverview } from '../api/types.js';
import { printable } from '../format/printable.js';
import { Icon } from '../parts/icon.js';
import list from '../parts/list.module.css';
import { StatusMark } from '../parts/status-mark.js';
import { Tags } from '../parts/tags.js';
import { Ticks } from '../parts/ticks.js';
import { Age, Elapsed } from '../parts/when.js';
import row from './pipeline-row.module.css';
import styles from './pipelines-page.module.css';

export function PipelineRow({ pipeline }: { pipeline: PipelineOverview }): ReactElement {
  const { name, team, tags, recent, problems } = pipeline;
  const last = recent[0];
  return (
    <div className={`${list.row} ${styles.columns}`} role="row">
      <div role="cell" className={styles.name}>
        <div className={row.title}>
          <Link to="/p/$name" params={{ name }} search={{ team }} className={list.main} data-row>
            {printable(name)}
          </Link>
          {problems > 0 && (
            <span className={row.problems}>
              <Icon name="warning" size={13} />
              {problems === 1 ? '1 problem' : `${problems} problems`}
            </span>
          )}
        </div>
        <div className={row.below}>
          {team !== 'default' && <span className={list.dim}>{printable(team)}</span>}
          <Tags tags={tags} />
        </div>
      </div>
      <div role="cell" className={styles.ticks}>
        <Link
          to="/executions"
          search={{ pipeline: name, team }}
          className={row.ticks}
          aria-label={`Executions of ${name}`}
        >
          <Ticks recent={recent} />
        </Link>
      </div>
      <div role="cell" className={`${list.cell} ${styles.status}`}>
        {last === undefined ? (
          <span className={list.dim}>never ran</span>
        ) : (
          <Link to="/e/$id" params={{ id: last.id }} className={row.outcome}>
            <StatusMark status={last.status} />
          </Link>
        )}
      </div>
      <div role="cell" className={`${list.cell} ${styles.age}`}>
        {last !== undefined && <Age at={last.startedAt} />}
      </div>
      <div role="cell" className={`${list.cell} ${list.number} ${styles.took}`}>
        {last !== undefined && <Elapsed from={last.startedAt} to={last.stoppedAt} />}
      </div>
    </div>
  );
}
