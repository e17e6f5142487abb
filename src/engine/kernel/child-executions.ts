/**
 * Creates executions, and connects those that an execution started (`states:startExecution`, `millrace:executions:start`)
 * with the task that waits for them.
 *
 * The child's row and the parent's attempt that names it are one commit, so a start happens exactly once. The child's
 * end reaches the parent as an input of its own; after a crash `recovery.ts` finds ends that were not delivered.
 * Output shapes: https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 * @module
 */
import type { ExecutionContext } from '../../asl/execution-state.js';
import type { Json, JsonObject } from '../../asl/json.js';
import { SecretValues } from '../../secrets/secret-values.js';
import type { AttemptRecord, ExecutionCreation, ParentLink } from '../../store/store.js';
import {
  type ActiveExecution,
  attemptKey,
  type LoadedMachine,
  newActive,
} from './active-execution.js';
import { allows } from './allowance.js';
import { commandOf } from './attempts.js';
import { EngineError } from './errors.js';
import type { UndatedEvent } from './executions.js';
import type { Machinery } from './machinery.js';
import { checkName, checkPayload } from './payload.js';
import type { Resolution } from './resolve-task.js';
import { sameJson } from './same-json.js';
import type { Turn } from './turn.js';
import type { Input, Performed } from './turn-loop.js';

/** What a new execution is made of. */
export interface NewExecution {
  machine: LoadedMachine;
  name?: string;
  input: Json;
  tags: { [key: string]: string };
  pointer?: string;
  parent?: ParentLink;
  mapRun?: { number: number; child: number };
  map?: NonNullable<ExecutionContext['Map']>;
  /** The name that its ARN gives to its state machine: `MACHINE/LABEL` for children of a map run. */
  machineName?: string;
  testCase?: string;
  /** Published version and alias that the start named. */
  publishedVersion?: number;
  alias?: string;
  triggeredBy?: JsonObject;
  interval?: string;
  /** What is secret in the execution that starts it. */
  secrets?: SecretValues | undefined;
}

/** A start that met an execution of the same name, or made a new one. */
export interface FoundOrCreated {
  active?: ActiveExecution;
  number: number;
  creation: ExecutionCreation;
  created: boolean;
}

/** The error of a task that waits for what it may start, but not read. */
const NOT_ALLOWED = 'Millrace.NotAllowed';

/** Milliseconds that an express execution may take. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const EXPRESS_LIMIT = 300_000;

/** Executions of the machine are express ones. */
export function isExpress(machine: LoadedMachine): boolean {
  return machine.deployment.stateMachine?.type === 'EXPRESS';
}

export class ChildExecutions {
  readonly #parts: Machinery;
  #lastNumber = 0;
  /** Executions with a chosen name that are not durable yet, by team, pipeline and name. */
  readonly #unstored: Map<string, ActiveExecution> = new Map();

  constructor(parts: Machinery) {
    this.#parts = parts;
  }

  open(lastNumber: number): void {
    this.#lastNumber = lastNumber;
  }

  /**
   * Answers the execution of that name, or creates it in this turn without starting it.
   * Throws ExecutionConflict when the one of that name has another input.
   */
  findOrCreate(turn: Turn, wanted: NewExecution): FoundOrCreated | Promise<FoundOrCreated> {
    // Express executions may have the same name.
    if (wanted.name === undefined || isExpress(wanted.machine)) return this.create(turn, wanted);
    const { key, ref } = wanted.machine;
    const unstored = this.#unstored.get(`${key}/${wanted.name}`);
    if (unstored && !unstored.stale) return same(unstored, wanted);
    const found = this.#parts.store.findExecutionByName(ref, wanted.name);
    if (found instanceof Promise) {
      return found.then((record) => (record ? same(record, wanted) : this.create(turn, wanted)));
    }
    return found ? same(found, wanted) : this.create(turn, wanted);
  }

