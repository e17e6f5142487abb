/**
 * Table `timers`: everything that must happen at a moment. At most one timer of a kind for each thread.
 * @module
 */
import { integer, text } from './columns.js';
import type { Driver, Row } from './driver.js';
import type { SynchronousStore, TimerRecord } from './store.js';

type TimerQueries = Pick<SynchronousStore, 'listTimers' | 'listInterrupted'> & {
  setTimer(timer: TimerRecord): void;
  clearTimer(execution: number, thread: number, kind: TimerRecord['kind']): void;
  timersOf(execution: number): TimerRecord[];
};

export function timerQueries(driver: Driver): TimerQueries {
  const set = driver.prepare(
    `INSERT INTO timers (execution, thread, kind, sequence, at) VALUES (?, ?, ?, ?, ?)
     ON CONFLICT (execution, thread, kind) DO UPDATE SET sequence = excluded.sequence, at = excluded.at`,
  );
  const clear = driver.prepare(
    'DELETE FROM timers WHERE execution = ? AND thread = ? AND kind = ?',
  );
  const ofExecution = driver.prepare('SELECT * FROM timers WHERE execution = ?');
  const due = driver.prepare(
    "SELECT * FROM timers WHERE at < ? AND kind <> 'continue' ORDER BY at LIMIT ?",
  );
  const interrupted = driver.prepare(
    "SELECT execution FROM timers WHERE kind = 'continue' ORDER BY execution",
  );

  return {
    setTimer: (timer) =>
      void set.run(timer.execution, timer.thread, timer.kind, timer.sequence, timer.at),
    clearTimer: (execution, thread, kind) => void clear.run(execution, thread, kind),
    timersOf: (execution) => ofExecution.all(execution).map(toTimer),
    listInterrupted: () => interrupted.all().map((row) => integer(row, 'execution')),
    listTimers: (before, limit) => due.all(before, limit).map(toTimer),
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
