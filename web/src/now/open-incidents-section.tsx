/**
 * Open incidents on the first page, each with the button that takes it: what somebody has to do comes before what is so.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { incidentsQuery } from '../api/incident-queries.js';
import type { WatchFilter } from '../api/queries.js';
import { IncidentRow } from '../incidents/incident-row.js';
import { NowSection } from './now-row.js';

export function OpenIncidentsSection({ filter }: { filter: WatchFilter }): ReactElement | null {
  const { data, hasNextPage } = useInfiniteQuery(incidentsQuery(filter));
  const incidents = data?.pages.flatMap(({ items }) => items) ?? [];
  const taken = incidents.filter(({ status }) => status === 'ACKNOWLEDGED').length;
  const ordered = [...incidents].sort(
    (a, b) => Number(a.status !== 'OPEN') - Number(b.status !== 'OPEN'),
  );
  return (
    <NowSection
      id="incidents"
      title="Open incidents"
      hint={
        <>
          {taken === incidents.length ? 'Somebody has each of them' : 'Somebody has to take them'};{' '}
          <Link to="/incidents">all of them</Link>
        </>
      }
      count={incidents.length}
      counted={hasNextPage ? 'at least' : 'exactly'}
      rows={ordered.map((incident) => <IncidentRow key={incident.number} incident={incident} />)}
    />
  );
}
