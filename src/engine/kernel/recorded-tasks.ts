/**
 * Tasks that a test run records instead of doing them.
 *
 *     scheduled ──one commit──▶ the effect, as it would have been; the answer that stands for its outcome; closed
 *
 * What a task answered last (`effect: last`) is read in between. Nothing is started, so nothing can be lost: after a crash the attempt is scheduled still, or the effect is recorded and it is
 * closed.
 * @module
 */
import type { Json } from '../../asl/json.js';
import { EFFECTS, type WrittenEffect } from '../../pipelines/sections/effects-section.js';
import { sectionOf } from '../../pipelines/sections/section.js';
import { pipelineOf } from '../../store/pipeline-ref.js';
import type { AttemptRecord, Store } from '../../store/store.js';
import { type ActiveExecution, attemptKey } from './active-execution.js';
import type { Attempts } from './attempts.js';
import { isRecorded, standIn } from './effect-rules.js';
import type { Executions } from './executions.js';
import type { Hooks } from './hooks.js';
import { lastAnswerNeed } from './last-answer.js';
import type { Random } from './ports.js';
import type { Resolution, ScheduleTask } from './resolve-task.js';
import { isTestRun } from './test-runs.js';
import type { Turn } from './turn.js';
import type { Input, Performed } from './turn-loop.js';

interface Parts {
  readonly store: Pick<Store, 'listExecutions' | 'readHistory'>;
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
    const said = saidOf(active, command);
    if (said === 'last') {
      turn.also(this.#likeLastInput(active, attempt, command, usual, input));
      return 'done';
    }
    const output = standIn(usual, command, said, this.#answered(attempt));
    return this.#answer(turn, active, attempt, command, usual, output, input);
  }

  #answered({ scheduledAt: at }: AttemptRecord): { requestId: string; at: number } {
    return { requestId: this.#parts.random.id(at), at };
  }

  /** The same, once it is known what was answered last. */
  #likeLastInput(
    { number, creation }: ActiveExecution,
    attempt: AttemptRecord,
    command: ScheduleTask,
    usual: Resolution,
    input: Input,
  ): Input {
    const { executions, store } = this.#parts;
    const last = lastAnswerNeed(store, pipelineOf(creation), command.state);
    return {
      execution: number,
      needs: () => [...executions.needs(number), last],
      perform: (turn) =>
        executions.withExecution(turn, number, input, (_, active) => {
          const current = active.attempts.get(attemptKey(attempt.thread, attempt.sequence));
          // What came before it in this turn may have ended the task.
          if (current?.id !== attempt.id || current.status !== 'scheduled') return 'done';
          const found = turn.known(last);
          const output =
            found === undefined
              ? standIn(usual, command, undefined, this.#answered(attempt))
              : found.output;
          return this.#answer(turn, active, attempt, command, usual, output, input);
        }),
    };
  }

  #answer(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    command: ScheduleTask,
    usual: Resolution,
    output: Json,
    input: Input,
  ): Performed {
    const { executions, attempts, hooks } = this.#parts;
    const { thread, sequence } = attempt;
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
