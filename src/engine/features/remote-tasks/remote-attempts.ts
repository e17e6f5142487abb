/**
 * What turns do with attempts that another system performs: each input here is one commit, of the execution and of the row of
 * its job together. What is to happen in the world because of it happens after the commit, and is told to `World`.
 * @module
 */
import type { Json, JsonObject } from '../../../asl/json.js';
import type { LogRecord } from '../../../connectors/connector.js';
import type { RemoteForm, RemoteRequest, Submission } from '../../../connectors/remote-tasks.js';
import { countedUnits } from '../../../monitoring/cost/price.js';
import {
  CLUSTER,
  CLUSTER_STATE,
  CREATE_CLUSTER,
} from '../../../pipelines/sections/cluster-section.js';
import { sectionOf } from '../../../pipelines/sections/section.js';
import type { AttemptRecord } from '../../../store/store.js';
import { type ActiveExecution, attemptKey } from '../../kernel/active-execution.js';
import { commandOf, WORKER_LOST } from '../../kernel/attempts.js';
import type { UndatedEvent } from '../../kernel/executions.js';
import type { Kernel } from '../../kernel/kernel.js';
import { checkOutcome } from '../../kernel/payload-outcome.js';
import type { AttemptOutcome } from '../../kernel/ports.js';
import type { Resolution } from '../../kernel/resolve-task.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import { use } from '../../kernel/usage.js';
import type { ReadLog } from './job-logs.js';
import { linkLines, linksOf, newLinks, submittedLines, systemLine } from './job-words.js';
import type { Ended } from './looking.js';
import type { RemoteJobRow } from './remote-job-table.js';
import type { RemoteJobs } from './remote-jobs.js';

export type RemoteCall = Extract<Resolution, { type: 'remote' }>;
/** What is asked of who performs tasks. */
export type Request = Omit<RemoteRequest, 'signal'>;
/** What of an answer becomes the result of the task. */
type Takes = RemoteCall['takes'];
type Change = Partial<RemoteJobRow>;
type Act = (turn: Turn, active: ActiveExecution, row: RemoteJobRow, input: Input) => Performed;

/** What follows outside of turns. */
export interface World {
  /** Asks for a task. */
  send(request: Request, takes: Takes): void;
  /** Takes a request back; false when it may have been sent. */
  takeBack(attempt: string): boolean;
  /** The answer to a request was taken in. */
  settled(attempt: string): void;
  /** Asks once more for what nobody waits for any more, to learn what its job is. */
  find(row: RemoteJobRow): void;
  /** Nobody waits for the answer to a request. */
  abort(attempt: string): void;
  /** Its job is waited for. */
  wait(row: RemoteJobRow): void;
  /** Its job is waited for no more. */
  forget(attempt: string): void;
  /** Its job is asked to end. */
  stop(attempt: string): void;
  /** Its log is read once more. */
  trail(attempt: string): void;
}

interface Parts {
  readonly kernel: Kernel;
  readonly jobs: RemoteJobs;
  readonly world: World;
}

/** Lines of a request that was answered at once. */
const MOST_LAST_LINES = 500;

export class RemoteAttempts {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** Begins a scheduled attempt: its start and its row are durable before anything is asked for. */
  perform(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    call: RemoteCall,
    input: Input,
  ): Performed {
    const { kernel, jobs, world } = this.#parts;
    const { thread, sequence } = attempt;
    const event: UndatedEvent = { type: 'TaskStarted', thread, sequence };
    return kernel.executions.step(turn, active, event, input, (later) => {
      const now = kernel.time.now();
      const started = {
        ...attempt,
        status: 'started',
        owner: kernel.owner,
        startedAt: now,
      } as const;
      kernel.attempts.update(later, active, started);
      // Its execution may have ended in this turn.
      if (openAttempt(active, started) === undefined) return;
      const isCluster = makesCluster(active, started, call);
      const row = newRow(jobs.number(), active, started, call, now);
      jobs.put(later, isCluster ? { ...row, holds: 'cluster' } : row);
      later.afterCommit(() => {
        if (jobs.get(attempt.id)?.phase !== 'submitting') return;
        world.send(requestOf(active, started, call, false), call.takes);
      });
    });
  }

