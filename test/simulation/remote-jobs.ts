/**
 * Jobs that another system performs, in some seeds: a service that outlives the engine, answers late, refuses, cannot be seen,
 * and tells of ends twice or never. Whatever it does:
 *
 *     I27 a request is made once, or said to be made again; and not before its start is durable
 *     I28 no job runs on when its execution has ended
 *     I29 the outcome of a task is the one of its own job
 *     I30 nothing is left to be submitted, waited for or ended
 *
 * @module
 */

import type { MachineDefinition } from '../../src/asl/definition.js';
import type { AwsAccount } from '../../src/aws/aws.js';
import type {
  JobState,
  RemoteRequest,
  RemoteTasks,
  Submission,
} from '../../src/connectors/remote-tasks.js';
import type { Engine } from '../../src/engine/engine.js';
import {
  OPEN_PHASES,
  REMOTE_JOBS,
} from '../../src/engine/features/remote-tasks/remote-job-table.js';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import type { Commit, SynchronousStore } from '../../src/store/store.js';
import type { VirtualWorld } from './virtual-world.js';

export const REMOTE_ACCOUNT: AwsAccount = {
  ...{ name: 'lake', account: '111122223333', regions: ['eu-central-1'], teams: '*' },
};

const RETRY = [
  { ErrorEquals: ['Millrace.WorkerLost'], IntervalSeconds: 1, MaxAttempts: 4 },
  { ErrorEquals: ['Soft'], IntervalSeconds: 2, MaxAttempts: 2, BackoffRate: 2 },
  { ErrorEquals: ['States.Timeout'], IntervalSeconds: 1, MaxAttempts: 1 },
];
const JOB = {
  ...{ Type: 'Task', Resource: 'arn:aws:states:::batch:submitJob.sync', TimeoutSeconds: 60 },
  ...{ Parameters: {}, Retry: RETRY },
};
const CALL = {
  ...{ Type: 'Task', Resource: 'arn:aws:states:::sns:publish', TimeoutSeconds: 60 },
  ...{ Parameters: { Message: 'm' }, Retry: RETRY, ResultPath: null },
};

/** Pipelines whose tasks go over there. */
export const REMOTE_MACHINES: ReadonlyMap<string, MachineDefinition> = new Map(
  Object.entries({
    'remote-chain': {
      StartAt: 'Call',
      States: { Call: { ...CALL, Next: 'Job' }, Job: { ...JOB, End: true } },
    },
    'remote-both': {
      StartAt: 'Both',
      States: {
        Both: {
          Type: 'Parallel',
          Branches: [
            { StartAt: 'Left', States: { Left: { ...JOB, End: true } } },
            { StartAt: 'Right', States: { Right: { ...JOB, Retry: [], End: true } } },
          ],
          End: true,
        },
      },
    },
  }) as unknown as [string, MachineDefinition][],
);

interface Job {
  readonly id: string;
  readonly request: string;
  readonly execution: string;
  state: JobState;
}

export class RemoteWorld {
  readonly violations: string[] = [];
  readonly #world: VirtualWorld;
  readonly #jobs: Map<string, Job> = new Map();
  readonly #seen: Set<string> = new Set();
  /** Attempts whose start is durable. */
  readonly #durable: Set<string> = new Set();
  /** What histories tell of each job: how it ended. */
  readonly #outcomes: [job: string, type: string][] = [];
  /** For ids of its own. */
  #count = 0;

  constructor(world: VirtualWorld) {
    this.#world = world;
  }

  committed(commit: Commit): void {
    for (const { table, row } of commit.rows) {
      if (table !== REMOTE_JOBS || row === undefined) continue;
      const { attempt } = row as { attempt?: string };
      if (attempt !== undefined) this.#durable.add(attempt);
    }
    for (const { history } of commit.executions) {
      for (const { type, details } of history) {
        const { output } = details as { output?: { job?: string } };
        if (type === 'TaskSucceeded' && output?.job !== undefined) {
          this.#outcomes.push([output.job, type]);
        }
      }
    }
  }

