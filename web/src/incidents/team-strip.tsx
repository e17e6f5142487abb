/**
 * Who is on call now, and how soon each team's incidents of the last days were taken and over.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { MEANS_DAYS, meansQuery, onCallQuery } from '../api/incident-queries.js';
import type { IncidentMeans, OnCall } from '../api/types.js';
import { formatDuration } from '../format/duration.js';
import { printable } from '../format/printable.js';
import { useNow } from '../live/now.js';
import { Due } from '../parts/when.js';
import { Owner } from './owner.js';
import styles from './team-strip.module.css';

export function TeamStrip({ team }: { team: string | undefined }): ReactElement | null {
  const { data: means = [] } = useQuery(meansQuery(team));
  const { data: onCall = [] } = useQuery(onCallQuery(team));
  if (means.length === 0 && onCall.length === 0) return null;
  return (
    <div className={styles.strip}>
      {onCall.length > 0 && (
        <section aria-labelledby="on-call">
          <h2 id="on-call">On call now</h2>
          <ul>
            {onCall.map((one) => (
              <Duty key={`${one.team}/${one.rotation}`} duty={one} />
            ))}
          </ul>
        </section>
      )}
      {means.length > 0 && (
        <section aria-labelledby="means">
          <h2 id="means">Last {MEANS_DAYS} days</h2>
          <ul>
            {means.map((one) => (
              <Means key={one.team} means={one} />
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}

function Duty({ duty: { team, rotation, zone, shifts } }: { duty: OnCall }): ReactElement {
  const now = useNow();
  const shift = shifts.find(({ from, until }) => from <= now && now < until);
  return (
    <li>
      <Owner name={shift?.person} />{' '}
      <span className={styles.dim}>
        {printable(`${team} ${rotation}`)}
        {shift !== undefined && (
          <>
            , until <Due at={shift.until} zone={zone} />
          </>
        )}
      </span>
    </li>
  );
}

function Means({ means }: { means: IncidentMeans }): ReactElement {
  const { team, opened, reopened, mtta, mttr } = means;
  const again = reopened === 0 ? '' : `, ${reopened} again`;
  return (
    <li>
      <b>{printable(team)}</b>{' '}
      <span className={styles.dim}>
        {opened} opened{again}; acknowledged after {mtta === undefined ? '–' : formatDuration(mtta)}
        <abbr title="mean time to acknowledge"> (MTTA)</abbr>, over after{' '}
        {mttr === undefined ? '–' : formatDuration(mttr)}
        <abbr title="mean time to resolve"> (MTTR)</abbr>
      </span>
    </li>
  );
}
