/**
 * Tasks of an execution: who performs each, and what comes of it.
 *
 *     scheduled ──▶ activity of its connector ──▶ its outcome, or `Millrace.WorkerLost`
 *         ├──▶ another execution ──▶ submitted ──signal──▶ its end
 *         ├──▶ waits for its token ──signal──▶ what somebody answers
 *         └──▶ at once: a bound result, or why nobody performs it
 *
 * An attempt is never begun twice: its activity has one attempt, and one that was lost is a failed one.
 * @module
 */
import {
  ActivityFailure,
  ApplicationFailure,
  CancellationScope,
  isCancellation,
  TimeoutFailure,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { Json, JsonObject } from '../../../src/asl/json.js';
import { type Resolution, resolveTask } from '../../../src/engine/kernel/resolve-task.js';
import { referencesIn } from '../../../src/pipelines/secret-reference.js';
import { statesOf } from '../../../src/pipelines/tasks.js';
import {
  type AttemptAnswer,
  type AttemptInput,
  type CommandRef,
  type ExecutionInput,
  NOT_ON_TEMPORAL,
  type ScheduledTask,
  type UndatedEvent,
  WORKER_LOST,
} from '../execution-input.js';
import { perform } from './activities.js';

/** What an attempt tells its execution; `at` is when it was so, by the worker's clock. */
export type News = UndatedEvent & { at?: number };

interface Parts {
  readonly input: ExecutionInput;
  /** Takes news for the interpreter. */
  tell(...news: News[]): void;
  startExecution(task: ScheduledTask, wanted: Extract<Resolution, { type: 'execution' }>): void;
}

export class Attempts {
  readonly #parts: Parts;
  readonly #open: Map<string, CancellationScope> = new Map();
  #written: Map<string, Json> | undefined;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Activities that have not ended. */
  get open(): number {
    return this.#open.size;
  }

  begin(task: ScheduledTask): void {
    const { tell, startExecution, input } = this.#parts;
    const ref = refOf(task);
    const resolution = resolveTask(task, input.deployment.bindings);
    switch (resolution.type) {
      case 'connector':
        this.#perform(task, resolution);
        return;
      case 'execution':
        startExecution(task, resolution);
        return;
      case 'activity':
        // Its timers run already; whoever performs it has the token from a query.
        return;
      case 'result':
        tell({ type: 'TaskSucceeded', output: resolution.output, ...ref });
        return;
      case 'failure': {
        const { error, cause } = resolution;
        tell({ type: 'TaskFailed', error, cause, stage: 'schedule', ...ref });
        return;
      }
      case 'service':
      case 'remote':
      case 'pool': {
        const cause = `The task ${task.resource} is performed by a Millrace server, and not on Temporal. Bind it to something: bindings: { '${task.resource}': { lambda: functions/example } }.`;
        tell({ type: 'TaskFailed', error: NOT_ON_TEMPORAL, cause, stage: 'schedule', ...ref });
      }
    }
  }

  #perform(task: ScheduledTask, connector: Extract<Resolution, { type: 'connector' }>): void {
    const ref = refOf(task);
    const key = keyOf(ref);
    const scope = new CancellationScope({ cancellable: true });
    this.#open.set(key, scope);
    const input = this.#attempt(task, connector);
    void scope
      .run(() => perform(input, this.#parts.input.options.heartbeatMs))
      .then(
        (answer) => this.#answered(task, answer),
        (error) => this.#failed(task, input, error),
      )
      .finally(() => this.#open.delete(key));
  }

  #attempt(
    task: ScheduledTask,
    connector: Extract<Resolution, { type: 'connector' }>,
  ): AttemptInput {
    const { id, context, deployment } = this.#parts.input;
    const { timeoutSeconds, heartbeatSeconds } = task;
    const says =
      connector.binding === undefined ? this.#definitionOf(task.state) : connector.written;
    return {
      ...refOf(task),
      workflowId: workflowInfo().workflowId,
      kind: connector.kind,
      attemptId: uuid4(),
      taskToken: task.taskToken,
      execution: { id, name: context.Execution.Name, pipeline: deployment.name, number: 0 },
      team: deployment.team,
      tags: deployment.tags,
      folder: deployment.folder,
      state: task.state,
      attempt: task.attempt,
      arguments: connector.arguments,
      ...(says !== undefined && referencesIn(says).length > 0 ? { written: says } : {}),
      wrapping: connector.wrapping,
      ...(timeoutSeconds === undefined ? {} : { timeoutSeconds }),
      isTimed: timeoutSeconds !== undefined || heartbeatSeconds !== undefined,
      beats: heartbeatSeconds !== undefined,
    };
  }

  /** What the definition writes as the arguments of a state. */
  #definitionOf(state: string): Json | undefined {
    if (this.#written === undefined) {
      const states = statesOf(this.#parts.input.deployment.definition as unknown as JsonObject);
      this.#written = new Map(
        states.map((one) => [one.name, one.state.Arguments ?? one.state.Parameters ?? null]),
      );
    }
    return this.#written.get(state);
  }

  #answered(task: ScheduledTask, answer: AttemptAnswer): void {
    const ref = refOf(task);
    const started: News = { type: 'TaskStarted', at: answer.startedAt, ...ref };
    if (answer.type === 'failed') {
      const { error, cause, stage } = answer;
      if (stage === undefined) this.#parts.tell(started);
      const failed = { type: 'TaskFailed', error, cause, ...ref } as const;
      this.#parts.tell(stage === undefined ? failed : { ...failed, stage });
    } else if (task.pattern === 'waitForTaskToken') {
      this.#parts.tell(started, { type: 'TaskSubmitted', output: answer.output, ...ref });
    } else this.#parts.tell(started, { type: 'TaskSucceeded', output: answer.output, ...ref });
  }

  /** The activity itself went wrong: its worker is gone, or nobody waits for it any more. */
  #failed(task: ScheduledTask, { attemptId }: AttemptInput, error: unknown): void {
    if (isCancellation(error)) return;
    const ref = refOf(task);
    const cause = error instanceof ActivityFailure ? error.cause : error;
    if (cause instanceof TimeoutFailure) {
      const lost = `The worker showed no sign of life while the attempt ${attemptId} ran; whether it has done its work is not known.`;
      this.#parts.tell({ type: 'TaskFailed', error: WORKER_LOST, cause: lost, ...ref });
      return;
    }
    if (cause instanceof ApplicationFailure && cause.type === WORKER_LOST) {
      this.#parts.tell({ type: 'TaskFailed', error: WORKER_LOST, cause: cause.message, ...ref });
      return;
    }
    const said = cause instanceof Error ? cause.message : String(cause);
    this.#parts.tell({ type: 'TaskFailed', error: 'Connector.InternalError', cause: said, ...ref });
  }

  /** The thread waits no longer: what performs the attempt is told to end. */
  cancel(ref: CommandRef): void {
    this.#open.get(keyOf(ref))?.cancel();
    this.#open.delete(keyOf(ref));
  }

  cancelAll(): void {
    for (const scope of this.#open.values()) scope.cancel();
    this.#open.clear();
  }
}

export function refOf({ thread, sequence }: CommandRef): CommandRef {
  return { thread, sequence };
}

function keyOf({ thread, sequence }: CommandRef): string {
  return `${thread} ${sequence}`;
}
