/**
 * The states as a table with a bar for each: when it ran and how long.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useMemo, useState } from 'react';
import { graphQuery } from '../../api/queries.js';
import type { ExecutionDetail, StateVisit } from '../../api/types.js';
import { formatDuration } from '../../format/duration.js';
import { useNow } from '../../live/now.js';
import { EmptyState } from '../../parts/empty-state.js';
import list from '../../parts/list.module.css';
import { VirtualRows } from '../../parts/virtual-rows.js';
import type { ExecutionSearch } from '../execution-search.js';
import { StatePanel } from '../state-panel.js';
import split from '../state-panel.module.css';
import { GroupRow, VisitRow } from './state-row.js';
import rows from './state-row.module.css';
import { stateRows, stateTree, surroundings } from './state-tree.js';

const ROW = 41;

export function StatesTab({
  execution,
  states,
  search,
  onShow,
}: {
  execution: ExecutionDetail;
  states: { items: StateVisit[]; truncated: boolean } | undefined;
  search: ExecutionSearch;
  onShow: (search: ExecutionSearch) => void;
}): ReactElement | null {
  const { pipeline, team, version, status, startedAt, stoppedAt } = execution;
  const { data: graph } = useQuery(graphQuery(pipeline, team, version));
  const [chosen, setChosen] = useState<ReadonlyMap<string, boolean>>(new Map());
  const now = useNow(status === 'RUNNING');
  const visits = states?.items;
  const tree = useMemo(
    () => stateTree(visits ?? [], graph && surroundings(graph.nodes)),
    [visits, graph],
  );
  const shown = useMemo(() => stateRows(tree, chosen), [tree, chosen]);
  if (visits === undefined) return null;
  if (visits.length === 0) {
    return (
      <EmptyState title="Nothing has run yet">
        States appear here as soon as the first one is entered.
      </EmptyState>
    );
  }
  const end = status === 'RUNNING' ? Math.max(now, startedAt + 1) : (stoppedAt ?? now);
  const span = {
    from: startedAt,
    to: Math.max(end, ...visits.map((visit) => visit.exitedAt ?? 0)),
  };
  const selected = visits.find((visit) => visit.enteredEvent === search.event);
  return (
    <div className={search.state === undefined ? undefined : split.split}>
      <div className={`${list.list} ${split.beside}`}>
        <div
          role="table"
          className={rows.table}
          aria-label="States"
          aria-rowcount={shown.length + 1}
        >
          <div role="rowgroup">
            <div role="row" className={`${list.head} ${rows.columns}`}>
              <span role="columnheader">State</span>
              <span role="columnheader">Outcome</span>
              <span role="columnheader" className={rows.axis}>
                <span>0</span>
                <span>{formatDuration(span.to - span.from)}</span>
              </span>
              <span role="columnheader" className={rows.took}>
                Took
              </span>
            </div>
          </div>
          <VirtualRows
            count={shown.length}
            height={ROW}
            keyOf={(index) => shown[index]?.key ?? ''}
            render={(index) => {
              const row = shown[index];
              if (row === undefined) return null;
              return row.kind === 'group' ? (
                <GroupRow
                  row={row}
                  span={span}
                  onToggle={() => setChosen(new Map(chosen).set(row.key, !row.open))}
                />
              ) : (
                <VisitRow
                  visit={row.visit}
                  depth={row.depth}
                  span={span}
                  selected={row.visit === selected}
                  onSelect={() => onShow({ state: row.visit.name, event: row.visit.enteredEvent })}
                />
              );
            }}
          />
        </div>
        {states?.truncated === true && (
          <p className={list.none}>
            This history is longer than what is shown here; the Events tab has all of it.
          </p>
        )}
      </div>
      <StatePanel execution={execution.id} visits={visits} search={search} onShow={onShow} />
    </div>
  );
}
