/**
 * Tasks whose request goes to this server itself: `aws-sdk:sfn:sendTaskSuccess`, `events:putEvents` and their like.
 *
 * An attempt takes the way of any other (attempts.ts): its start is durable before the request is made, and one whose
 * answer a crash swallowed is closed as lost, for nobody knows whether it was heard. What a request means is not told here
 * but in one place with the API that others call, through the port `OwnServices`.
 * @module
 */
import type { AttemptRecord } from '../../store/store.js';
import { type ActiveExecution, attemptKey } from './active-execution.js';
import type { Attempts } from './attempts.js';
import type { EngineTime } from './engine-time.js';
import type { Executions } from './executions.js';
import type { AttemptOutcome, OwnServices, ServiceRequest } from './ports.js';
import { type Resolution, unbound } from './resolve-task.js';
import type { Turn } from './turn.js';
import type { Input, Performed, TurnLoop } from './turn-loop.js';

export type ServiceCall = Extract<Resolution, { type: 'service' }>;

interface Parts {
  readonly services: OwnServices | undefined;
  readonly executions: Executions;
  readonly attempts: Attempts;
  readonly time: EngineTime;
  readonly loop: TurnLoop;
  readonly owner: string;
}

export class OwnServiceTasks {
  readonly #parts: Parts;
  /** Requests under way, by the id of their attempt. */
  readonly #calls: Map<string, AbortController> = new Map();
  #isEnding = false;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Requests that are not answered. */
  get running(): number {
    return this.#calls.size;
  }

  /** The same, or a failure when this server has no such operation. */
  known(call: ServiceCall): Resolution {
    const { services } = this.#parts;
    return services?.has(call.service, call.action) ? call : unbound(call.resource);
  }

  /** Begins a scheduled attempt. */
  begin(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    call: ServiceCall,
    input: Input,
  ): Performed {
    const { executions, attempts, time, owner } = this.#parts;
    const { thread, sequence } = attempt;
    const event = { type: 'TaskStarted', thread, sequence } as const;
    return executions.step(turn, active, event, input, (later) => {
      const startedAt = time.now();
      const started: AttemptRecord = { ...attempt, status: 'started', owner, startedAt };
      attempts.update(later, active, started);
      later.afterCommit(() => {
        const current = active.attempts.get(attemptKey(thread, sequence));
        if (current?.id === started.id) void this.#request(active, started, call);
      });
    });
  }

  async #request(
    active: ActiveExecution,
    attempt: AttemptRecord,
    call: ServiceCall,
  ): Promise<void> {
    const { loop, attempts } = this.#parts;
    const { creation } = active;
    const controller = new AbortController();
    this.#calls.set(attempt.id, controller);
    const outcome = await this.call({
      service: call.service,
      action: call.action,
      parameters: call.parameters,
      team: creation.team,
      executionArn: creation.context.Execution.Id,
      stateMachineArn: creation.context.StateMachine.Id,
      signal: controller.signal,
    });
    this.#calls.delete(attempt.id);
    // A refusal because the server ends is none of the service's: the next start finds the attempt without an outcome.
    if (this.#isEnding && outcome.type === 'failed') return;
    loop.add(attempts.outcomeInput(attempt, attempt.id, outcome));
  }

  /** One request; never rejects. */
  async call(request: ServiceRequest): Promise<AttemptOutcome> {
    try {
      const answered = await this.#parts.services?.call(request);
      if (answered !== undefined) return answered;
    } catch (error) {
      return { type: 'failed', error: 'Millrace.ServiceFailed', cause: String(error) };
    }
    const cause = `This server does not answer ${request.service}:${request.action}.`;
    return { type: 'failed', error: 'Millrace.ServiceFailed', cause };
  }

  /** Nobody waits for the attempt any more. */
  cancel(attemptId: string): void {
    this.#calls.get(attemptId)?.abort();
  }

  /** Gives up what waits for an answer. */
  close(): void {
    this.#isEnding = true;
    for (const controller of this.#calls.values()) controller.abort();
  }
}