  /** Asks once more for what an earlier engine has asked for, when its attempt is still open. */
  againInput(row: RemoteJobRow): Input {
    return this.#input(row.attempt, row.execution, (turn, active, current) => {
      const { kernel, jobs, world } = this.#parts;
      const attempt = openAttempt(active, current);
      // Nobody waits for it any more since this was queued.
      if (current.phase === 'stopping') turn.afterCommit(() => world.find(current));
      if (current.phase !== 'submitting') return 'done';
      // Its token was answered while the request was under way.
      if (attempt === undefined) {
        jobs.move(turn, current, { phase: 'ended' });
        return 'done';
      }
      const call = kernel.attempts.resolveUsual(active, commandOf(attempt));
      turn.afterCommit(() => {
        if (call.type === 'remote') world.send(requestOf(active, attempt, call, true), call.takes);
        else {
          const cause = `The server ended while the attempt ${attempt.id} was submitted, and now it would be performed elsewhere: whether it was submitted is not known.`;
          kernel.submit(this.submittedInput(row, { type: 'unknown', cause }, 'output'));
        }
      });
      return 'done';
    });
  }

  /** The answer to a request. */
  submittedInput(
    { attempt, execution }: Pick<RemoteJobRow, 'attempt' | 'execution'>,
    answer: Submission,
    takes: Takes,
  ): Input {
    return this.#input(attempt, execution, (turn, active, row, input) => {
      turn.afterCommit(() => this.#parts.world.settled(attempt));
      if (row.phase === 'stopping') return this.#tooLate(turn, active, row, answer);
      if (row.phase !== 'submitting') return 'done';
      const open = openAttempt(active, row);
      // Its token was answered before the request was.
      if (open === undefined) return this.#close(turn, row, 'answered', answer);
      if (answer.type === 'answered' || answer.type === 'failed') {
        const { used, lines = [] } = answer;
        if (used !== undefined) use(turn, active, { units: countedUnits(used) });
        const last = lines.slice(-MOST_LAST_LINES);
        if (last.length > 0) this.#parts.kernel.output.write(turn, active, lineOf(row), last);
      }
      switch (answer.type) {
        case 'submitted':
          return isJob(row)
            ? this.#submitted(turn, active, open, row, answer, input)
            : this.#answered(turn, active, open, row, answer.output, takes, answer, input);
        case 'answered':
          return this.#answered(turn, active, open, row, answer.output, takes, answer, input);
        case 'failed':
          return this.#fail(turn, active, open, row, answer, input, isJob(row) ? 'submit' : 'run');
        case 'unknown': {
          const cause = `Whether the task was submitted is not known. ${answer.cause}`;
          return this.#fail(turn, active, open, row, { error: WORKER_LOST, cause }, input, 'run');
        }
      }
    });
  }

  #submitted(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    row: RemoteJobRow,
    { output, job, links = [] }: Extract<Submission, { type: 'submitted' }>,
    input: Input,
  ): Performed {
    const { kernel, jobs, world } = this.#parts;
    const event: UndatedEvent = { type: 'TaskSubmitted', output, ...refOf(attempt) };
    return kernel.executions.step(turn, active, event, input, (later) => {
      if (openAttempt(active, row) === undefined) return;
      kernel.attempts.update(later, active, { ...attempt, status: 'submitted' });
      const shown = linksOf(undefined, links);
      const waiting = jobs.move(later, row, {
        phase: 'waiting',
        job: job as unknown as JsonObject,
        ...(shown === undefined ? {} : { links: shown }),
      });
      const lines = submittedLines(kernel.time.now(), job, links);
      kernel.output.write(later, active, lineOf(row), lines);
      later.afterCommit(() => {
        if (jobs.get(row.attempt)?.phase === 'waiting') world.wait(waiting);
      });
    });
  }

  /** An answer is all that there is to it, or a token is waited for. */
  #answered(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    row: RemoteJobRow,
    answer: Json,
    takes: Takes,
    { type, ...more }: Submission,
    input: Input,
  ): Performed {
    const { kernel, jobs } = this.#parts;
    const checked = checkOutcome({ type: 'succeeded', output: taken(answer, takes) });
    if (checked.type === 'failed') {
      return this.#fail(turn, active, attempt, row, checked, input, 'run');
    }
    const { output } = checked;
    const isToken = row.form === 'waitForTaskToken';
    const told = isToken ? 'TaskSubmitted' : 'TaskSucceeded';
    const event: UndatedEvent = { type: told, output, ...refOf(attempt) };
    return kernel.executions.step(turn, active, event, input, (later) => {
      if (!isToken) kernel.attempts.close(later, active, attempt);
      else if (openAttempt(active, row) !== undefined) {
        kernel.attempts.update(later, active, { ...attempt, status: 'submitted' });
      }
      const links = 'links' in more ? more.links : undefined;
      const shown = linksOf(undefined, links);
      jobs.move(later, row, {
        ...{ phase: 'ended', status: type },
        ...('job' in more ? { job: more.job as unknown as JsonObject } : {}),
        ...(shown === undefined ? {} : { links: shown }),
      });
      if (links === undefined) return;
      kernel.output.write(later, active, lineOf(row), linkLines(kernel.time.now(), links));
    });
  }

  #fail(
    turn: Turn,
    active: ActiveExecution,
    attempt: AttemptRecord,
    row: RemoteJobRow,
    { error, cause }: { error: string; cause: string },
    input: Input,
    stage: 'submit' | 'run',
  ): Performed {
    const { kernel, jobs } = this.#parts;
    const event: UndatedEvent = { type: 'TaskFailed', error, cause, stage, ...refOf(attempt) };
    return kernel.executions.step(turn, active, event, input, (later) => {
      kernel.attempts.close(later, active, attempt);
      jobs.move(later, row, { phase: 'ended', status: 'failed' });
    });
  }

  /** The answer comes when nobody waits for it any more: a job is ended. */
  #tooLate(turn: Turn, active: ActiveExecution, row: RemoteJobRow, answer: Submission): Performed {
    const { kernel, jobs, world } = this.#parts;
    if (answer.type === 'submitted') {
      const { job, links } = answer;
      const shown = linksOf(row.links, links);
      const known = { job: job as unknown as JsonObject, ...(shown && { links: shown }) };
      jobs.move(turn, row, { since: row.since, ...known });
      turn.afterCommit(() => world.stop(row.attempt));
      return 'done';
    }
    if (answer.type === 'unknown') {
      const why = `Nobody waits for the task any more; whether its job runs is not known. ${answer.cause}`;
      const line = systemLine(kernel.time.now(), why, 'warn');
      kernel.output.write(turn, active, lineOf(row), [line]);
      jobs.move(turn, row, { phase: 'ended', status: 'unknown', trouble: answer.cause });
      return 'done';
    }
    return this.#close(turn, row, answer.type, answer);
  }

  #close(turn: Turn, row: RemoteJobRow, status: string, answer: Submission): Performed {
    const job = answer.type === 'submitted' ? { job: answer.job as unknown as JsonObject } : {};
    this.#parts.jobs.move(turn, row, { phase: 'ended', status, ...job });
    return 'done';
  }

  /** A job has ended. @param log what it wrote last; undefined: it has no log that can be read */
  endedInput(
    { attempt, execution }: RemoteJobRow,
    how: Ended,
    statuses: readonly LogRecord[],
    log: ReadLog | undefined,
  ): Input {
    return this.#input(attempt, execution, (turn, active, row, input) => {
      const { kernel, jobs, world } = this.#parts;
      if (row.phase !== 'waiting') return 'done';
      const open = openAttempt(active, row);
      if (open === undefined) {
        jobs.move(turn, row, { phase: 'ended', status: how.status });
        return 'done';
      }
      if (how.used !== undefined) use(turn, active, { units: countedUnits(how.used) });
      const event = outcomeEvent(checkOutcome(how.outcome), open);
      return kernel.executions.step(turn, active, event, input, (later) => {
        kernel.attempts.close(later, active, open);
        const isHeld = row.holds !== undefined && how.outcome.type === 'succeeded';
        const isOver = active.state.header.status !== 'RUNNING';
        const isTrailing = log !== undefined && !isHeld;
        const phase = isHeld ? (isOver ? 'stopping' : 'held') : isTrailing ? 'trailing' : 'ended';
        const lines = [
          ...statuses,
          ...(log !== undefined && log.from === row.cursor ? log.lines : []),
          ...linkLines(kernel.time.now(), newLinks(row.links, how.links)),
        ];
        if (lines.length > 0) kernel.output.write(later, active, lineOf(row), lines);
        const links = linksOf(row.links, how.links);
        jobs.move(later, row, {
          ...{ phase, status: how.status },
          ...(links === undefined ? {} : { links }),
          ...(log === undefined ? {} : readTo(log)),
        });
        if (phase === 'trailing') later.afterCommit(() => world.trail(row.attempt));
        if (phase === 'stopping') later.afterCommit(() => world.stop(row.attempt));
      });
    });
  }

  /** Lines of a job, with how far they were read; and whatever else has changed of it. */
  changeInput(
    { attempt, execution }: RemoteJobRow,
    change: Change,
    lines: readonly LogRecord[],
    log?: ReadLog,
  ): Input {
    return this.#input(attempt, execution, (turn, active, row) => {
      const { kernel, jobs } = this.#parts;
      if (row.phase !== 'waiting' && row.phase !== 'trailing') return 'done';
      const isNext = log === undefined || log.from === row.cursor;
      const all = [...lines, ...(log !== undefined && isNext ? log.lines : [])];
      if (all.length > 0) kernel.output.write(turn, active, lineOf(row), all);
      const read = log !== undefined && isNext ? readTo(log) : {};
      const changed = { ...row, ...read, ...change };
      if (change.trouble === '') delete changed.trouble;
      jobs.put(turn, changed);
      return 'done';
    });
  }

  /** It was asked to end, or in vain for too long; or there is no more to read of it. */
  overInput({ attempt, execution }: RemoteJobRow, change: Change, line?: LogRecord): Input {
    return this.#input(attempt, execution, (turn, active, row) => {
      const { kernel, jobs } = this.#parts;
      if (row.phase !== 'stopping' && row.phase !== 'trailing') return 'done';
      if (line !== undefined) kernel.output.write(turn, active, lineOf(row), [line]);
      jobs.move(turn, row, { ...change, phase: 'ended' });
      return 'done';
    });
  }

  /** An execution has ended: what was held for it is freed. */
  ended(turn: Turn, { number }: ActiveExecution): void {
    const { jobs, world } = this.#parts;
    for (const row of jobs.heldFor(number)) {
      jobs.move(turn, row, { phase: 'stopping' });
      turn.afterCommit(() => world.stop(row.attempt));
    }
  }

  /** A cluster runs on although its execution has ended; without a cause: it is gone at last. */
  lingersInput({ attempt, execution, team }: RemoteJobRow, words: string, isOver: boolean): Input {
    return this.#input(attempt, execution, (turn, active, row) => {
      const { kernel, jobs } = this.#parts;
      if (row.phase !== 'stopping') return 'done';
      const level = isOver ? 'info' : 'error';
      kernel.output.write(turn, active, lineOf(row), [systemLine(kernel.time.now(), words, level)]);
      const state = isOver ? 'working' : 'broken';
      const change = { team, part: `cluster of execution ${execution}`, state, words } as const;
      kernel.hooks.tell(turn, { type: 'WatcherChanged', change });
      jobs.put(turn, { ...row, trouble: words });
      return 'done';
    });
  }

  /** Nobody waits for an attempt any more, which this turn has closed. */
  cancelled(turn: Turn, active: ActiveExecution, attempt: AttemptRecord): void {
    const { kernel, jobs, world } = this.#parts;
    const row = jobs.get(attempt.id);
    if (row === undefined || row.phase === 'stopping') return;
    turn.afterCommit(() => {
      const now = jobs.get(row.attempt)?.phase;
      if (now === undefined) world.abort(row.attempt);
      if (now !== 'waiting') world.forget(row.attempt);
      if (now === 'stopping' && row.job !== undefined) world.stop(row.attempt);
      // What has not been sent leaves nothing to end.
      else if (now === 'stopping' && world.takeBack(row.attempt)) {
        kernel.submit(this.overInput(row, { status: 'stopped' }));
      }
    });
    if (!isJob(row)) {
      jobs.move(turn, row, { phase: 'ended', status: 'stopped' });
      return;
    }
    if (row.job !== undefined) {
      jobs.move(turn, row, { phase: 'stopping' });
      return;
    }
    const call = kernel.attempts.resolveUsual(active, commandOf(attempt));
    // Enough to find its job after a crash: then nothing else is known of it.
    const request = call.type === 'remote' ? { request: requestJson(active, attempt, call) } : {};
    jobs.move(turn, row, { phase: 'stopping', ...request });
  }

  /** An input about an open row. */
  #input(attempt: string, execution: number, act: Act): Input {
    const { kernel, jobs } = this.#parts;
    return kernel.executions.input(
      execution,
      (turn, active, input) => {
        const row = jobs.get(attempt);
        return row === undefined ? 'done' : act(turn, active, row, input);
      },
      {
        // Its execution was removed for good: nothing is left to be told.
        missing: (turn) => {
          const row = jobs.get(attempt);
          if (row !== undefined && row.phase !== 'stopping') {
            jobs.move(turn, row, { phase: 'ended' });
          }
          return 'done';
        },
      },
    );
  }
}

