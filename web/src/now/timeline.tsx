/**
 * The last 24 hours: one lane for each thing that is watched, its results as bars, due moments as marks.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useMemo, useState } from 'react';
import { dayQuery, pipelinesQuery, RESULTS_OF_A_DAY, type WatchFilter } from '../api/queries.js';
import type { Overview } from '../api/types.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import field from '../parts/field.module.css';
import list from '../parts/list.module.css';
import { VirtualRows } from '../parts/virtual-rows.js';
import { keyChoices, useChangedSearch } from '../watch/filter-bar.js';
import { Hours, Lane, Legend } from './lane.js';
import { AFTER_MS, BEFORE_MS, type Lane as LaneOf, lanesOf } from './lanes.js';
import { nowSearch } from './now-search.js';
import styles from './timeline.module.css';

/** Lanes that are there before somebody asks for all. */
const FIRST = 30;
const LANE = 34;

type Line = { key: string; group: string } | { key: string; lane: LaneOf };

export function Timeline({
  overview,
  filter,
  by = 'team',
}: {
  overview: Overview;
  filter: WatchFilter;
  by?: string | undefined;
}): ReactElement | null {
  const [all, setAll] = useState(false);
  const change = useChangedSearch();
  const { data: pipelines = [] } = useQuery(pipelinesQuery);
  const { data: day } = useQuery(dayQuery(filter));
  const lines = useMemo(
    () => linesOf(lanesOf({ results: day?.items ?? [], overview, by }), by),
    [day, overview, by],
  );
  const count = lines.filter((line) => 'lane' in line).length;
  if (count === 0) return null;
  const shown = all ? lines : lines.slice(0, FIRST);
  return (
    <section className={styles.timeline} aria-labelledby="timeline">
      <div className={styles.title}>
        <h2 id="timeline">The last 24 hours</h2>
        <select
          className={field.field}
          aria-label="Group the lanes by"
          value={by}
          onChange={(event) => change((old) => nowSearch({ ...old, by: event.target.value }))}
        >
          {keyChoices(pipelines, by).map((key) => (
            <option key={key} value={key}>
              by {printable(key)}
            </option>
          ))}
        </select>
      </div>
      <div className={list.list}>
        <Hours from={overview.now - BEFORE_MS} to={overview.now + AFTER_MS} />
        <div role="table" aria-label="The last 24 hours">
          <VirtualRows
            count={shown.length}
            height={LANE}
            keyOf={(index) => shown[index]?.key ?? ''}
            render={(index) => {
              const line = shown[index];
              if (line === undefined) return null;
              return 'lane' in line ? (
                <Lane lane={line.lane} />
              ) : (
                <div role="row" className={styles.group}>
                  <span role="rowheader">{line.group}</span>
                </div>
              );
            }}
          />
        </div>
        {lines.length > FIRST && (
          <div className={list.more}>
            <Button aria-expanded={all} onClick={() => setAll(!all)}>
              {all ? 'Show fewer' : `Show all ${count}`}
            </Button>
          </div>
        )}
      </div>
      <Legend />
      {day?.next !== undefined && (
        <p className={list.dim}>
          The newest {RESULTS_OF_A_DAY} results are drawn; there were more. Filter by a tag to see
          others.
        </p>
      )}
    </section>
  );
}

/** Lanes and the names of their groups, one below the other; a single group needs no name. */
function linesOf(groups: ReturnType<typeof lanesOf>, by: string): Line[] {
  return groups.flatMap(({ value, lanes }) => [
    ...(groups.length === 1
      ? []
      : [
          {
            key: `group ${value}`,
            group: value === '' ? `without ${printable(by)}` : printable(value),
          },
        ]),
    ...lanes.map((lane) => ({ key: lane.key, lane })),
  ]);
}
