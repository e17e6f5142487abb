/**
 * Tasks that another system performs, durably: nothing is submitted twice, nobody's job runs on for ever, one outcome each.
 *
 *     scheduled ──▶ started + row `submitting` ──one commit──▶ submit ──▶ answered: outcome, row ended
 *                        │                                       └──────▶ TaskSubmitted + row `waiting` + its job ──one commit
 *                        │                                                     │ looked at; events make it sooner
 *                        │                                                     ▼
 *                   crash: submitted again, as the same                  outcome, row ended: one commit
 *
 *     nobody waits any more (stop, timeout, a branch that failed) ──▶ row `stopping` in that commit ──▶ asked to end, row ended
 *
 * A task that waits costs no process and no slot: a row in memory and a place in a queue. A request whose answer a crash has
 * swallowed is made once more under the same id: whoever performs it finds what it has made of it, or says that it cannot know,
 * and then the attempt is lost as any other. One that nobody waits for and whose answer is not there yet is ended when it comes.
 * @module
 */
import type { TaskOutcome } from '../../../connectors/connector.js';
import type { RemoteTasks as Remote, RemoteJob } from '../../../connectors/remote-tasks.js';
import type { AttemptRecord } from '../../../store/store.js';
import type { AnyTable } from '../../../store/table.js';
import type { EventRecord } from '../../kernel/bus-event.js';
import { hashOf } from '../../kernel/derived-id.js';
import type { Fact } from '../../kernel/facts.js';
import type { Feature } from '../../kernel/feature.js';
import type { RemoteHook } from '../../kernel/hooks.js';
import type { Kernel } from '../../kernel/kernel.js';
import type { ScheduleTask } from '../../kernel/resolve-task.js';
import type { Turn } from '../../kernel/turn.js';
import { JobLogs, TRAIL, TRAIL_ROUND } from './job-logs.js';
import { jobWords, linkLines, linksOf, newLinks, systemLine } from './job-words.js';
import type { Awaited } from './look-queue.js';
import { type Ended, Looking } from './looking.js';
import { RemoteAttempts, type RemoteCall, type Request, type World } from './remote-attempts.js';
import type { RemoteJobRow } from './remote-job-table.js';
import { RemoteJobs } from './remote-jobs.js';
import { Stopping, type Unwanted } from './stopping.js';
import { Submitting } from './submitting.js';

/** Milliseconds over which the first looks after a start are spread. */
const SPREAD = 5_000;

const GONE = 'This server was started without the accounts in which its tasks are performed.';

/** Performs nothing: of a server that was started without accounts while tasks waited. */
const NOBODY: Remote = {
  knows: () => undefined,
  submit: async () => ({ type: 'unknown', cause: GONE }),
  batchOf: () => 1_000,
  look: async (jobs) => jobs.map(() => ({ type: 'unseen', cause: GONE, isLasting: true })),
  stop: async () => false,
  jobOfEvent: () => undefined,
};

export class RemoteTasks implements Feature {
  readonly name = 'remote-tasks';
  /** What runs for a test run elsewhere ends with it. */
  readonly hearsOfTestRuns = true;
  readonly tables: readonly AnyTable[];
  readonly jobs: RemoteJobs;
  readonly #kernel: Kernel;
  readonly #tasks: Remote;
  readonly #attempts: RemoteAttempts;
  readonly #submitting: Submitting;
  readonly #looking: Looking;
  readonly #stopping: Stopping;
  readonly #logs: JobLogs;
  /** Timers of logs that are read for the last time. */
  readonly #trails: Map<string, () => void> = new Map();
  #isOpen = false;