/** Whether a task makes the cluster of its execution. */
function makesCluster(
  { machine }: ActiveExecution,
  attempt: AttemptRecord,
  { resource: { service, action, form } }: RemoteCall,
): boolean {
  return (
    `${service}:${action}` === CREATE_CLUSTER &&
    isJob({ form }) &&
    commandOf(attempt).state === CLUSTER_STATE &&
    sectionOf(CLUSTER, machine.deployment) !== undefined
  );
}

function newRow(
  number: number,
  active: ActiveExecution,
  attempt: AttemptRecord,
  { resource: { service, action, form } }: RemoteCall,
  now: number,
): RemoteJobRow {
  const { timeoutSeconds, heartbeatSeconds, state, attempt: retry } = commandOf(attempt);
  return {
    ...{ number, attempt: attempt.id, execution: active.number },
    ...refOf(attempt),
    ...{ team: active.creation.team, state, retry, resource: `${service}:${action}`, form },
    ...{ phase: 'submitting', since: now, begunAt: now },
    ...(timeoutSeconds === undefined ? {} : { deadline: now + timeoutSeconds * 1_000 }),
    ...(heartbeatSeconds === undefined ? {} : { heartbeat: heartbeatSeconds }),
  };
}

function requestOf(
  { creation }: ActiveExecution,
  attempt: AttemptRecord,
  { resource, parameters, place, roleArn }: RemoteCall,
  isAgain: boolean,
): Request {
  const { id, name, pipeline, team, tags } = creation;
  return {
    ...{ id: attempt.id, isAgain, ...resource, parameters, team, tags },
    ...{ account: place.account, region: place.region },
    ...(roleArn === undefined ? {} : { roleArn }),
    execution: { id, name, pipeline },
    state: commandOf(attempt).state,
  };
}

