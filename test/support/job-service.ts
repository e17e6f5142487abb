/**
 * A small job service in place of AWS, behind the port `RemoteTasks`: jobs run until a test ends them. What a test wants to go
 * wrong, goes wrong: answers that are held back or lost, throttling, jobs that are deleted, jobs that cannot be seen.
 * @module
 */
import type { AwsAccount } from '../../src/aws/aws.js';
import type { JsonObject, LogRecord, TaskOutcome } from '../../src/connectors/connector.js';
import type {
  JobState,
  RemoteJob,
  RemoteLink,
  RemoteRequest,
  RemoteResource,
  RemoteTasks,
  Submission,
} from '../../src/connectors/remote-tasks.js';

/** The account that everybody may use. */
export const LAKE: AwsAccount = {
  ...{ name: 'lake', account: '111122223333', regions: ['eu-central-1', 'us-east-1'] },
  teams: '*',
};

/** One that only the team `maps` may use. */
export const MAPS: AwsAccount = {
  ...{ name: 'maps', account: '444455556666', regions: ['us-east-1'] },
  teams: ['maps'],
};

/** A job over there. */
export interface ServedJob {
  readonly id: string;
  readonly request: RemoteRequest;
  state: JobState;
  /** Times that it was asked to end. */
  stops: number;
  lines: LogRecord[];
  links: RemoteLink[];
}

/** What becomes of a request. `lost`: it is performed, and nobody hears of it. */
export type Fate = Submission | 'performed' | 'held' | 'lost';

export class JobService implements RemoteTasks {
  /** By the id of their request: the same request makes one job. */
  readonly jobs: Map<string, ServedJob> = new Map();
  readonly requests: RemoteRequest[] = [];
  /** Sizes of the looks so far. */
  readonly looks: number[] = [];
  /** What becomes of the next requests; afterwards they are performed. */
  readonly fates: Fate[] = [];
  /** Whether a request to end a job is heard. */
  hearsStops = true;
  /** What a request without a job is answered. */
  answer: (request: RemoteRequest) => Submission = () => ({
    type: 'answered',
    output: { done: true },
  });
  /** Jobs of one call. */
  most = 100;
  /** Milliseconds after the end of a job in which its lines come. */
  linesCome: number | undefined;
  /** What every look is answered instead. */
  blind: JobState | undefined;
  /** What a look waits for. */
  delay: Promise<void> | undefined;
  readonly #held: (() => void)[] = [];

  /** What is wrong with every resource. */
  problem: string | undefined;

  knows(_resource: RemoteResource): { problem?: string } | undefined {
    return this.problem === undefined ? {} : { problem: this.problem };
  }

  async submit(request: RemoteRequest): Promise<Submission> {
    this.requests.push(request);
    const fate = this.fates.shift() ?? 'performed';
    if (typeof fate === 'object') return fate;
    const answer = this.#perform(request);
    if (fate === 'lost') return new Promise(() => {});
    if (fate === 'held') await new Promise<void>((resolve) => this.#held.push(resolve));
    return answer;
  }

  #perform(request: RemoteRequest): Submission {
    if (request.form === 'requestResponse' || request.form === 'waitForTaskToken') {
      return this.answer(request);
    }
    const known = this.jobs.get(request.id);
    const job = known ?? {
      ...{ id: `job-${this.jobs.size + 1}`, request, stops: 0, lines: [] },
      state: { type: 'running', status: 'RUNNING' } as const,
      links: [{ name: 'Console', url: `https://console.example/job-${this.jobs.size + 1}` }],
    };
    this.jobs.set(request.id, job);
    return {
      ...{ type: 'submitted', output: { JobId: job.id }, links: job.links },
      job: {
        kind: `${request.service}:${request.action}.${request.form}`,
        id: job.id,
        place: { account: request.account ?? '', region: request.region ?? '' },
      },
    };
  }

  /** Answers what was held back. */
  release(): void {
    for (const resolve of this.#held.splice(0)) resolve();
  }

  batchOf(): number {
    return this.most;
  }

  async look(jobs: readonly RemoteJob[]): Promise<JobState[]> {
    this.looks.push(jobs.length);
    const { blind } = this;
    if (this.delay !== undefined) await this.delay;
    if (blind !== undefined) return jobs.map(() => blind);
    return jobs.map(({ id }) => this.find(id)?.state ?? { type: 'gone', cause: `No job ${id}.` });
  }

  async stop({ id }: RemoteJob): Promise<boolean> {
    const job = this.find(id);
    if (job !== undefined) job.stops += 1;
    if (job !== undefined && this.hearsStops) this.end(id, FAILED);
    return this.hearsStops;
  }

  async logs(
    { id }: RemoteJob,
    cursor: string | undefined,
  ): Promise<{ lines: LogRecord[]; cursor: string } | undefined> {
    const lines = this.find(id)?.lines ?? [];
    if (lines.length === 0) return undefined;
    return { lines: lines.slice(Number(cursor ?? 0)), cursor: String(lines.length) };
  }

  linesComeMs(): number | undefined {
    return this.linesCome;
  }

  jobOfEvent(event: JsonObject): { kind: string; id: string } | undefined {
    const { detail } = event as { detail?: { kind?: string; id?: string } };
    const { kind, id } = detail ?? {};
    return kind === undefined || id === undefined ? undefined : { kind, id };
  }

  find(id: string): ServedJob | undefined {
    return [...this.jobs.values()].find((job) => job.id === id);
  }

  /** All jobs, in the order of their submission. */
  all(): ServedJob[] {
    return [...this.jobs.values()];
  }

  running(): ServedJob[] {
    return this.all().filter(({ state }) => state.type === 'running');
  }

  end(id: string, outcome: TaskOutcome = SUCCEEDED): void {
    const job = this.find(id);
    if (job?.state.type === 'running') job.state = { type: 'ended', outcome };
  }

  write(id: string, ...messages: string[]): void {
    const job = this.find(id);
    for (const message of messages) {
      job?.lines.push({ at: Date.UTC(2026, 10, 20), stream: 'stdout', level: 'info', message });
    }
  }
}

const SUCCEEDED: TaskOutcome = { type: 'succeeded', output: { Status: 'SUCCEEDED' } };
const FAILED: TaskOutcome = { type: 'failed', error: 'States.TaskFailed', cause: 'stopped' };