  /** Creates an execution in this turn without starting it. */
  create(turn: Turn, wanted: NewExecution): FoundOrCreated & { active: ActiveExecution } {
    const { random, time, reducer, actives, arns, timers } = this.#parts;
    const { machine, tags } = wanted;
    const startedAt = time.now();
    const id = random.id(startedAt);
    const chosen = wanted.name ?? id;
    const pipeline = machine.record.pipeline;
    const express = isExpress(machine) && wanted.mapRun === undefined;
    const name = express ? id : chosen;
    const machineName = wanted.machineName ?? pipeline;
    const context: ExecutionContext = {
      Execution: {
        Id: express ? arns.express(pipeline, chosen, id) : arns.execution(machineName, name),
        Name: chosen,
        Input: wanted.input,
        StartTime: new Date(startedAt).toISOString(),
        RoleArn: machine.deployment.stateMachine?.roleArn ?? arns.role,
        RedriveCount: 0,
      },
      StateMachine: { Id: arns.stateMachine(machineName), Name: machineName },
      ...(wanted.map ? { Map: wanted.map } : {}),
    };
    const creation: ExecutionCreation = {
      id,
      name,
      pipeline,
      team: machine.record.team,
      tags,
      startedAt,
      pointer: wanted.pointer ?? '',
      context,
      ...(wanted.parent ? { parent: wanted.parent } : {}),
      ...(wanted.mapRun ? { mapRun: wanted.mapRun } : {}),
      ...(wanted.testCase === undefined ? {} : { testCase: wanted.testCase }),
      ...(wanted.publishedVersion === undefined
        ? {}
        : { publishedVersion: wanted.publishedVersion }),
      ...(wanted.alias === undefined ? {} : { alias: wanted.alias }),
      ...(wanted.triggeredBy === undefined ? {} : { triggeredBy: wanted.triggeredBy }),
      ...(wanted.interval === undefined ? {} : { interval: wanted.interval }),
    };
    this.#lastNumber += 1;
    const number = this.#lastNumber;
    const active = newActive(number, creation, machine, reducer.start(context));
    if (wanted.secrets) active.secrets = new SecretValues(wanted.secrets.values());
    actives.add(active);
    // With a row of its own even when its first transition has to wait for expressions.
    turn.of(active).progressed = true;
    turn.afterFailure(() => actives.drop(active));
    if (express || !active.keepsHistory) {
      const at = startedAt + EXPRESS_LIMIT;
      timers.set(turn, active, { thread: 0, kind: 'execution', sequence: 0, at });
    } else if (wanted.name !== undefined) this.#reserve(turn, `${machine.key}/${name}`, active);
    return { active, number, creation, created: true };
  }

  #reserve(turn: Turn, key: string, active: ActiveExecution): void {
    this.#unstored.set(key, active);
    const release = (): void => {
      if (this.#unstored.get(key) === active) this.#unstored.delete(key);
    };
    turn.afterCommit(release);
    turn.afterFailure(release);
  }

