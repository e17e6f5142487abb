/**
 * Open incidents of what a page is about: whose each is, with the button that takes it. Nothing when there are none.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { type IncidentFilter, incidentsQuery } from '../api/incident-queries.js';
import type { Incident } from '../api/types.js';
import { printable } from '../format/printable.js';
import { StatusIcon } from '../parts/status-mark.js';
import { Acknowledge } from './acknowledge.js';
import { MARK_OF } from './incident-row.js';
import styles from './open-incidents.module.css';
import { Owner, Standing } from './owner.js';
import { SilenceButton } from './silence-dialog.js';

/** More of one thing are seldom, and listed elsewhere. */
const SHOWN = 3;

export function OpenIncidents({
  of,
  silence = false,
}: {
  of: Pick<IncidentFilter, 'pipeline' | 'problem' | 'team'>;
  /** Whether it can be silenced here, too. */
  silence?: boolean;
}): ReactElement | null {
  const { data } = useInfiniteQuery(incidentsQuery({ ...of, folded: 'true' }));
  const incidents = data?.pages.flatMap(({ items }) => items) ?? [];
  if (incidents.length === 0) return null;
  return (
    <section className={styles.open} aria-label="Open incidents">
      {incidents.slice(0, SHOWN).map((incident) => (
        <One key={incident.number} incident={incident} silence={silence} />
      ))}
      {incidents.length > SHOWN && (
        <Link to="/incidents" search={of.pipeline === undefined ? {} : { pipeline: of.pipeline }}>
          All open incidents
        </Link>
      )}
    </section>
  );
}

function One({ incident, silence }: { incident: Incident; silence: boolean }): ReactElement {
  const { number, title, level, owner, cause, team, tags, pipeline } = incident;
  return (
    <div className={styles.one} data-level={level}>
      <StatusIcon status={MARK_OF[level]} />
      <span className={styles.words}>
        <Link to="/incidents/$number" params={{ number: String(number) }}>
          Incident #{number}: {printable(title)}
        </Link>
        {cause !== undefined && ` (comes of #${cause})`}, owner <Owner name={owner} />,{' '}
        <Standing incident={incident} />
      </span>
      <Acknowledge incident={incident} />
      {silence && <SilenceButton of={{ team, tags, pipeline }} />}
    </div>
  );
}
