/**
 * The outcomes of the latest executions, oldest left, newest right: one stroke each, tall when it failed.
 * @module
 */
import type { ReactElement } from 'react';
import type { Execution } from '../api/types.js';
import { statusTone, statusWord } from './status.js';
import styles from './ticks.module.css';

const SHOWN = 20;

export function Ticks({ recent }: { recent: readonly Execution[] }): ReactElement {
  const shown = recent.slice(0, SHOWN).toReversed();
  const empty = SHOWN - shown.length;
  return (
    <span className={styles.ticks} role="img" aria-label={ticksLabel(recent)}>
      {Array.from({ length: empty }, (_, i) => (
        <span key={`empty${i}`} className={styles.tick} data-tone="none" />
      ))}
      {shown.map((execution) => (
        <span
          key={execution.id}
          className={styles.tick}
          data-tone={statusTone(execution.status)}
          title={`#${execution.number} ${statusWord(execution.status)}`}
        />
      ))}
    </span>
  );
}

/** @example ticksLabel(recent) // 'Last 20 executions: 18 succeeded, 2 failed' */
export function ticksLabel(recent: readonly Execution[]): string {
  if (recent.length === 0) return 'No executions yet';
  const counts = new Map<string, number>();
  for (const { status } of recent) {
    counts.set(statusWord(status), (counts.get(statusWord(status)) ?? 0) + 1);
  }
  const parts = [...counts].map(([word, count]) => `${count} ${word}`);
  return `Last ${recent.length === 1 ? 'execution' : `${recent.length} executions`}: ${parts.join(', ')}`;
}
