/**
 * Tasks that a test run records instead of doing them.
 *
 *     scheduled ──one commit──▶ the effect, as it would have been; the answer that stands for its outcome; closed
 *
 * Nothing is started, so nothing can be lost: after a crash the attempt is scheduled still, or the effect is recorded and it is
 * closed.
 * @module
 */
import { EFFECTS, type WrittenEffect } from '../../pipelines/sections/effects-section.js';
import { sectionOf } from '../../pipelines/sections/section.js';
import type { AttemptRecord } from '../../store/store.js';
import type { ActiveExecution } from './active-execution.js';
import type { Attempts } from './attempts.js';
import { isRecorded, standIn } from './effect-rules.js';
import type { Executions } from './executions.js';
import type { Hooks } from './hooks.js';
import type { Random } from './ports.js';
import type { Resolution, ScheduleTask } from './resolve-task.js';
import { isTestRun } from './test-runs.js';
import type { Turn } from './turn.js';
import type { Input, Performed } from './turn-loop.js';

interface Parts {
  readonly random: Random;
  readonly executions: Executions;
  readonly attempts: Attempts;
  readonly hooks: Hooks;
}

export class RecordedTasks {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Whether the execution records this command; `usual` is what would be done otherwise. */
  records(active: ActiveExecution, command: ScheduleTask, usual: Resolution): boolean {
    return isTestRun(active.creation) && isRecorded(usual, command, saidOf(active, command));
  }

  /** Records a scheduled attempt, and answers it. */
  begin(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    command: ScheduleTask,
    usual: Resolution,
    input: Input,
  ): Performed {
    const { executions, attempts, random, hooks } = this.#parts;
    const { thread, sequence, scheduledAt: at } = attempt;
    const answered = { requestId: random.id(at), at };
    const output = standIn(usual, command, saidOf(active, command), answered);
    const event = { type: 'TaskSucceeded', output, thread, sequence } as const;
    const effect = { attempt, command, by: performerOf(usual), output };
    return executions.step(
      turn,
      active,
      event,
      input,
      (later) => attempts.close(later, active, attempt),
      // Not when something else has ended the task meanwhile.
      (later) => hooks.effects?.recorded(later, active, effect),
    );
  }
}

function saidOf(active: ActiveExecution, { state }: ScheduleTask): WrittenEffect | undefined {
  return sectionOf(EFFECTS, active.machine.deployment)?.get(state);
}

/** Who would have performed it, in a word. */
function performerOf(usual: Resolution): string {
  switch (usual.type) {
    case 'connector':
      return usual.kind;
    case 'remote':
      return `aws:${usual.resource.service}`;
    case 'activity':
      return `activity:${usual.name}`;
    case 'execution':
      return `execution:${usual.pipeline}`;
    default:
      return usual.type;
  }
}
