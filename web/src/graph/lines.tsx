/**
 * The lines of a state machine, at the corners that the layout gave them.
 * @module
 */
import type { ReactElement } from 'react';
import type { Graph, GraphEdge } from '../api/types.js';
import { printable } from '../format/printable.js';
import { ArrowHeads } from './arrow-heads.js';
import styles from './lines.module.css';
import type { MachineProgress } from './machine-progress.js';
import { roundedPath } from './rounded-path.js';

const CORNER = 8;
const LOOKS = ['untaken', 'taken', 'failed'] as const;

export function Lines({
  graph,
  taken,
}: {
  graph: Graph;
  /** undefined: the machine alone, no execution. */
  taken: MachineProgress['taken'] | undefined;
}): ReactElement {
  const lookOf = (edge: GraphEdge): (typeof LOOKS)[number] =>
    taken === undefined ? 'taken' : (taken.get(edge.id) ?? 'untaken');
  // What was taken lies over what was not.
  const sorted = graph.edges.toSorted(
    (a, b) => LOOKS.indexOf(lookOf(a)) - LOOKS.indexOf(lookOf(b)),
  );
  return (
    <svg
      className={styles.lines}
      width={graph.width}
      height={graph.height}
      viewBox={`0 0 ${graph.width} ${graph.height}`}
      aria-hidden="true"
    >
      <ArrowHeads name="arrow" looks={LOOKS} />
      {sorted.map((edge) => (
        <path
          key={edge.id}
          className={styles.line}
          data-look={lookOf(edge)}
          data-kind={edge.kind}
          d={roundedPath(edge.points, CORNER)}
          markerEnd={`url(#arrow-${lookOf(edge)})`}
        />
      ))}
      {sorted.map(
        ({ id, label, labelAt }) =>
          label !== undefined &&
          labelAt !== undefined && (
            <text key={id} className={styles.label} x={labelAt.x + 4} y={labelAt.y + 12}>
              {printable(label)}
            </text>
          ),
      )}
    </svg>
  );
}
