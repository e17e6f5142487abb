/**
 * Looking at jobs: what an answer says of one, and what a refusal means for it.
 * @module
 */
import type { AwsAnswer, AwsObject } from '../../aws/aws.js';
import type { JobState, RemoteJob, RemoteLink } from '../remote-tasks.js';
import { type Answered, type Refused, taskFailed } from './integration.js';

/** Which of a service's statuses are an end. */
export interface Ends {
  readonly succeeded: readonly string[];
  readonly failed: readonly string[];
}

export interface Description {
  readonly status: string;
  /** The output of the task, or the cause of its failure. */
  readonly output: AwsObject;
  readonly used?: { readonly [unit: string]: number };
  readonly links?: readonly RemoteLink[];
  /** It failed although its status alone does not say so. */
  readonly hasFailed?: boolean;
}

/**
 * @example stateOf({ status: 'RUNNING', output: {} }, { succeeded: ['SUCCEEDED'], failed: ['FAILED'] }) // { type: 'running', status: 'RUNNING' }
 */
export function stateOf(described: Description, ends: Ends): JobState {
  const { status, output, used = {}, links = [], hasFailed = false } = described;
  const told = links.length === 0 ? {} : { links };
  const counted = Object.fromEntries(Object.entries(used).filter(([, amount]) => amount > 0));
  const ended = { ...(Object.keys(counted).length === 0 ? {} : { used: counted }), ...told };
  if (ends.failed.includes(status) || (hasFailed && ends.succeeded.includes(status))) {
    return { type: 'ended', outcome: taskFailed(output), ...ended };
  }
  if (ends.succeeded.includes(status)) {
    return { type: 'ended', outcome: { type: 'succeeded', output }, ...ended };
  }
  return { type: 'running', status, ...told };
}

/** Of a job that could not be looked at. */
export function unseen(refused: Refused): JobState {
  const { kind, name, message } = refused;
  if (kind === 'missing') return { type: 'gone', cause: `${name}: ${message}` };
  // Credentials that have expired are made anew before anybody hears of it: these stay so.
  const isLasting = kind === 'denied' || kind === 'invalid' || kind === 'expired';
  return { type: 'unseen', cause: `${name}: ${message}`, isLasting };
}

/** Of a job that a list of several does not name. */
export function gone(job: RemoteJob): JobState {
  return { type: 'gone', cause: `AWS does not know ${job.id} any more.` };
}

/** One call for each job. */
export function lookOneByOne(
  jobs: readonly RemoteJob[],
  ask: (job: RemoteJob) => Promise<AwsAnswer>,
  read: (job: RemoteJob, answer: Answered) => JobState,
): Promise<JobState[]> {
  return Promise.all(
    jobs.map(async (job) => {
      const answer = await ask(job);
      return answer.type === 'refused' ? unseen(answer) : read(job, answer);
    }),
  );
}

/** One call for all jobs. */
export async function lookTogether(
  jobs: readonly RemoteJob[],
  ask: (ids: string[]) => Promise<AwsAnswer>,
  list: (output: AwsObject) => readonly AwsObject[],
  idOf: (described: AwsObject) => string,
  read: (described: AwsObject, job: RemoteJob) => JobState,
): Promise<JobState[]> {
  const answer = await ask(jobs.map(({ id }) => id));
  if (answer.type === 'refused') return jobs.map(() => unseen(answer));
  const found = new Map(list(answer.output).map((one) => [idOf(one), one]));
  return jobs.map((job) => {
    const described = found.get(job.id);
    return described === undefined ? gone(job) : read(described, job);
  });
}

/** A member of the job's place that is a text. */
export function placeText(job: RemoteJob, name: string): string {
  const found = job.place[name];
  return typeof found === 'string' ? found : '';
}

/** Seconds between two times in milliseconds; 0 when one is missing. */
export function secondsBetween(from: unknown, to: unknown): number {
  return typeof from === 'number' && typeof to === 'number' && to > from ? (to - from) / 1000 : 0;
}
