/**
 * `/data`: which datasets there are, what of each is current, and where a newer version was held back.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { datasetsQuery } from '../api/data-queries.js';
import { printable } from '../format/printable.js';
import { useWatch } from '../live/live.js';
import { EmptyState } from '../parts/empty-state.js';
import { ListTable } from '../parts/list-table.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { SearchBox } from '../watch/search-box.js';
import { Arrivals } from './arrivals.js';
import type { DataSearch } from './data-search.js';
import { DataViews } from './data-views.js';
import { COLUMNS, DatasetRow, HEADS } from './dataset-row.js';
import { Partners } from './partners.js';

/** The least that makes one. */
const STEPS = `datasets:
  parcels/example: {}
steps:
  - publish: { dataset: { name: parcels/example, from: parcels.csv } }`;

export function DataPage(): ReactElement {
  const search = useSearch({ from: '/data' });
  const navigate = useNavigate();
  useTitle('Data');
  useWatch(undefined);
  const { q: _, ...rest } = search;
  const { view, ...withoutView } = search;
  return (
    <>
      <PageHead title="Data">
        <SearchBox
          key={search.q ?? ''}
          text={search.q ?? ''}
          example={view === 'partners' ? 'partner, pipeline' : 'name, team, pipeline'}
          onSearch={(q) => void navigate({ to: '/data', search: q === '' ? rest : { ...rest, q } })}
        />
      </PageHead>
      <DataViews current={view ?? 'datasets'} search={withoutView} />
      {view === 'arrivals' && <Arrivals search={search} />}
      {view === 'partners' && <Partners search={search} />}
      {view === undefined && <Listed search={search} />}
    </>
  );
}

function Listed({ search }: { search: DataSearch }): ReactElement | null {
  const pages = useInfiniteQuery(datasetsQuery(search));
  if (pages.data === undefined) {
    return pages.error === null ? null : <RefusalNote error={pages.error} />;
  }
  const datasets = pages.data.pages.flatMap(({ items }) => items);
  if (datasets.length === 0 && !pages.hasNextPage) return <Nothing search={search} />;
  return (
    <>
      {pages.error !== null && <RefusalNote error={pages.error} />}
      <ListTable
        label="Datasets"
        heads={HEADS}
        columns={COLUMNS}
        pages={pages}
        more="More datasets"
      >
        <div role="rowgroup">
          {datasets.map((dataset) => (
            <DatasetRow key={`${dataset.team}:${dataset.name}`} dataset={dataset} />
          ))}
        </div>
      </ListTable>
    </>
  );
}

function Nothing({ search: { q, team } }: { search: DataSearch }): ReactElement {
  if (q !== undefined || team !== undefined) {
    return (
      <EmptyState title="No dataset like that">
        Nothing has {q === undefined ? 'this team' : `“${printable(q)}”`} in its name, team,
        description or pipeline. <Link to="/data">Show all datasets</Link>
      </EmptyState>
    );
  }
  return (
    <EmptyState title="No datasets yet" lines={STEPS}>
      A dataset is named data of a team: each execution that produces it writes a new version, and
      what is current never changes halfway. It appears here when a pipeline names it and publishes
      it:
    </EmptyState>
  );
}
