/**
 * The boxes of lineage: data, the jobs that made it, and how much more there is. They differ by shape, line and words.
 * @module
 */
import type { NodeProps } from '@xyflow/react';
import type { ReactElement } from 'react';
import { printable } from '../format/printable.js';
import { classes } from '../parts/class-names.js';
import { StatusIcon } from '../parts/status-mark.js';
import { belowName, jobKind, moreWords } from './box-words.js';
import styles from './lineage-boxes.module.css';
import type { DataFlowNode, JobFlowNode, MoreFlowNode } from './lineage-picture.js';

export function DataBox({
  data: { box, isStart },
  selected,
}: NodeProps<DataFlowNode>): ReactElement {
  const { node } = box;
  return (
    <div
      className={classes(styles.box, styles.data, selected && styles.selected)}
      data-provider={node.provider}
      data-start={isStart}
      data-rejected={node.state === 'rejected'}
      title={`${node.name}${node.version === undefined ? '' : `@${node.version}`}`}
    >
      <span className={styles.name}>{printable(node.name)}</span>
      <span className={styles.below}>
        {node.isCurrent === true && <StatusIcon status="OK" size={11} />}
        {node.state === 'rejected' && <StatusIcon status="CRITICAL" size={11} />}
        <span className={styles.text}>{printable(belowName(node))}</span>
      </span>
    </div>
  );
}

export function JobBox({ data: { box }, selected }: NodeProps<JobFlowNode>): ReactElement {
  return (
    <div
      className={classes(styles.box, styles.job, selected && styles.selected)}
      data-provider={box.job.provider}
      title={`${box.job.name}, ${jobKind(box.job)}`}
    >
      <span className={styles.name}>{printable(box.job.name)}</span>
    </div>
  );
}

export function MoreBox({ data: { box }, selected }: NodeProps<MoreFlowNode>): ReactElement {
  return (
    <div
      className={classes(styles.box, styles.more, selected && styles.selected)}
      data-open={box.canOpen}
    >
      {moreWords(box)}
    </div>
  );
}
