/**
 * Performers that begin attempts in the engine itself, as far as attempts ask them.
 * @module
 */
import type { AttemptRecord } from '../../store/store.js';
import type { ActiveExecution } from './active-execution.js';
import type { Need } from './needs.js';
import type { Resolution, ScheduleTask } from './resolve-task.js';
import type { Turn } from './turn.js';
import type { Input, Performed } from './turn-loop.js';

/** They are made after the attempts, and know them. */
export interface AttemptPerformers {
  /** Attempts that start executions. */
  readonly children: {
    begin(
      turn: Turn,
      active: ActiveExecution,
      attempt: AttemptRecord,
      wanted: Extract<Resolution, { type: 'execution' }>,
      input: Input,
    ): Performed;
    /** The waiting task is gone. */
    abandon(turn: Turn, active: ActiveExecution, attempt: AttemptRecord): void;
  };
  /** Attempts that a test answers. */
  readonly mocked: {
    /** Whether a test answers this command; `usual` is what would be done otherwise. */
    answers(active: ActiveExecution, command: ScheduleTask, usual: Resolution): boolean;
    needs(active: ActiveExecution): readonly Need<unknown>[];
    begin(
      turn: Turn,
      active: ActiveExecution,
      attempt: AttemptRecord,
      command: ScheduleTask,
      usual: Resolution,
      input: Input,
    ): Performed;
  };
  /** Attempts that a test run records instead of having them performed. */
  readonly recorded: {
    records(active: ActiveExecution, command: ScheduleTask, usual: Resolution): boolean;
    begin(
      turn: Turn,
      active: ActiveExecution,
      attempt: AttemptRecord,
      command: ScheduleTask,
      usual: Resolution,
      input: Input,
    ): Performed;
  };
  /** Attempts whose request goes to this server itself. */
  readonly services: {
    /** The same, or a failure when this server has no such operation. */
    known(call: ServiceCall): Resolution;
    begin(
      turn: Turn,
      active: ActiveExecution,
      attempt: AttemptRecord,
      call: ServiceCall,
      input: Input,
    ): Performed;
    /** Nobody waits for the attempt any more. */
    cancel(attemptId: string): void;
  };
}

type ServiceCall = Extract<Resolution, { type: 'service' }>;
