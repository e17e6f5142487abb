/**
 * Filters of the list of incidents: status, level, owner, pipeline, tags and team. They are in the address.
 * @module
 */
import type { ReactElement } from 'react';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import field from '../parts/field.module.css';
import { Icon } from '../parts/icon.js';
import { useMe } from '../shell/may.js';
import { FilterBar, useChangedSearch } from '../watch/filter-bar.js';
import filters from '../watch/filter-bar.module.css';
import {
  type IncidentsSearch,
  incidentsSearch,
  LEVELS,
  NOBODY,
  STATUSES,
} from './incidents-search.js';

const STATUS_WORDS = {
  OPEN: 'Not acknowledged',
  ACKNOWLEDGED: 'Acknowledged',
  RESOLVED: 'Resolved',
  all: 'All there were',
} as const;

export function IncidentFilters({ search }: { search: IncidentsSearch }): ReactElement {
  const { status, level, owner, pipeline } = search;
  const change = useChangedSearch();
  const me = useMe();
  const set = (changed: { [name in keyof IncidentsSearch]?: string | undefined }): void =>
    change((old) => incidentsSearch({ ...old, ...changed }));
  return (
    <>
      <FilterBar />
      <select
        className={field.field}
        aria-label="Status"
        value={status ?? ''}
        onChange={(event) => set({ status: event.target.value })}
      >
        <option value="">Open</option>
        {STATUSES.map((one) => (
          <option key={one} value={one}>
            {STATUS_WORDS[one]}
          </option>
        ))}
      </select>
      <select
        className={field.field}
        aria-label="Level"
        value={level ?? ''}
        onChange={(event) => set({ level: event.target.value })}
      >
        <option value="">Any level</option>
        {LEVELS.map((one) => (
          <option key={one} value={one}>
            {one}
          </option>
        ))}
      </select>
      {owner === undefined && (
        <>
          {me !== undefined && <Button onClick={() => set({ owner: me })}>Mine</Button>}
          <Button onClick={() => set({ owner: NOBODY })}>Nobody’s</Button>
        </>
      )}
      {owner !== undefined && (
        <Picked onRemove={() => set({ owner: undefined })}>
          {owner === NOBODY ? 'owned by nobody' : `owner ${printable(owner)}`}
        </Picked>
      )}
      {pipeline !== undefined && (
        <Picked onRemove={() => set({ pipeline: undefined })}>
          {`pipeline ${printable(pipeline)}`}
        </Picked>
      )}
    </>
  );
}

function Picked({ children, onRemove }: { children: string; onRemove: () => void }): ReactElement {
  return (
    <button type="button" className={filters.picked} onClick={onRemove}>
      {children}
      <Icon name="close" size={12} />
      <span className="sr-only">remove this filter</span>
    </button>
  );
}