  /** Begins the attempt of a task that starts an execution. */
  begin(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    wanted: Extract<Resolution, { type: 'execution' }>,
    input: Input,
  ): Performed | Promise<Performed> {
    const { pattern } = commandOf(attempt);
    const attached = pattern === 'sync' || pattern === 'sync2';
    const own = active.creation.team;
    const machine = this.#parts.machines.current({
      team: wanted.team ?? own,
      name: wanted.pipeline,
    });
    // One that another team does not let us start is as good as none.
    if (!machine || !allows(machine, 'start', own)) {
      const cause = `State Machine Does Not Exist: '${this.#parts.arns.stateMachine(wanted.pipeline)}'`;
      const error = 'StepFunctions.StateMachineDoesNotExistException';
      return this.#refuse(turn, active, attempt, input, error, cause);
    }
    if (attempt.child !== undefined) return this.#submit(turn, active, attempt, input);
    if (attached && !allows(machine, 'read', own)) {
      const cause = `Team ${machine.record.team} lets team ${own} start ${wanted.pipeline}, and not read what comes of it. Start it without waiting, or ask for allow: { read: [${own}] } in its file.`;
      return this.#refuse(turn, active, attempt, input, NOT_ALLOWED, cause);
    }
    const { thread, sequence } = attempt;
    let found: FoundOrCreated | Promise<FoundOrCreated>;
    try {
      if (wanted.name !== undefined) checkName(wanted.name);
      checkPayload(wanted.input, 'input');
      found = this.findOrCreate(turn, {
        machine,
        input: wanted.input,
        tags: machine.deployment.tags,
        ...(wanted.name === undefined ? {} : { name: wanted.name }),
        parent: { execution: active.number, thread, sequence, attached },
        secrets: active.secrets,
      });
    } catch (error) {
      return this.#refuseFor(turn, active, attempt, input, error);
    }
    const proceed = (result: FoundOrCreated): Performed | Promise<Performed> => {
      if (result.created) {
        // The row exists with this commit; starting it is an input of its own.
        this.#parts.loop.add(this.startInput(result.number));
      }
      const linked: AttemptRecord = { ...attempt, child: result.number };
      this.#parts.tasks.update(turn, active, linked);
      if (!result.created && attached) {
        const cause = `Execution Already Exists: '${result.creation.context.Execution.Id}'`;
        const error = 'StepFunctions.ExecutionAlreadyExistsException';
        return this.#refuse(turn, active, linked, input, error, cause);
      }
      return this.#submit(turn, active, linked, input, result.creation);
    };
    return found instanceof Promise
      ? found.then(proceed, (error: unknown) =>
          this.#refuseFor(turn, active, attempt, input, error),
        )
      : proceed(found);
  }

  /** Tells the parent that the child exists. */
  #submit(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    input: Input,
    creation?: ExecutionCreation,
  ): Performed | Promise<Performed> {
    if (!creation) {
      const child = this.#parts.store.findExecution(attempt.child ?? 0);
      if (child instanceof Promise) {
        return child.then((record) => this.#submit(turn, active, attempt, input, record));
      }
      if (!child)
        throw new Error(
          `Attempt ${attempt.id} names execution ${attempt.child}, which does not exist`,
        );
      return this.#submit(turn, active, attempt, input, child);
    }
    const { executions, tasks, random } = this.#parts;
    const { thread, sequence } = attempt;
    const { pattern } = commandOf(attempt);
    const { context, startedAt } = creation;
    const output = startOutput(context.Execution.Id, startedAt, random.id(startedAt));
    if (pattern === 'requestResponse') {
      return executions.step(
        turn,
        active,
        { type: 'TaskSucceeded', output, thread, sequence },
        input,
        (later) => tasks.close(later, active, attempt),
      );
    }
    return executions.step(
      turn,
      active,
      { type: 'TaskSubmitted', output, thread, sequence },
      input,
      (later) => tasks.update(later, active, { ...attempt, status: 'submitted' }),
    );
  }

  #refuseFor(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    input: Input,
    error: unknown,
  ): Performed {
    if (!(error instanceof EngineError)) throw error;
    const name =
      error.kind === 'ExecutionConflict'
        ? 'StepFunctions.ExecutionAlreadyExistsException'
        : error.kind === 'InvalidName'
          ? 'StepFunctions.InvalidNameException'
          : 'StepFunctions.InvalidExecutionInputException';
    return this.#refuse(turn, active, attempt, input, name, error.message);
  }

  #refuse(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    input: Input,
    error: string,
    cause: string,
  ): Performed {
    const { executions, tasks } = this.#parts;
    const { thread, sequence } = attempt;
    const event: UndatedEvent = {
      type: 'TaskFailed',
      error,
      cause,
      stage: 'run',
      thread,
      sequence,
    };
    return executions.step(turn, active, event, input, (later) =>
      tasks.close(later, active, attempt),
    );
  }

  /** Begins an execution that exists and has not begun, when there is room for it. */
  startInput(number: number): Input {
    const { executions, admission } = this.#parts;
    const input: Input = {
      execution: number,
      perform: (turn) =>
        executions.withExecution(number, input, (active) => admission.begin(turn, active, input)),
    };
    return input;
  }

  /** An execution has ended in this turn: whoever waits for it is told next. */
  ended(turn: Turn, active: ActiveExecution): void {
    const { creation } = active;
    const { loop, mapRuns } = this.#parts;
    if (creation.mapRun) mapRuns.childEnded(turn, active, creation.mapRun);
    const { parent } = creation;
    if (!parent?.attached) return;
    turn.afterCommit(() => loop.add(this.answerInput(parent, active.number)));
  }

  /** Brings the end of a child to the task that waits for it. */
  answerInput(parent: ParentLink, child: number): Input {
    const { executions, store } = this.#parts;
    const key = attemptKey(parent.thread, parent.sequence);
    const input: Input = {
      execution: parent.execution,
      perform: (turn) =>
        executions.withExecution(parent.execution, input, (active) => {
          const attempt = active.attempts.get(key);
          if (attempt?.child !== child || !isWaiting(attempt)) return 'done';
          const found = store.findExecution(child);
          return found instanceof Promise
            ? found.then((record) => this.#answer(turn, active, attempt, record, input))
            : this.#answer(turn, active, attempt, found, input);
        }),
    };
    return input;
  }

  #answer(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    child: Awaited<ReturnType<Machinery['store']['findExecution']>>,
    input: Input,
  ): Performed {
    if (!child || child.header.status === 'RUNNING') return 'done';
    const { executions, tasks } = this.#parts;
    const { thread, sequence } = attempt;
    const parsed = commandOf(attempt).pattern === 'sync2';
    const description = describe(child, child.header, child.stoppedAt ?? 0, parsed);
    const event: UndatedEvent =
      child.header.status === 'SUCCEEDED'
        ? { type: 'TaskSucceeded', output: description, thread, sequence }
        : {
            type: 'TaskFailed',
            error: 'States.TaskFailed',
            cause: JSON.stringify(description),
            thread,
            sequence,
          };
    return executions.step(turn, active, event, input, (later) =>
      tasks.close(later, active, attempt),
    );
  }

  /** The waiting task is gone: the child it waited for is stopped. */
  abandon(turn: Turn, active: ActiveExecution, attempt: AttemptRecord): void {
    const { pattern } = commandOf(attempt);
    if (attempt.child === undefined || (pattern !== 'sync' && pattern !== 'sync2')) return;
    const { executions, loop } = this.#parts;
    const child = attempt.child;
    const cause = `The execution ${active.creation.id} that waited for this one no longer does.`;
    turn.afterCommit(() => loop.add(executions.eventInput(child, { type: 'Stop', cause })));
  }
}

