/**
 * Connects executions that an execution started (`states:startExecution`, `millrace:executions:start`) with the task that
 * waits for them.
 *
 * The child's row and the parent's attempt that names it are one commit, so a start happens exactly once. The child's
 * end reaches the parent as an input of its own; after a crash `recovery.ts` finds ends that were not delivered.
 * Output shapes: child-outputs.ts.
 * @module
 */
import type {
  AttemptRecord,
  ExecutionCreation,
  ExecutionRecord,
  ParentLink,
  Store,
} from '../../store/store.js';
import { type ActiveExecution, attemptKey, type LoadedMachine } from './active-execution.js';
import { allows } from './allowance.js';
import type { Arns } from './arn.js';
import { type Attempts, commandOf } from './attempts.js';
import { endOutput, startOutput } from './child-outputs.js';
import type { Creations, FoundOrCreated, TestRunOf } from './creations.js';
import { EngineError } from './errors.js';
import type { Executions, UndatedEvent } from './executions.js';
import type { MachineShelf } from './machine-shelf.js';
import { type Need, NOTHING } from './needs.js';
import { checkName, checkPayload, isName } from './payload.js';
import type { Random } from './ports.js';
import type { Resolution } from './resolve-task.js';
import { testRunName } from './test-runs.js';
import type { Turn } from './turn.js';
import type { Input, Performed, TurnLoop } from './turn-loop.js';

/** The error of a task that waits for what it may start, but not read. */
const NOT_ALLOWED = 'Millrace.NotAllowed';

/** What a task asks to start. */
type WantedExecution = Extract<Resolution, { type: 'execution' }>;

interface Parts {
  readonly store: Pick<Store, 'findExecution'>;
  readonly random: Random;
  readonly loop: TurnLoop;
  readonly arns: Arns;
  readonly machines: MachineShelf;
  readonly creations: Creations;
  readonly executions: Executions;
  readonly attempts: Attempts;
}

