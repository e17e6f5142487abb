/**
 * One incident in a list: how bad, what, whose, how long nobody has taken it, why; and the button that takes it.
 * @module
 */
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import type { Incident } from '../api/types.js';
import { readCause } from '../format/cause.js';
import { printable } from '../format/printable.js';
import { subjectKind } from '../format/subject.js';
import list from '../parts/list.module.css';
import { StatusMark } from '../parts/status-mark.js';
import { Tags } from '../parts/tags.js';
import { Age } from '../parts/when.js';
import { Acknowledge } from './acknowledge.js';
import styles from './incident-row.module.css';
import { Owner, Standing } from './owner.js';

const WORDS = 240;

/** Which colours a level takes. */
export const MARK_OF = { critical: 'CRITICAL', warning: 'WARNING' } as const;

export function IncidentRow({
  incident,
  pick = true,
}: {
  incident: Incident;
  /** Whether a click on a tag filters the page. */
  pick?: boolean;
}): ReactElement {
  const { number, team, subject, title, status, level, last, since, folded, cause, tags, owner } =
    incident;
  return (
    <div
      className={`${list.row} ${styles.columns}`}
      role="row"
      data-over={status === 'RESOLVED' || undefined}
    >
      <div role="cell" className={`${list.cell} ${styles.level}`}>
        <StatusMark status={MARK_OF[level]} />
        {status !== 'OPEN' && (
          <div className={styles.below}>
            <StatusMark status={status} />
          </div>
        )}
      </div>
      <div role="cell" className={styles.what}>
        <Link
          to="/incidents/$number"
          params={{ number: String(number) }}
          className={list.main}
          data-row
        >
          {printable(title)}
        </Link>
        <div className={styles.below}>
          <span className={list.dim}>
            #{number}
            {team === 'default' ? '' : ` · ${printable(team)}`}
            {subject.provider === 'millrace' ? '' : ` · ${printable(subjectKind(subject) ?? '')}`}
            {cause === undefined ? '' : ` · comes of #${cause}`}
          </span>
          {folded > 0 && <span className={styles.folded}>{folded} folded in</span>}
          <Tags tags={tags} pick={pick} />
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.why}`}>
        {printable(readCause(last.words).message.slice(0, WORDS))}
      </div>
      <div role="cell" className={`${list.cell} ${styles.owner}`}>
        <div>
          <Owner name={owner} />
        </div>
        <Standing incident={incident} />
      </div>
      <div role="cell" className={`${list.cell} ${styles.when}`}>
        <Age at={since} />
        <Acknowledge incident={incident} />
      </div>
    </div>
  );
}

/** Heads of these rows. */
export const HEADS = [
  'Level',
  'Incident',
  'Why',
  'Owner',
  ['Since', styles.when],
] as const satisfies readonly (string | readonly [string, string | undefined])[];

export const COLUMNS: string | undefined = styles.columns;
