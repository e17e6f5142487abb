/**
 * Activities: tasks that workers elsewhere take by long polling and answer by task token.
 *
 *     attempt scheduled (kind `activity:TEAM/NAME`) ──GetActivityTask: ActivityStarted is durable──▶ submitted ──token──▶ closed
 *
 * A waiting task is an ordinary scheduled attempt in the store, so tasks outlive restarts and cost no memory while they
 * wait; memory holds only the polls. A poll gets its task after the commit that gave it away, so no task goes to two
 * workers. An activity is its team's: the tasks of a team go to no other team's workers, also when names are the same.
 * https://docs.aws.amazon.com/step-functions/latest/dg/concepts-activities.html
 * @module
 */

import type { Json } from '../../../asl/json.js';
import { pipelineKey as keyOf } from '../../../store/pipeline-ref.js';
import type { AttemptRecord, Tags } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import { type ActiveExecution, attemptKey } from '../../kernel/active-execution.js';
import { commandOf } from '../../kernel/attempts.js';
import { EngineError } from '../../kernel/errors.js';
import type { Feature } from '../../kernel/feature.js';
import type { ActivityHook } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import { checkName, checkTags } from '../../kernel/payload.js';
import { activityKind } from '../../kernel/resolve-task.js';
import { type OneTeam, type Scope, sees, teamOf } from '../../kernel/scope.js';
import type { Turn } from '../../kernel/turn.js';
import type { Input, Performed } from '../../kernel/turn-loop.js';
import { RowMap } from '../../kernel/turn-memory.js';
import { ACTIVITIES, type ActivityRecord } from './activity-table.js';

/** Milliseconds that a poll waits. https://docs.aws.amazon.com/step-functions/latest/apireference/API_GetActivityTask.html */
const POLL = 60_000;
/** Polls of one activity that may wait at a time. AWS: 1,000 pollers. */
const MAX_POLLS = 1_000;
/** Waiting tasks that are looked at for one poll. */
const PAGE = 50;

export interface ActivityTask {
  taskToken: string;
  input: Json;
}

export interface PollOptions {
  workerName?: string;
  /** Gives the poll up. */
  signal?: AbortSignal;
  /** Milliseconds; default 60,000. */
  waitMs?: number;
}

/** Names an activity. */
export type ActivityRef = Pick<ActivityRecord, 'team' | 'name'>;

/** `engine.activities`. All of those that name an activity throw ActivityNotFound, unless they say otherwise. */
export interface ActivityCalls {
  list(scope: Scope): ActivityRecord[];
  /** The one of that name that the caller sees. Throws ActivityNotFound also when there are several. */
  find(scope: Scope, name: string): ActivityRecord;
  describe(scope: Scope, activity: ActivityRef): ActivityRecord;
  /** Answers the existing one. Throws InvalidName. */
  create(scope: OneTeam, name: string, tags: Tags): Promise<ActivityRecord>;
  /** One that is not there stays so. */
  delete(scope: Scope, activity: ActivityRef): Promise<void>;
  tag(scope: Scope, activity: ActivityRef, change: (tags: Tags) => Tags): Promise<void>;
  /** The next task, or undefined when none came in time. Throws TooManyQueued. */
  poll(
    scope: Scope,
    activity: ActivityRef,
    options?: PollOptions,
  ): Promise<ActivityTask | undefined>;
}

interface Poll {
  workerName: string | undefined;
  /** Its time is over: it gets the task that is on its way to it, or nothing. */
  isOver: boolean;
  settle(task: ActivityTask | undefined): void;
  refuse(error: Error): void;
}