export class ChildExecutions {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins the attempt of a task that starts an execution. */
  begin(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    wanted: WantedExecution,
    input: Input,
  ): Performed {
    const attached = isAttached(attempt);
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
    if (attempt.child === undefined && attached && !allows(machine, 'read', own)) {
      const cause = `Team ${machine.record.team} lets team ${own} start ${wanted.pipeline}, and not read what comes of it. Start it without waiting, or ask for allow: { read: [${own}] } in its file.`;
      return this.#refuse(turn, active, attempt, input, NOT_ALLOWED, cause);
    }
    turn.also(this.#startInput(machine, nameFor(active, wanted), active.number, attempt, input));
    return 'done';
  }

  /** The child is found or made in the turn of its parent, when it is known whose its name is. */
  #startInput(
    machine: LoadedMachine,
    wanted: WantedExecution,
    parent: number,
    attempt: AttemptRecord,
    input: Input,
  ): Input {
    const { executions, creations } = this.#parts;
    const { child } = attempt;
    return {
      execution: parent,
      needs: () => [
        ...executions.needs(parent),
        ...(child === undefined
          ? creations.needs(machine, wanted.name)
          : [this.#recordNeed(child)]),
      ],
      perform: (turn) =>
        executions.withExecution(turn, parent, input, (_, active) => {
          const current = active.attempts.get(attemptKey(attempt.thread, attempt.sequence));
          // What came before it in this turn may have ended the task.
          if (current?.id !== attempt.id || current.status !== 'scheduled') return 'done';
          if (child === undefined)
            return this.#start(turn, active, attempt, machine, wanted, input);
          const record = turn.known(this.#recordNeed(child));
          if (record) return this.#submit(turn, active, attempt, input, record);
          throw new Error(`Attempt ${attempt.id} names execution ${child}, which does not exist`);
        }),
    };
  }

  #start(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    machine: LoadedMachine,
    wanted: WantedExecution,
    input: Input,
  ): Performed {
    const { creations, executions, attempts, loop } = this.#parts;
    const { thread, sequence } = attempt;
    const attached = isAttached(attempt);
    let found: FoundOrCreated;
    try {
      if (wanted.name !== undefined) checkName(wanted.name);
      checkPayload(wanted.input, 'input');
      found = creations.findOrCreate(turn, {
        machine,
        input: wanted.input,
        tags: machine.deployment.tags,
        ...(wanted.name === undefined ? {} : { name: wanted.name }),
        parent: { execution: active.number, thread, sequence, attached },
        ...testRunFor(active),
        secrets: active.secrets,
      });
    } catch (error) {
      return this.#refuseFor(turn, active, attempt, input, error);
    }
    if (found.created) {
      if (found.active) executions.born(turn, found.active);
      // The row exists with this commit; starting it is an input of its own.
      loop.add(executions.beginInput(found.number));
    }
    const linked: AttemptRecord = { ...attempt, child: found.number };
    attempts.update(turn, active, linked);
    if (!found.created && attached) {
      const cause = `Execution Already Exists: '${found.creation.context.Execution.Id}'`;
      const error = 'StepFunctions.ExecutionAlreadyExistsException';
      return this.#refuse(turn, active, linked, input, error, cause);
    }
    return this.#submit(turn, active, linked, input, found.creation);
  }

  /** Tells the parent that the child exists. */
  #submit(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    input: Input,
    creation: ExecutionCreation,
  ): Performed {
    const { executions, attempts, random } = this.#parts;
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
        (later) => attempts.close(later, active, attempt),
      );
    }
    return executions.step(
      turn,
      active,
      { type: 'TaskSubmitted', output, thread, sequence },
      input,
      (later) => attempts.update(later, active, { ...attempt, status: 'submitted' }),
    );
  }

  #recordNeed(child: number): Need<ExecutionRecord | undefined> {
    return { key: `record ${child}`, read: () => this.#parts.store.findExecution(child) };
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
    const { executions, attempts } = this.#parts;
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
      attempts.close(later, active, attempt),
    );
  }

  /** An execution has ended in this turn: whoever waits for it is told next. */
  ended(turn: Turn, active: ActiveExecution): void {
    const { loop } = this.#parts;
    const { parent } = active.creation;
    if (!parent?.attached) return;
    turn.afterCommit(() => loop.add(this.answerInput(parent, active.number)));
  }

  /** Brings the end of a child to the task that waits for it. */
  answerInput(parent: ParentLink, child: number): Input {
    const key = attemptKey(parent.thread, parent.sequence);
    const waiting = (active: ActiveExecution | undefined): AttemptRecord | undefined => {
      const attempt = active?.attempts.get(key);
      return attempt?.child === child && isWaiting(attempt) ? attempt : undefined;
    };
    return this.#parts.executions.input(
      parent.execution,
      (turn, active, input) => {
        const attempt = waiting(active);
        if (!attempt) return 'done';
        return this.#answer(turn, active, attempt, turn.known(this.#recordNeed(child)), input);
      },
      { needs: (_, active) => (waiting(active) ? [this.#recordNeed(child)] : NOTHING) },
    );
  }

  #answer(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    child: ExecutionRecord | undefined,
    input: Input,
  ): Performed {
    if (!child || child.header.status === 'RUNNING') return 'done';
    const { executions, attempts } = this.#parts;
    const { thread, sequence } = attempt;
    const form = commandOf(attempt).pattern === 'sync2' ? 'values' : 'texts';
    const description = endOutput({ ...child, stoppedAt: child.stoppedAt ?? 0 }, form);
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
      attempts.close(later, active, attempt),
    );
  }

  /** The waiting task is gone: the child it waited for is stopped. */
  abandon(turn: Turn, active: ActiveExecution, attempt: AttemptRecord): void {
    if (attempt.child === undefined || !isAttached(attempt)) return;
    const { executions, loop } = this.#parts;
    const child = attempt.child;
    const cause = `The execution ${active.creation.id} that waited for this one no longer does.`;
    turn.afterCommit(() => loop.add(executions.eventInput(child, { type: 'Stop', cause })));
  }
}

/** What a test run starts is a part of it, and reads what is current when it begins. */
function testRunFor({ creation: { testRun } }: ActiveExecution): { testRun?: TestRunOf } {
  return testRun === undefined ? {} : { testRun: { root: testRun.root } };
}

/** In a test run another name: the one that the task gives is for what really happens. */
function nameFor(
  { creation: { testRun } }: ActiveExecution,
  { name, ...wanted }: WantedExecution,
): WantedExecution {
  if (name === undefined) return wanted;
  // What is no name is refused as it is.
  if (testRun === undefined || !isName(name)) return { ...wanted, name };
  return { ...wanted, name: testRunName(testRun.root, name) };
}

/** The task waits for the end of what it starts. */
function isAttached(attempt: AttemptRecord): boolean {
  const { pattern } = commandOf(attempt);
  return pattern === 'sync' || pattern === 'sync2';
}

/** The task has been told that the child exists, and waits for its end. */
function isWaiting(attempt: AttemptRecord): boolean {
  return attempt.status === 'submitted' && isAttached(attempt);
}
