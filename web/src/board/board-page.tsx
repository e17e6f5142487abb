/**
 * `/board`: a tile for each value of a tag, as on a wall; a tile opens what it is made of.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type ReactElement, useRef } from 'react';
import { boardQuery, pipelinesQuery } from '../api/queries.js';
import type { BoardGroup } from '../api/types.js';
import { printable } from '../format/printable.js';
import { useWatch } from '../live/live.js';
import { Button } from '../parts/button.js';
import { EmptyState } from '../parts/empty-state.js';
import field from '../parts/field.module.css';
import { Icon } from '../parts/icon.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusMark } from '../parts/status-mark.js';
import { FilterBar, keyChoices, useChangedSearch } from '../watch/filter-bar.js';
import { filterOf } from '../watch/watch-search.js';
import styles from './board-page.module.css';
import { boardSearch } from './board-search.js';
import { GroupList } from './group-list.js';
import { countsOf, TileOfGroup } from './tile.js';

export function BoardPage(): ReactElement {
  const search = useSearch({ from: '/board' });
  const { by = 'team', group } = search;
  useTitle(group === undefined ? `Board by ${by}` : `${by} ${group}`);
  useWatch(undefined);
  const change = useChangedSearch();
  const wall = useRef<HTMLElement>(null);
  const { data: pipelines = [] } = useQuery(pipelinesQuery);
  const { data: groups, error } = useQuery(boardQuery(by, group, filterOf(search)));
  const { group: _, ...whole } = search;
  return (
    <>
      <PageHead
        title={group === undefined ? `Board by ${printable(by)}` : groupName(by, group)}
        above={
          group === undefined ? undefined : (
            <Link to="/board" search={whole}>
              Board by {printable(by)}
            </Link>
          )
        }
      >
        <FilterBar />
        <select
          className={field.field}
          aria-label="Group by"
          value={by}
          onChange={(event) =>
            change((old) => boardSearch({ ...old, by: event.target.value, group: undefined }))
          }
        >
          {keyChoices(pipelines, by).map((key) => (
            <option key={key} value={key}>
              by {printable(key)}
            </option>
          ))}
        </select>
        {group === undefined && (
          <Button onClick={() => void wall.current?.requestFullscreen()}>
            <Icon name="fit" size={14} /> Full screen
          </Button>
        )}
      </PageHead>
      {error !== null && <RefusalNote error={error} />}
      {groups?.length === 0 && (
        <EmptyState title="Nothing is watched here" command="millrace status">
          Whatever has a result or an expectation stands on a board.{' '}
          <Link to="/board" search={{ by }}>
            Remove the filters
          </Link>
        </EmptyState>
      )}
      {groups !== undefined && groups.length > 0 && group !== undefined && (
        <GroupList
          group={groups.find(({ value }) => value === group)}
          name={groupName(by, group)}
        />
      )}
      {groups !== undefined && groups.length > 0 && group === undefined && (
        <section ref={wall} className={styles.wall} aria-label={`Board by ${by}`}>
          <Summary groups={groups} />
          <ul className={styles.tiles}>
            {groups.map((one) => (
              <li key={one.value}>
                <TileOfGroup
                  group={one}
                  name={one.value === '' ? `no ${by}` : one.value}
                  search={{ ...search, group: one.value }}
                />
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** How many groups stand how: readable from the other end of the room. */
function Summary({ groups }: { groups: readonly BoardGroup[] }): ReactElement {
  const counts = countsOf(groups.map(({ tile }) => tile));
  return (
    <ul className={styles.summary} aria-label="Groups by how they stand">
      {counts.map(({ tile, count }) => (
        <li key={tile}>
          <b>{count}</b> <StatusMark status={tile} />
        </li>
      ))}
    </ul>
  );
}

function groupName(by: string, value: string): string {
  return value === '' ? `Without ${printable(by)}` : `${printable(by)} ${printable(value)}`;
}