  /** The port of one engine. @param faulty whether anything goes wrong now */
  tasks(
    faulty: () => boolean,
    isAlive: () => boolean,
    engine: () => Engine | undefined,
  ): RemoteTasks {
    const world = this.#world;
    const chance = (part: number): boolean => faulty() && world.chance(part);
    /** An answer on its way; an engine that is dead hears nothing. */
    const later = <Answer>(answer: Answer): Promise<Answer> => {
      const ms = chance(0.2) ? world.between(1_000, 90_000) : world.between(5, 300);
      return new Promise((resolve) => {
        world.after(ms, () => {
          if (isAlive()) resolve(answer);
        });
      });
    };
    return {
      knows: () => ({}),
      submit: (request) => {
        if (!isAlive()) return new Promise(() => {});
        this.#check(request);
        if (chance(0.1)) return later({ type: 'failed', error: 'Soft', cause: 'throttled' });
        return later(this.#submit(request, engine, chance(0.5)));
      },
      batchOf: () => 3,
      look: (jobs) => {
        if (chance(0.15)) {
          const unseen: JobState = { type: 'unseen', cause: 'throttled', isLasting: chance(0.3) };
          return later(jobs.map(() => unseen));
        }
        return later(
          jobs.map(({ id }) => this.#jobs.get(id)?.state ?? { type: 'gone', cause: `no ${id}` }),
        );
      },
      stop: ({ id }) => {
        if (chance(0.3)) return later(false);
        const job = this.#jobs.get(id);
        if (job?.state.type === 'running' && isAlive()) {
          const outcome = { type: 'failed', error: 'Hard', cause: 'stopped' } as const;
          job.state = { type: 'ended', outcome };
        }
        return later(true);
      },
      jobOfEvent: (event) => (event.detail as { remote?: { kind: string; id: string } }).remote,
    };
  }

  #check({ id, isAgain }: RemoteRequest): void {
    if (!this.#durable.has(id)) this.violations.push(`I27 ${id} is asked for before it is durable`);
    if (this.#seen.has(id) && !isAgain) {
      this.violations.push(`I27 ${id} is asked for twice, as if it were new`);
    }
    this.#seen.add(id);
  }

  #submit(
    { id: request, form, execution }: RemoteRequest,
    engine: () => Engine | undefined,
    tells: boolean,
  ): Submission {
    if (form === 'requestResponse') return { type: 'answered', output: {} };
    const known = [...this.#jobs.values()].find((job) => job.request === request);
    const job = known ?? this.#make(request, execution.id);
    const kind = 'batch:submitJob.sync';
    const reference = { kind, id: job.id, place: { account: 'lake' } };
    if (known === undefined) this.#plan(job, engine, tells);
    return { type: 'submitted', output: { job: job.id }, job: reference };
  }

  #make(request: string, execution: string): Job {
    this.#count += 1;
    const state: JobState = { type: 'running', status: 'RUNNING' };
    const job: Job = { id: `job-${this.#count}`, request, execution, state };
    this.#jobs.set(job.id, job);
    return job;
  }

  /** Some never end by themselves. */
  #plan(job: Job, engine: () => Engine | undefined, tells: boolean): void {
    const world = this.#world;
    const draw = world.random();
    if (draw < 0.25) return;
    world.after(world.between(500, 50_000), () => {
      if (job.state.type !== 'running') return;
      job.state = {
        type: 'ended',
        outcome:
          draw < 0.4
            ? { type: 'failed', error: draw < 0.33 ? 'Soft' : 'Hard', cause: 'simulated' }
            : { type: 'succeeded', output: { job: job.id } },
      };
      if (!tells) return;
      for (const ms of [0, 700]) world.after(ms, () => this.#tell(job, engine()));
    });
  }

  #tell(job: Job, engine: Engine | undefined): void {
    const remote = { kind: 'batch:submitJob.sync', id: job.id };
    const event = { source: 'aws.batch', detailType: 'Batch Job State Change', detail: { remote } };
    engine?.events.put(ofTeam('team'), [event]).catch(() => {});
  }

  /** Starts an execution, by name, until that is acknowledged; every third is stopped. */
  client(i: number, engine: () => Engine | undefined): void {
    const world = this.#world;
    const pipeline = [...REMOTE_MACHINES.keys()][i % REMOTE_MACHINES.size] ?? '';
    let isDone = false;
    const attempt = (): void => {
      if (isDone) return;
      world.after(4_000, attempt);
      engine()
        ?.executions.start(EVERYTHING, { pipeline, team: 'team', name: `remote-${i}`, input: {} })
        .then(
          ({ id }) => {
            if (isDone) return;
            isDone = true;
            if (i % 3 !== 0) return;
            world.after(world.between(0, 20_000), () => {
              engine()
                ?.executions.stop(EVERYTHING, id, { error: 'Stopped' })
                .catch(() => {});
            });
          },
          () => {},
        );
    };
    world.after(world.between(0, 20_000), attempt);
  }

  /** Something is still to be done. */
  isBusy(store: SynchronousStore): boolean {
    return OPEN_PHASES.some(
      (phase) => store.listRows(REMOTE_JOBS, { where: { phase }, limit: 1 }).length > 0,
    );
  }

  atEnd(store: SynchronousStore): string[] {
    const found = [...this.violations];
    for (const { id, execution, state } of this.#jobs.values()) {
      if (state.type !== 'running') continue;
      const status = store.findExecutionById(execution)?.header.status;
      if (status !== 'RUNNING') found.push(`I28 ${id} of ${execution} (${status}) runs on`);
    }
    for (const [id] of this.#outcomes) {
      const state = this.#jobs.get(id)?.state;
      if (state?.type !== 'ended' || state.outcome.type !== 'succeeded') {
        found.push(`I29 ${id} has succeeded in a history and not over there`);
      }
    }
    const told = this.#outcomes.map(([id]) => id);
    if (new Set(told).size < told.length) found.push('I29 a job has two outcomes');
    if (this.isBusy(store)) found.push('I30 something is left of jobs');
    return found;
  }
}
