/**
 * What an integration of an AWS service says of itself: which forms exist, what is called, how the answer is shown, and how
 * the job that was begun is looked at, stopped and read. One small file for each service in `services/`.
 *
 *     parameters ──prepare──▶ input ──api──▶ output ──▶ answered: shown (with metadata of the HTTP exchange)
 *                                                └─job─▶ submitted: kind, id, place ──look──▶ running │ ended │ gone
 *
 * Source: Step Functions developer guide, "Integrating optimized services" and the page of each service.
 * @module
 */
import type { AwsAnswer, AwsCall, AwsJson, AwsObject } from '../../aws/aws.js';
import type {
  JobState,
  RemoteForm,
  RemoteJob,
  RemoteLink,
  RemoteRequest,
  ToldBesides,
} from '../remote-tasks.js';

/** Calls to one place, for one team. */
export interface Caller {
  readonly account: string;
  /** 12 digits. */
  readonly digits: string;
  readonly region: string;
  call(
    service: string,
    action: string,
    input: AwsObject,
    more?: Pick<AwsCall, 'isRepeatable' | 'style' | 'urgency' | 'bodies'>,
  ): Promise<AwsAnswer>;
}

/** How errors of a service are called: AWS's Java SDKs give the names. */
export interface ErrorNames {
  /** `Batch` in `Batch.ClientException`. */
  readonly prefix: string;
  /** The error of what the model does not name: `AWSBatchException`. */
  readonly base: string;
  /** As causes call it: `AWSBatch`. */
  readonly service: string;
}

export interface Failed {
  readonly type: 'failed';
  readonly error: string;
  readonly cause: string;
}

export type Refused = Extract<AwsAnswer, { type: 'refused' }>;
export type Answered = Extract<AwsAnswer, { type: 'answered' }>;

/** What came of a submission that takes more than one call. */
export type Performed = Answered | Refused | Failed;

export interface Integration {
  /** `batch:submitJob` */
  readonly resource: string;
  readonly forms: readonly RemoteForm[];
  /** Word of the service and action that are called. */
  readonly api: readonly [service: string, action: string];
  readonly names: ErrorNames;
  /** Whether what is shown has SdkHttpMetadata and SdkResponseMetadata. */
  readonly hasMetadata: boolean;
  /** Members of the API that Step Functions keeps for itself, or does not take. */
  readonly withheld?: readonly string[];
  /** All that it takes, where these are not the API's. */
  readonly members?: readonly string[];
  /** What else is wrong with the input, one sentence each. */
  problems?(input: AwsObject): readonly string[];
  /** The input of the call, for what the definition says. */
  prepare?(input: AwsObject, request: RemoteRequest): AwsObject;
  /** The member that makes a second submission harmless, where the client's schemas do not say so. */
  readonly token?: string;
  /** It makes a second submission harmless by itself. */
  isRepeatable?(input: AwsObject): boolean;
  /** In place of one call. */
  perform?(input: AwsObject, caller: Caller, request: RemoteRequest): Promise<Performed>;
  /** What was submitted before, as its answer was; undefined: nothing was. */
  find?(input: AwsObject, caller: Caller, request: RemoteRequest): Promise<Performed | undefined>;
  /** What is shown of the answer to what the definition says. */
  shown?(output: AwsObject, parameters: AwsObject): AwsObject;
  /** Headers of the answer that are not shown. */
  hidden?(parameters: AwsObject): readonly string[];
  /** What the answer tells besides, which nobody asked for in the definition. */
  besides?(output: AwsObject, at: number): ToldBesides;
  /** The answer tells of a failure. */
  failure?(output: AwsObject, form: RemoteForm): Failed | undefined;
  /** The job that was begun, for `.sync`. */
  job?(output: AwsObject, input: AwsObject): { readonly id: string; readonly at?: AwsObject };
  readonly jobs?: JobKind;
}

/** Jobs that are waited for. */
export interface JobKind {
  /** That one look takes. */
  readonly most: number;
  /** An answer for each, in their order. All are of one place. */
  look(jobs: readonly RemoteJob[], caller: Caller): Promise<readonly JobState[]>;
  /** Asks it to end. Absent: it cannot be stopped, or AWS does not stop it either. */
  stop?(job: RemoteJob, cause: string, caller: Caller): Promise<AwsAnswer>;
  links?(job: RemoteJob): readonly RemoteLink[];
  /** Where its lines are; undefined: nowhere yet, or nowhere at all. */
  streams?(job: RemoteJob, caller: Caller): Promise<readonly (LogStream | StoredLog)[] | undefined>;
  /** Milliseconds after its end until which lines come. Default: a quarter of a minute. */
  readonly linesComeMs?: number;
}

/** An object of S3 with lines in it, perhaps compressed. */
export interface StoredLog {
  readonly bucket: string;
  readonly key: string;
  /** What its lines are called. Default: `stdout`. */
  readonly isError?: boolean;
}

/** A log stream of CloudWatch. */
export interface LogStream {
  readonly group: string;
  readonly stream: string;
  /** What its lines are called. Default: `stdout`. */
  readonly isError?: boolean;
}

export const REQUEST: readonly RemoteForm[] = ['requestResponse'];
export const REQUEST_OR_TOKEN: readonly RemoteForm[] = ['requestResponse', 'waitForTaskToken'];
export const REQUEST_OR_SYNC: readonly RemoteForm[] = ['requestResponse', 'sync'];
export const ALL_BUT_SYNC2: readonly RemoteForm[] = ['requestResponse', 'sync', 'waitForTaskToken'];

/** An answer made of parts. */
export function answerOf(answer: Answered, output: AwsObject): Answered {
  return { ...answer, output };
}

/** A job that failed: what describes it is the cause, as AWS shows it. */
export function taskFailed(description: AwsObject): Failed {
  return { type: 'failed', error: 'States.TaskFailed', cause: JSON.stringify(description) };
}

export function isObject(value: AwsJson | undefined): value is AwsObject {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

/** A member that is an object; `{}` where it is none. */
export function objectIn(value: AwsObject, name: string): AwsObject {
  const found = value[name];
  return isObject(found) ? found : {};
}

/** Objects of a member that is a list. */
export function objectsIn(value: AwsObject, name: string): readonly AwsObject[] {
  const found = value[name];
  if (!Array.isArray(found)) return [];
  return found.filter(isObject);
}

/** A member that is a text; empty where it is none. */
export function textIn(value: AwsObject, name: string): string {
  const found = value[name];
  return typeof found === 'string' ? found : '';
}

/** A member that is a number from 0 on; 0 where it is none. */
export function numberIn(value: AwsObject, name: string): number {
  const found = value[name];
  return typeof found === 'number' && found > 0 ? found : 0;
}

/** Text stays, other JSON becomes its text: bodies of messages. */
export function asText(input: AwsObject, ...names: readonly string[]): AwsObject {
  const changed = { ...input };
  for (const name of names) {
    const value = changed[name];
    if (value !== undefined && value !== null && typeof value !== 'string') {
      changed[name] = JSON.stringify(value);
    }
  }
  return changed;
}