  /** @param tasks who performs them; undefined: nobody, and what waits goes on waiting */
  constructor(kernel: Kernel, tasks: Remote | undefined) {
    this.#kernel = kernel;
    this.#tasks = tasks ?? NOBODY;
    this.jobs = new RemoteJobs(kernel);
    this.tables = this.jobs.tables;
    const now = (): number => kernel.time.now();
    const shared = { tasks: this.#tasks, clock: kernel.clock, now };
    const dueChanged = (): void => kernel.dueChanged(this);
    this.#submitting = new Submitting(shared);
    this.#logs = new JobLogs(shared);
    this.#looking = new Looking({
      ...{ ...shared, dueChanged, spread: () => this.#chance() },
      ended: (one, how) => void this.#ended(one, how),
      seen: (one, { status, links }, before) => this.#seen(one, { status, links }, before),
      unseen: (one, cause) => this.#unseen(one.id, cause),
    });
    this.#stopping = new Stopping({
      ...{ ...shared, dueChanged },
      done: (id, isGivenUp) => this.#stopped(id, isGivenUp),
      lingers: (id, cause) => this.#lingers(id, cause),
    });
    this.#attempts = new RemoteAttempts({ kernel, jobs: this.jobs, world: this.#world() });
    kernel.hooks.remote = this.#hook();
  }

  get aging(): RemoteJobs['aging'] {
    return this.jobs.aging;
  }

  /** How a job was seen last; undefined: nobody waits for it. */
  seenAs(attempt: string): Pick<Awaited, 'status' | 'at'> | undefined {
    return this.#looking.get(attempt);
  }

  /** Jobs that are waited for, and calls that have looked at them. */
  get counts(): { readonly waiting: number; readonly looks: number } {
    return { waiting: this.#looking.size, looks: this.#looking.calls };
  }

  open(): Promise<void> {
    return this.jobs.open();
  }

  begin(): void {
    this.#isOpen = true;
    for (const row of [...this.jobs.values()]) this.#takeUp(row);
    this.#kernel.dueChanged(this);
  }

  /** Goes on with what an earlier engine has left. */
  #takeUp(row: RemoteJobRow): void {
    const { phase, job, attempt } = row;
    if (job === undefined) this.#submitting.mayBeSent(attempt);
    if (phase === 'submitting') this.#kernel.submit(this.#attempts.againInput(row));
    else if (phase === 'stopping' && job === undefined) this.#find(row);
    else if (phase === 'stopping') this.#stop(attempt);
    else if (phase === 'trailing') this.#trail(attempt);
    else if (phase === 'waiting')
      this.#wait(row, this.#kernel.time.now() + SPREAD * this.#chance());
  }

  nextDue(): number | undefined {
    if (!this.#isOpen) return undefined;
    const looks = this.#looking.next();
    const stops = this.#stopping.next();
    return looks === undefined || stops === undefined ? (looks ?? stops) : Math.min(looks, stops);
  }

  due(): void {
    this.#looking.due();
    this.#stopping.due();
  }

  /** What has no answer is asked for again at the next start. */
  close(): void {
    this.#isOpen = false;
    this.#submitting.close();
    this.#looking.close();
    this.#stopping.close();
    this.#logs.close();
    for (const disarm of this.#trails.values()) disarm();
  }

  heard(turn: Turn, fact: Fact): void {
    if (fact.type === 'ExecutionEnded') this.#attempts.ended(turn, fact.execution);
    if (fact.type !== 'EventStored' || this.#looking.size === 0) return;
    const job = this.#jobOf(fact.event);
    if (job !== undefined) turn.afterCommit(() => this.#looking.heard(job));
  }

  /** An event says nothing but that it is worth looking: anybody may put one. */
  #jobOf({ source, envelope }: EventRecord): Pick<RemoteJob, 'kind' | 'id'> | undefined {
    if (!source.startsWith('aws.')) return undefined;
    try {
      return this.#tasks.jobOfEvent(envelope);
    } catch {
      return undefined;
    }
  }

  /**
   * Performs one request outside of any execution, for a test of a single state. What would have to be waited for is not begun.
   * @param team whose test it is
   */
  async tryTask(
    id: string,
    team: string,
    { state = 'StateName' }: Partial<Pick<ScheduleTask, 'state'>>,
    { resource, parameters, place, roleArn, takes }: RemoteCall,
    signal: AbortSignal,
  ): Promise<TaskOutcome> {
    if (resource.form !== 'requestResponse') {
      const cause = `A task that waits (${resource.form}) is not performed by a test of its state. Give it a mock.`;
      return { type: 'failed', error: 'Millrace.NotTested', cause };
    }
    const answer = await this.#tasks.submit({
      ...{ id, isAgain: false, ...resource, parameters, team, tags: {}, state, signal },
      ...{ account: place.account, region: place.region },
      ...(roleArn === undefined ? {} : { roleArn }),
      execution: { id, name: id, pipeline: 'TestState' },
    });
    if (answer.type === 'failed') return answer;
    if (answer.type === 'unknown') {
      return { type: 'failed', error: 'Millrace.WorkerLost', cause: answer.cause };
    }
    const { output } = answer;
    const isPayload = takes === 'payload' && typeof output === 'object' && output !== null;
    const payload = isPayload && !Array.isArray(output) ? (output.Payload ?? null) : output;
    return { type: 'succeeded', output: payload };
  }

  #hook(): RemoteHook {
    return {
      perform: (...given) => this.#attempts.perform(...given),
      cancelled: (...given) => this.#attempts.cancelled(...given),
      resumes: ({ id }: AttemptRecord) => this.jobs.get(id) !== undefined,
    };
  }

  #world(): World {
    return {
      send: (request, takes) => this.#send(request, takes),
      takeBack: (attempt) => this.#submitting.takeBack(attempt),
      settled: (attempt) => this.#submitting.settled(attempt),
      find: (row) => this.#find(row),
      abort: (attempt) => this.#submitting.abort(attempt),
      wait: (row) => {
        this.#wait(row, row.since);
        this.#kernel.dueChanged(this);
      },
      forget: (attempt) => {
        this.#looking.remove(attempt);
        this.#logs.forget(attempt);
      },
      stop: (attempt) => this.#stop(attempt),
      trail: (attempt) => this.#trail(attempt),
    };
  }

  #send(request: Request, takes: RemoteCall['takes']): void {
    if (!this.#isOpen) return;
    const { id } = request;
    this.#submitting.send(request, (answer) => {
      const row = this.jobs.get(id);
      if (row === undefined) this.#submitting.settled(id);
      else this.#kernel.submit(this.#attempts.submittedInput(row, answer, takes));
    });
  }

  #find(row: RemoteJobRow): void {
    const { request, attempt } = row;
    if (request !== undefined) {
      this.#send({ ...(request as unknown as Request), isAgain: true }, 'output');
      return;
    }
    const cause = `Nobody waits for the attempt ${attempt} any more, and whether it has a job is not known.`;
    this.#kernel.submit(this.#attempts.submittedInput(row, { type: 'unknown', cause }, 'output'));
  }

  /** @param since when it is looked at first, unless that is too soon */
  #wait(row: RemoteJobRow, since: number): void {
    const { attempt, job, heartbeat, deadline, begunAt, trouble } = row;
    const one = {
      ...{ id: attempt, job: job as unknown as RemoteJob, since: begunAt },
      at: Math.ceil(Math.max(since, this.#kernel.time.now())) + 1_000,
      ...(deadline === undefined ? {} : { deadline }),
      ...(heartbeat === undefined ? {} : { atMost: (heartbeat * 1_000) / 3 }),
    };
    this.#looking.add(one, trouble !== undefined);
  }

  #stop(attempt: string): void {
    const row = this.jobs.get(attempt);
    if (row?.phase !== 'stopping' || row.job === undefined || !this.#isOpen) return;
    const job = row.job as unknown as RemoteJob;
    const cluster = row.holds === undefined ? {} : { free: freeing(row, job) };
    const { since, trouble } = row;
    this.#stopping.add({ id: attempt, job, since, isTold: trouble !== undefined, ...cluster });
  }

  #stopped(attempt: string, isGivenUp: boolean): void {
    const row = this.jobs.get(attempt);
    if (row === undefined) return;
    const { time } = this.#kernel;
    if (!isGivenUp) {
      this.#kernel.submit(this.#attempts.overInput(row, { status: 'stopped' }));
      return;
    }
    const words = `${jobWords(row.job as unknown as RemoteJob)} could not be asked to end for a day: it may still run.`;
    const line = systemLine(time.now(), words, 'error');
    const change = { status: 'not stopped', trouble: words };
    this.#kernel.submit(this.#attempts.overInput(row, change, line));
  }

  /** @param cause why it is not gone; undefined: it is gone at last */
  #lingers(attempt: string, cause: string | undefined): void {
    const row = this.jobs.get(attempt);
    if (row === undefined) return;
    const what = `The cluster ${String(row.job?.id)} of an execution that has ended`;
    const words = cause === undefined ? `${what} is gone.` : `${what} still runs: ${cause}`;
    this.#kernel.submit(this.#attempts.lingersInput(row, words, cause === undefined));
  }

  #seen(
    { id, status = '' }: Awaited,
    state: Pick<Ended, 'status' | 'links'>,
    before: string | undefined,
  ): void {
    const row = this.jobs.get(id);
    if (row === undefined) return;
    const { time } = this.#kernel;
    const isNews = before !== status;
    if (row.heartbeat !== undefined) {
      const { execution, thread, sequence } = row;
      const event = { type: 'TaskHeartbeat', thread, sequence } as const;
      this.#kernel.submit(this.#kernel.executions.eventInput(execution, event));
    }
    const fresh = newLinks(row.links, state.links);
    const lines = linkLines(time.now(), fresh);
    // The first status costs no commit of its own: it is there to be asked for.
    if (isNews && before !== undefined) {
      lines.unshift(systemLine(time.now(), `${status} (${before} before)`, 'info', { status }));
    }
    if (lines.length > 0) {
      const links = linksOf(row.links, state.links);
      const change = { status, ...(links === undefined ? {} : { links }) };
      this.#kernel.submit(this.#attempts.changeInput(row, change, lines));
    }
    if (this.#logs.isDue(row, isNews)) void this.#readLog(row);
  }

  async #readLog(row: RemoteJobRow): Promise<void> {
    const log = await this.#logs.read(row);
    if (log === undefined || !this.#isOpen) return;
    this.#kernel.submit(this.#attempts.changeInput(row, {}, [], log));
  }

  #unseen(attempt: string, cause: string | undefined): void {
    const row = this.jobs.get(attempt);
    if (row === undefined) return;
    const now = this.#kernel.time.now();
    const line =
      cause === undefined
        ? systemLine(now, 'The job is seen again.')
        : systemLine(now, `The job cannot be seen, and is waited for: ${cause}`, 'warn');
    const change = { trouble: cause ?? '' };
    this.#kernel.submit(this.#attempts.changeInput(row, change, [line]));
  }

  async #ended({ id }: Awaited, how: Ended): Promise<void> {
    const row = this.jobs.get(id);
    if (row === undefined) return;
    const log = await this.#logs.readLast(row);
    if (!this.#isOpen) return;
    this.#kernel.submit(this.#attempts.endedInput(row, how, [], log));
  }

  /** Logs come late: what a job wrote last is asked for once more. */
  #trail(attempt: string, left?: number): void {
    if (this.#trails.has(attempt) || !this.#isOpen) return;
    const comes = left ?? this.#linesComeMs(attempt);
    const pause = Math.min(comes, TRAIL_ROUND);
    const then = (): void => void this.#readTrail(attempt, comes - pause);
    this.#trails.set(attempt, this.#kernel.clock.setTimer(then, pause));
  }

  #linesComeMs(attempt: string): number {
    const job = this.jobs.get(attempt)?.job as unknown as RemoteJob | undefined;
    return (job && this.#tasks.linesComeMs?.(job)) ?? TRAIL;
  }

  /** @param left milliseconds in which more may come */
  async #readTrail(attempt: string, left: number): Promise<void> {
    const row = this.jobs.get(attempt);
    if (row?.phase === 'trailing') {
      const log = await this.#logs.readLast(row);
      if (!this.#isOpen) return;
      if (log !== undefined && log.lines.length > 0) {
        this.#kernel.submit(this.#attempts.changeInput(row, {}, [], log));
      }
      if (left > 0) {
        this.#trails.delete(attempt);
        this.#trail(attempt, left);
        return;
      }
      const { status } = row;
      this.#kernel.submit(this.#attempts.overInput(row, status === undefined ? {} : { status }));
    }
    this.#trails.delete(attempt);
  }

  #chance(): number {
    return Number.parseInt(hashOf(this.#kernel.random.seed()).slice(0, 8), 16) / 2 ** 32;
  }
}

/** What ends a cluster, and the job by which it is seen to be gone. */
function freeing(
  { attempt, team, execution, state }: RemoteJobRow,
  { id, place }: RemoteJob,
): NonNullable<Unwanted['free']> {
  const { account, region } = place as { account?: string; region?: string };
  return {
    request: {
      ...{ id: `${attempt}-free`, isAgain: false, team, state, tags: {} },
      ...{ service: 'elasticmapreduce', action: 'terminateCluster', form: 'requestResponse' },
      parameters: { ClusterId: id },
      ...(account === undefined ? {} : { account }),
      ...(region === undefined ? {} : { region }),
      execution: { id: String(execution), name: String(execution), pipeline: '' },
    },
    job: { kind: 'elasticmapreduce:terminateCluster.sync', id, place },
  };
}
