/**
 * What a commit writes, in order. Nothing is read in between, so the same calls serve a database that carries each out at once
 * and one that takes them together.
 * @module
 */
import { attemptWrites } from './attempts.js';
import { BACKUP_NOTE } from './backups/backup-note.js';
import { executionWrites } from './executions.js';
import { historyWrites } from './history.js';
import { logWrites } from './logs.js';
import type { Prepare } from './plan.js';
import { removalWrites } from './removal.js';
import { rowWrites } from './rows.js';
import type { AttemptRecord, Commit, ExecutionWrite } from './store.js';
import { timerWrites } from './timers.js';

export interface TurnWrites {
  /** Everything of a turn. */
  commit(turn: Commit): void;
  /** What a database made from a backup is taken into use with. */
  leaveBackup(): void;
}

export function turnWrites(prepare: Prepare): TurnWrites {
  const executions = executionWrites(prepare);
  const appendHistory = historyWrites(prepare);
  const attempts = attemptWrites(prepare);
  const timers = timerWrites(prepare);
  const appendLogs = logWrites(prepare);
  const writeRow = rowWrites(prepare);
  const removeExecutions = removalWrites(prepare);
  const removeSegment = prepare('DELETE FROM logs WHERE number = ?');
  const forgetSetting = prepare('DELETE FROM settings WHERE key = ?');

  function writeExecution(write: ExecutionWrite): void {
    const { number, create, progress } = write;
    if (progress) {
      if (create) executions.insertExecution(number, create, progress);
      else executions.updateExecution(number, progress);
    }
    for (const thread of write.threads) executions.putThread(number, thread);
    for (const thread of write.removedThreads) executions.deleteThread(number, thread);
    appendHistory(number, write.history);
    writeAttempts(write);
    for (const { thread, kind } of write.clearedTimers) timers.clearTimer(number, thread, kind);
    for (const timer of write.timers) timers.setTimer(timer);
  }

  function writeAttempts({ number, closedAttempts, attempts: open }: ExecutionWrite): void {
    const replaced = new Set<AttemptRecord>();
    for (const { thread, sequence } of closedAttempts) {
      // Only one that begins at once: those that wait are begun in the order of their rows.
      const next = open.find(
        (attempt) =>
          attempt.thread === thread && attempt.status === 'started' && !replaced.has(attempt),
      );
      if (next === undefined) {
        attempts.closeAttempt(number, thread, sequence);
      } else {
        replaced.add(next);
        attempts.replaceAttempt(sequence, next);
      }
    }
    for (const attempt of open) if (!replaced.has(attempt)) attempts.putAttempt(attempt);
  }

  return {
    commit(turn) {
      for (const write of turn.executions) writeExecution(write);
      for (const segment of turn.logs) appendLogs(segment);
      for (const write of turn.rows) writeRow(write);
      removeExecutions(turn.removals ?? []);
      for (const number of turn.logRemovals ?? []) removeSegment(number);
    },
    leaveBackup() {
      attempts.countScheduledAsStarted('before the backup');
      forgetSetting(BACKUP_NOTE);
    },
  };
}
