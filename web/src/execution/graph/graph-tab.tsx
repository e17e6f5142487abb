/**
 * The machine with what this execution did in it.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { type ReactElement, useCallback, useMemo, useRef } from 'react';
import { graphQuery } from '../../api/queries.js';
import type { ExecutionDetail, StateVisit } from '../../api/types.js';
import { MachineGraph } from '../../graph/machine-graph.js';
import { machineProgress } from '../../graph/machine-progress.js';
import { RefusalNote } from '../../parts/refusal-note.js';
import type { ExecutionSearch } from '../execution-search.js';
import { StatePanel } from '../state-panel.js';
import split from '../state-panel.module.css';
import styles from './graph-tab.module.css';

export function GraphTab({
  execution,
  visits,
  search,
  onShow,
}: {
  execution: ExecutionDetail;
  visits: readonly StateVisit[];
  search: ExecutionSearch;
  onShow: (search: ExecutionSearch) => void;
}): ReactElement | null {
  const { data: graph, error } = useQuery(
    graphQuery(execution.pipeline, execution.team, execution.version),
  );
  const progress = useMemo(() => graph && machineProgress(graph, visits), [graph, visits]);
  // The graph is only drawn anew when something in it changed.
  const show = useRef(onShow);
  show.current = onShow;
  const select = useCallback((state: string) => show.current({ tab: 'graph', state }), []);
  if (graph === undefined) return error === null ? null : <RefusalNote error={error} />;
  return (
    <div className={search.state === undefined ? undefined : split.split}>
      <div className={split.beside}>
        <MachineGraph graph={graph} progress={progress} selected={search.state} onSelect={select} />
        <p className={styles.twin}>
          Ctrl and the wheel zoom, dragging moves. The same as a table:{' '}
          <button type="button" className={styles.link} onClick={() => onShow({})}>
            States
          </button>
        </p>
      </div>
      <StatePanel execution={execution.id} visits={visits} search={search} onShow={onShow} />
    </div>
  );
}