/** A request as a row keeps it: it is made as one that may have been made before. */
function requestJson(
  active: ActiveExecution,
  attempt: AttemptRecord,
  call: RemoteCall,
): JsonObject {
  return requestOf(active, attempt, call, true) as unknown as JsonObject;
}

function openAttempt(
  active: ActiveExecution,
  { thread, sequence, ...of }: { thread: number; sequence: number; attempt?: string; id?: string },
): AttemptRecord | undefined {
  const found = active.attempts.get(attemptKey(thread, sequence));
  return found !== undefined && found.id === (of.attempt ?? of.id) ? found : undefined;
}

function refOf({ thread, sequence }: { thread: number; sequence: number }): {
  thread: number;
  sequence: number;
} {
  return { thread, sequence };
}

function lineOf({ state, retry }: RemoteJobRow): { state: string; attempt: number } {
  return { state, attempt: retry };
}

/** Whether there is a job to be waited for, and to be ended. */
export function isJob({ form }: Pick<RemoteJobRow, 'form'>): boolean {
  return (form as RemoteForm) === 'sync' || form === 'sync2';
}

function taken(answer: Json, takes: Takes): Json {
  if (takes === 'output') return answer;
  return typeof answer === 'object' && answer !== null && !Array.isArray(answer)
    ? (answer.Payload ?? null)
    : answer;
}

function outcomeEvent(outcome: AttemptOutcome, attempt: AttemptRecord): UndatedEvent {
  const ref = refOf(attempt);
  return outcome.type === 'succeeded'
    ? { type: 'TaskSucceeded', output: outcome.output, ...ref }
    : { type: 'TaskFailed', error: outcome.error, cause: outcome.cause, ...ref };
}

function readTo({ cursor, logged }: ReadLog): Change {
  return { logged, ...(cursor === undefined ? {} : { cursor }) };
}
