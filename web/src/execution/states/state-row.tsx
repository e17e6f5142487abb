/**
 * One row of the states: a visit, or a branch or iteration with visits below it.
 * @module
 */
import type { CSSProperties, ReactElement } from 'react';
import type { StateVisit } from '../../api/types.js';
import { formatDuration } from '../../format/duration.js';
import { printable } from '../../format/printable.js';
import { classes } from '../../parts/class-names.js';
import { Icon } from '../../parts/icon.js';
import list from '../../parts/list.module.css';
import { type Status, statusTone } from '../../parts/status.js';
import { StatusMark } from '../../parts/status-mark.js';
import styles from './state-row.module.css';
import type { StateRow } from './state-tree.js';

/** From the start of the execution to its end or to now, milliseconds since the epoch. */
export interface Span {
  from: number;
  to: number;
}

export function VisitRow({
  visit,
  depth,
  span,
  selected,
  onSelect,
}: {
  visit: StateVisit;
  depth: number;
  span: Span;
  selected: boolean;
  onSelect: () => void;
}): ReactElement {
  const { name, type, status, attempts, enteredAt, exitedAt } = visit;
  return (
    <div
      role="row"
      className={classes(list.row, styles.row, styles.columns, selected && styles.selected)}
    >
      <div role="cell" className={styles.name} style={{ '--depth': depth } as CSSProperties}>
        <button
          type="button"
          className={classes(list.main, styles.main)}
          data-row
          aria-pressed={selected}
          onClick={onSelect}
        >
          {printable(name)}
        </button>
        <span className={styles.type}>{type}</span>
      </div>
      <div role="cell" className={list.cell}>
        <StatusMark status={status} />
        {attempts > 1 && <span className={styles.attempts}> {attempts} attempts</span>}
      </div>
      <div role="cell" className={styles.track} aria-hidden="true">
        <Bar status={status} from={enteredAt} to={exitedAt ?? span.to} span={span} />
      </div>
      <div role="cell" className={classes(list.cell, list.number, styles.took)}>
        {formatDuration((exitedAt ?? span.to) - enteredAt)}
      </div>
    </div>
  );
}

export function GroupRow({
  row,
  span,
  onToggle,
}: {
  row: Extract<StateRow, { kind: 'group' }>;
  span: Span;
  onToggle: () => void;
}): ReactElement {
  const { label, status, from, to, open, depth } = row;
  return (
    <div role="row" className={classes(list.row, styles.row, styles.columns)}>
      <div role="cell" className={styles.name} style={{ '--depth': depth } as CSSProperties}>
        <button
          type="button"
          className={classes(list.main, styles.main, styles.group)}
          data-row
          aria-expanded={open}
          onClick={onToggle}
        >
          <Icon name="chevron" size={12} />
          {label}
        </button>
      </div>
      <div role="cell" className={list.cell}>
        <StatusMark status={status} />
      </div>
      <div role="cell" className={styles.track} aria-hidden="true">
        <Bar status={status} from={from} to={to ?? span.to} span={span} thin />
      </div>
      <div role="cell" className={classes(list.cell, list.number, styles.took)}>
        {formatDuration((to ?? span.to) - from)}
      </div>
    </div>
  );
}

function Bar({
  status,
  from,
  to,
  span,
  thin = false,
}: {
  status: Status;
  from: number;
  to: number;
  span: Span;
  thin?: boolean;
}): ReactElement {
  const all = Math.max(1, span.to - span.from);
  const left = Math.min(100, Math.max(0, ((from - span.from) / all) * 100));
  const width = Math.min(100 - left, Math.max(0, ((to - from) / all) * 100));
  return (
    <span
      className={classes(styles.bar, thin && styles.thin)}
      data-tone={statusTone(status)}
      style={{ left: `min(${left}%, calc(100% - 3px))`, width: `max(3px, ${width}%)` }}
    />
  );
}
