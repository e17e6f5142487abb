/**
 * The boxes of a state machine: states, containers, start and end.
 * @module
 */
import type { NodeProps } from '@xyflow/react';
import type { ReactElement } from 'react';
import { formatDuration } from '../format/duration.js';
import { printable } from '../format/printable.js';
import { classes } from '../parts/class-names.js';
import { statusTone, statusWord } from '../parts/status.js';
import { StatusIcon } from '../parts/status-mark.js';
import styles from './graph-nodes.module.css';
import type { MachineNode } from './machine-graph.js';
import type { StateProgress } from './machine-progress.js';

export function StateNode({ data, selected }: NodeProps<MachineNode>): ReactElement {
  const { node, progress } = data;
  return (
    <div
      className={classes(styles.node, styles.state, selected && styles.selected)}
      data-tone={progress && statusTone(progress.status)}
      title={node.name}
    >
      <span className={styles.name}>{printable(node.name)}</span>
      {progress === undefined ? (
        <span className={styles.below}>{node.type}</span>
      ) : (
        <span className={styles.below}>
          <StatusIcon status={progress.status} size={12} />
          {progress.visits > 1 ? <Counts progress={progress} /> : <Outcome progress={progress} />}
        </span>
      )}
    </div>
  );
}

export function ContainerNode({ data, selected }: NodeProps<MachineNode>): ReactElement {
  const { node, progress } = data;
  return (
    <div
      className={classes(styles.node, styles.container, selected && styles.selected)}
      data-tone={progress && statusTone(progress.status)}
      data-kind={node.kind}
    >
      <span className={styles.heading}>
        {progress !== undefined && <StatusIcon status={progress.status} size={13} />}
        <span className={styles.name}>{printable(node.name)}</span>
        {node.kind === 'state' && (
          <span className={styles.below}>
            {node.type}
            {progress !== undefined && ` · ${statusWord(progress.status)}`}
          </span>
        )}
      </span>
    </div>
  );
}

export function EndpointNode({ data }: NodeProps<MachineNode>): ReactElement {
  return <div className={classes(styles.node, styles.endpoint)}>{data.node.name}</div>;
}

function Outcome({ progress }: { progress: StateProgress }): ReactElement {
  const { status, longest } = progress;
  return (
    <>
      {statusWord(status)}
      {longest !== undefined && <span className={styles.took}>{formatDuration(longest)}</span>}
    </>
  );
}

/** `18 ✓ 1 ✕`, as signs with their numbers. */
function Counts({ progress }: { progress: StateProgress }): ReactElement {
  const { counts, visits } = progress;
  const done = (counts.get('succeeded') ?? 0) + (counts.get('caught') ?? 0);
  const failed = counts.get('failed') ?? 0;
  return (
    <>
      {done} of {visits} done
      {failed > 0 && <b className={styles.failed}>{failed} failed</b>}
    </>
  );
}
