/**
 * `/incidents`: what is in trouble and whose it is; who is on call, and how soon incidents are taken and over.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { incidentsQuery } from '../api/incident-queries.js';
import { printable } from '../format/printable.js';
import { useWatch } from '../live/live.js';
import { EmptyState } from '../parts/empty-state.js';
import { ListTable } from '../parts/list-table.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { useAcknowledgeKey } from './acknowledge.js';
import { IncidentFilters } from './incident-filters.js';
import { COLUMNS, HEADS, IncidentRow } from './incident-row.js';
import { type IncidentsSearch, incidentFilter } from './incidents-search.js';
import { TeamStrip } from './team-strip.js';

export function IncidentsPage(): ReactElement {
  const search = useSearch({ from: '/incidents' });
  useTitle('Incidents');
  useWatch(undefined);
  useAcknowledgeKey();
  return (
    <>
      <PageHead title="Incidents">
        <IncidentFilters search={search} />
      </PageHead>
      <TeamStrip team={search.team} />
      <Listed search={search} />
    </>
  );
}

function Listed({ search }: { search: IncidentsSearch }): ReactElement | null {
  const pages = useInfiniteQuery(incidentsQuery(incidentFilter(search)));
  if (pages.data === undefined) {
    return pages.error === null ? null : <RefusalNote error={pages.error} />;
  }
  const incidents = pages.data.pages.flatMap(({ items }) => items);
  if (incidents.length === 0 && !pages.hasNextPage) return <Nothing search={search} />;
  // The worst first; what nobody has taken before what somebody has. The newest of each first, as they come.
  const ordered =
    search.status === undefined ? [...incidents].sort((a, b) => rank(a) - rank(b)) : incidents;
  return (
    <ListTable
      label="Incidents"
      heads={HEADS}
      columns={COLUMNS}
      pages={pages}
      more="Older incidents"
    >
      <div role="rowgroup">
        {ordered.map((incident) => (
          <IncidentRow key={incident.number} incident={incident} />
        ))}
      </div>
    </ListTable>
  );
}

function rank({ status, level }: { status: string; level: string }): number {
  return (status === 'OPEN' ? 0 : 2) + (level === 'critical' ? 0 : 1);
}

function Nothing({ search }: { search: IncidentsSearch }): ReactElement {
  const { status, ...filters } = search;
  if (Object.keys(filters).length > 0) {
    const words = [filters.owner === '-' ? undefined : filters.owner, filters.pipeline];
    const of = words.filter((word) => word !== undefined).map(printable);
    return (
      <EmptyState title="No incident like that">
        Nothing {of.length === 0 ? '' : `of ${of.join(', ')} `}matches these filters.{' '}
        <Link to="/incidents">Show all that are open</Link>
      </EmptyState>
    );
  }
  if (status !== undefined) {
    return (
      <EmptyState title="None so far">
        <Link to="/incidents">Those that are open</Link>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No incident is open" command="millrace incident list --all">
      An incident is one trouble with one owner: what failed, did not come, or lasts. Nothing is in
      trouble now.{' '}
      <Link to="/incidents" search={{ status: 'all' }}>
        Those that are over
      </Link>
      , here or there:
    </EmptyState>
  );
}