export class ActivityPolls implements ActivityCalls, Feature, ActivityHook {
  readonly name = 'activities';
  readonly tables: readonly AnyTable[] = [ACTIVITIES];
  readonly #kernel: Kernel;
  readonly #known: RowMap<ActivityRecord> = new RowMap(ACTIVITIES);
  readonly #polls: Map<string, Set<Poll>> = new Map();
  /** Attempts that are being given to a poll. */
  readonly #claimed: Set<string> = new Set();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
    kernel.hooks.activities = this;
  }

  async open(): Promise<void> {
    await this.#known.open(this.#kernel.store);
  }

  /** Ends every poll, without a task. */
  close(): void {
    for (const polls of this.#polls.values()) {
      for (const poll of polls) poll.settle(undefined);
    }
  }

  list(scope: Scope): ActivityRecord[] {
    return [...this.#known.values()]
      .filter(({ team }) => sees(scope, team))
      .sort((a, b) => a.createdAt - b.createdAt || (a.name < b.name ? -1 : 1));
  }

  find(scope: Scope, name: string): ActivityRecord {
    const found = this.list(scope).filter((record) => record.name === name);
    const [first] = found;
    if (first === undefined || found.length > 1) throw notFound(name);
    return first;
  }

  describe(scope: Scope, activity: ActivityRef): ActivityRecord {
    const record = this.#known.get(activity.team, activity.name);
    if (!record || !sees(scope, record.team)) throw notFound(activity.name);
    return record;
  }

  async create(scope: OneTeam, name: string, tags: Tags): Promise<ActivityRecord> {
    const team = teamOf(scope);
    checkName(name);
    checkTags(tags);
    const known = this.#known.get(team, name);
    if (known) return known;
    return this.#put({ name, team, tags, createdAt: this.#kernel.time.now() });
  }

  has(activity: ActivityRef): boolean {
    return this.#known.get(activity.team, activity.name) !== undefined;
  }

  async delete(scope: Scope, activity: ActivityRef): Promise<void> {
    if (!sees(scope, activity.team)) return;
    await this.#kernel.write((turn) => this.#known.delete(turn, activity.team, activity.name));
    await this.#failWaiting(activity);
  }

  /** Tasks that no worker has taken begin anew: they find that there is no activity, and fail. */
  async #failWaiting(activity: ActivityRef): Promise<void> {
    const { store, attempts } = this.#kernel;
    const query = { status: 'scheduled', kind: activityKind(activity), limit: PAGE } as const;
    for (let after = 0; ; ) {
      const page = await store.listAttempts({ ...query, after });
      for (const { attempt } of page) this.#kernel.submit(attempts.beginInput(attempt));
      if (page.length < PAGE) return;
      after = page.at(-1)?.position ?? after;
    }
  }

  async tag(scope: Scope, activity: ActivityRef, change: (tags: Tags) => Tags): Promise<void> {
    const record = this.describe(scope, activity);
    const tags = change(record.tags);
    checkTags(tags);
    await this.#put({ ...record, tags });
  }

  async #put(record: ActivityRecord): Promise<ActivityRecord> {
    await this.#kernel.write((turn) => this.#known.put(turn, record));
    return record;
  }

  poll(
    scope: Scope,
    activity: ActivityRef,
    options: PollOptions = {},
  ): Promise<ActivityTask | undefined> {
    const { workerName, signal, waitMs } = options;
    const key = keyOf(this.describe(scope, activity));
    const polls = this.#polls.get(key) ?? new Set();
    if (polls.size >= MAX_POLLS) throw new EngineError('TooManyQueued', { queued: polls.size });
    if (signal?.aborted) return Promise.resolve(undefined);
    this.#polls.set(key, polls);
    return new Promise((resolve, reject) => {
      const end = (): void => {
        polls.delete(poll);
        cancel();
        signal?.removeEventListener('abort', giveUp);
      };
      const poll: Poll = {
        workerName,
        isOver: false,
        settle(task) {
          end();
          resolve(task);
        },
        refuse(error) {
          end();
          reject(error);
        },
      };
      const giveUp = (): void => {
        poll.isOver = true;
        if (polls.has(poll)) poll.settle(undefined);
      };
      const cancel = this.#kernel.clock.setTimer(giveUp, Math.min(waitMs ?? POLL, POLL));
      signal?.addEventListener('abort', giveUp, { once: true });
      polls.add(poll);
      void this.offer(activity);
    });
  }

  /** Gives waiting tasks of an activity to waiting polls. Called when either may be new. */
  async offer(activity: ActivityRef): Promise<void> {
    const polls = this.#polls.get(keyOf(activity));
    if (!polls || polls.size === 0) return;
    const query = { status: 'scheduled', kind: activityKind(activity), limit: PAGE } as const;
    for (let after = 0; polls.size > 0; ) {
      const page = await this.#kernel.store.listAttempts({ ...query, after });
      for (const { attempt } of page) {
        if (this.#claimed.has(attempt.id)) continue;
        const [poll] = polls;
        if (!poll) return;
        polls.delete(poll);
        this.#claimed.add(attempt.id);
        this.#kernel.submit(this.#claimInput(activity, attempt, poll));
      }
      if (page.length < PAGE) return;
      after = page.at(-1)?.position ?? after;
    }
  }

  /** Tells the execution that a worker has its task, then the worker. */
  #claimInput(activity: ActivityRef, found: AttemptRecord, poll: Poll): Input {
    const { executions, attempts, time } = this.#kernel;
    const release = (): void => void this.#claimed.delete(found.id);
    const comeAgain = (): void => {
      release();
      if (poll.isOver) poll.settle(undefined);
      else {
        this.#polls.get(keyOf(activity))?.add(poll);
        void this.offer(activity);
      }
    };
    const missed = (turn: Turn): Performed => {
      turn.afterCommit(comeAgain);
      return 'done';
    };
    const claim = (turn: Turn, active: ActiveExecution, input: Input): Performed => {
      const attempt = active.attempts.get(attemptKey(found.thread, found.sequence));
      if (attempt?.id !== found.id || attempt.status !== 'scheduled') return missed(turn);
      const { thread, sequence } = attempt;
      const worker = poll.workerName === undefined ? {} : { workerName: poll.workerName };
      const event = { type: 'TaskStarted', thread, sequence, ...worker } as const;
      return executions.step(turn, active, event, input, (later) => {
        const taken = { ...attempt, status: 'submitted', startedAt: time.now() } as const;
        attempts.update(later, active, taken);
        later.afterCommit(() => {
          release();
          const { taskToken, arguments: given } = commandOf(attempt);
          poll.settle({ taskToken, input: given });
        });
      });
    };
    return executions.input(found.execution, claim, {
      missing: missed,
      refuse(error) {
        release();
        poll.refuse(error);
      },
    });
  }
}

function notFound(name: string): EngineError {
  return new EngineError('ActivityNotFound', { activity: name.slice(0, 200) });
}