/** The task has been told that the child exists, and waits for its end. */
function isWaiting(attempt: AttemptRecord): boolean {
  const { pattern } = commandOf(attempt);
  return attempt.status === 'submitted' && (pattern === 'sync' || pattern === 'sync2');
}

/** The same name: the same execution when input and test case are the same, else a conflict. */
function same(
  found: ActiveExecution | ({ number: number } & ExecutionCreation),
  wanted: NewExecution,
): FoundOrCreated {
  const creation = 'creation' in found ? found.creation : found;
  const isSame =
    sameJson(creation.context.Execution.Input, wanted.input) &&
    creation.testCase === wanted.testCase;
  if (!isSame) {
    throw new EngineError('ExecutionConflict', {
      name: creation.name,
      pipeline: creation.pipeline,
    });
  }
  return {
    ...('creation' in found ? { active: found } : {}),
    number: found.number,
    creation,
    created: false,
  };
}

/** What `states:startExecution` answers. */
export function startOutput(arn: string, startedAt: number, requestId: string): JsonObject {
  return {
    ExecutionArn: arn,
    SdkHttpMetadata: {
      AllHttpHeaders: { 'x-amzn-RequestId': [requestId] },
      HttpHeaders: { 'x-amzn-RequestId': requestId },
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StartDate: startedAt,
  };
}

/** What `.sync` (input and output as JSON texts) and `.sync:2` (as values) answer. */
function describe(
  creation: ExecutionCreation,
  header: ActiveExecution['state']['header'],
  stoppedAt: number,
  parsed: boolean,
): JsonObject {
  const show = (value: Json): Json => (parsed ? value : JSON.stringify(value));
  return {
    ...(header.cause === undefined ? {} : { Cause: header.cause }),
    ...(header.error === undefined ? {} : { Error: header.error }),
    ExecutionArn: creation.context.Execution.Id,
    Input: show(creation.context.Execution.Input),
    InputDetails: { Included: true },
    Name: creation.name,
    ...(header.output === undefined ? {} : { Output: show(header.output) }),
    ...(header.output === undefined ? {} : { OutputDetails: { Included: true } }),
    StartDate: creation.startedAt,
    StateMachineArn: creation.context.StateMachine.Id,
    Status: header.status,
    StopDate: stoppedAt,
  };
}
