/**
 * Table `timers`: everything that must happen at a moment. At most one timer of a kind for each thread.
 * @module
 */
import { integer, text } from './columns.js';
import type { Row } from './driver.js';
import { all, type Plan, type Plans, type Prepare } from './plan.js';
import type { TimerRecord } from './store.js';

export const timerReads: Plans<'listTimers' | 'listInterrupted'> = {
  *listInterrupted() {
    const rows = yield all(
      "SELECT execution FROM timers WHERE kind = 'continue' ORDER BY execution",
    );
    return rows.map((row) => integer(row, 'execution'));
  },
  *listTimers(before, limit) {
    const rows = yield all(
      "SELECT * FROM timers WHERE at < ? AND kind <> 'continue' ORDER BY at LIMIT ?",
      [before, limit],
    );
    return rows.map(toTimer);
  },
};

/** In the order of their threads. */
export function* timersOf(execution: number): Plan<TimerRecord[]> {
  const rows = yield all('SELECT * FROM timers WHERE execution = ? ORDER BY thread, kind', [
    execution,
  ]);
  return rows.map(toTimer);
}

export interface TimerWrites {
  setTimer(timer: TimerRecord): void;
  clearTimer(execution: number, thread: number, kind: TimerRecord['kind']): void;
}

export function timerWrites(prepare: Prepare): TimerWrites {
  const set = prepare(
    `INSERT INTO timers (execution, thread, kind, sequence, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (execution, thread, kind) DO UPDATE SET sequence = excluded.sequence, at = excluded.at`,
  );
  const clear = prepare('DELETE FROM timers WHERE execution = ? AND thread = ? AND kind = ?');
  return {
    setTimer: ({ execution, thread, kind, sequence, at }) =>
      set(execution, thread, kind, sequence, at),
    clearTimer: (execution, thread, kind) => clear(execution, thread, kind),
  };
}

function toTimer(row: Row): TimerRecord {
  return {
    execution: integer(row, 'execution'),
    thread: integer(row, 'thread'),
    kind: text(row, 'kind') as TimerRecord['kind'],
    sequence: integer(row, 'sequence'),
    at: integer(row, 'at'),
  };
}
