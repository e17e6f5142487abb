/**
 * Whose an incident is, and whether somebody has taken it.
 * @module
 */
import type { ReactElement } from 'react';
import type { Incident } from '../api/types.js';
import { printable } from '../format/printable.js';
import list from '../parts/list.module.css';
import { Due, Elapsed } from '../parts/when.js';
import styles from './owner.module.css';

/** Their name; nobody is a fault, and looks like one. */
export function Owner({ name }: { name: string | undefined }): ReactElement {
  return name === undefined ? (
    <b className={styles.nobody}>nobody</b>
  ) : (
    <b className={styles.owner}>{printable(name)}</b>
  );
}

/** How long nobody has taken it; who has; until when nobody hears of it. */
export function Standing({ incident }: { incident: Incident }): ReactElement {
  const { status, since, acknowledgedBy, resolvedAt, snoozedUntil } = incident;
  if (status === 'RESOLVED') {
    return (
      <span className={list.dim}>
        resolved after <Elapsed from={since} to={resolvedAt ?? since} />
      </span>
    );
  }
  return (
    <span className={list.dim}>
      {status === 'OPEN' ? (
        <>
          not acknowledged for <Elapsed from={since} to={undefined} />
        </>
      ) : (
        `${printable(acknowledgedBy ?? 'somebody')} has it`
      )}
      {snoozedUntil !== undefined && (
        <>
          , snoozed until <Due at={snoozedUntil} zone={undefined} />
        </>
      )}
    </span>
  );
}
