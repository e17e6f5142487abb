/**
 * Tasks that AWS performs: the port `RemoteTasks` on calls to AWS, by the table of integrations.
 *
 *     submit ──▶ which integration, which place? ──▶ (submitted before? found again) ──▶ called ──▶ answered │ a job
 *     look, stop, logs ──▶ by the job's kind, at the job's place
 *
 * A submission whose answer was lost is made again only where that is harmless: the service knows a token, or what was
 * submitted is found by a tag or name. Else nobody can say whether it was performed, and that is said.
 * @module
 */

import { isRead } from '../../aws/action-kinds.js';
import type { Aws, AwsObject } from '../../aws/aws.js';
import type { Json, JsonObject } from '../connector.js';
import type {
  JobState,
  RemoteJob,
  RemoteRequest,
  RemoteResource,
  RemoteTasks,
  Submission,
} from '../remote-tasks.js';
import { choosePlace } from './choose-place.js';
import { withMetadata } from './http-metadata.js';
import type { Answered, Caller, Integration, Performed } from './integration.js';
import { actionsOf, findIntegration, INTEGRATIONS, isOptimized } from './integrations.js';
import { jobOfEvent } from './job-events.js';
import { readStreams } from './job-logs.js';
import { unseen } from './looking.js';
import { sdkName, sdkProblem, sdkService, tokenMember } from './sdk-integration.js';
import { submissionToken } from './submission-tokens.js';
import { optimizedFailure, sdkFailure } from './task-errors.js';

/**
 * Performs tasks in the accounts of `aws`.
 * @example const tasks = createAwsTasks(aws); tasks.knows({ service: 'batch', action: 'submitJob', form: 'sync' }) // {}
 */
export function createAwsTasks(aws: Aws): RemoteTasks {
  return {
    knows,
    submit: (request) => submit(aws, request).catch((error: unknown) => defect(request, error)),
    batchOf: (job) => integrationOf(job)?.jobs?.most ?? 1,
    look: (jobs, signal) => look(aws, jobs, signal),
    async stop(job, cause) {
      const kind = integrationOf(job)?.jobs;
      if (kind?.stop === undefined) return true;
      const answer = await kind.stop(job, cause, callerAt(aws, job)).catch(() => undefined);
      if (answer === undefined) return false;
      if (answer.type === 'answered') return true;
      // What has ended or is gone needs no stop. A right that is missing may be given, and until then the job runs on.
      return answer.kind === 'missing' || answer.kind === 'invalid';
    },
    async logs(job, cursor, signal) {
      const caller = callerAt(aws, job, signal);
      const streams = await integrationOf(job)
        ?.jobs?.streams?.(job, caller)
        .catch(() => undefined);
      return streams === undefined ? undefined : readStreams(streams, cursor, caller);
    },
    linesComeMs: (job) => integrationOf(job)?.jobs?.linesComeMs,
    jobOfEvent,
  };
}

function knows({ service, action, form }: RemoteResource): { problem?: string } | undefined {
  const word = sdkService(service);
  if (word !== undefined) {
    const problem = sdkProblem(word, action, form);
    return problem === undefined ? {} : { problem };
  }
  if (!isOptimized(service)) return undefined;
  const integration = findIntegration(service, action);
  if (integration === undefined) {
    const known = actionsOf(service).join(', ');
    return { problem: `${service}:${action} is no optimized integration; there are ${known}.` };
  }
  if (integration.forms.includes(form)) return {};
  const forms = integration.forms.map((one) => (one === 'sync2' ? '.sync:2' : one)).join(', ');
  return { problem: `AWS has no form ${form} of ${service}:${action}; there are ${forms}.` };
}

async function submit(aws: Aws, request: RemoteRequest): Promise<Submission> {
  const problem = knows(request)?.problem;
  const parameters = (request.parameters ?? {}) as AwsObject;
  if (problem !== undefined) return { type: 'failed', error: 'States.Runtime', cause: problem };
  if (typeof parameters !== 'object' || Array.isArray(parameters)) {
    const cause = 'The parameters of a task that AWS performs must be an object.';
    return { type: 'failed', error: 'States.Runtime', cause };
  }
  const place = choosePlace(aws.accounts(), request);
  if ('type' in place) return place;
  const { account, region } = place;
  const caller: Caller = {
    account: account.name,
    digits: account.account,
    region,
    call: (service, action, input, more = {}) =>
      aws.call({
        place: { account: account.name, region },
        service,
        action,
        input,
        team: request.team,
        signal: request.signal,
        ...more,
      }),
  };
  const word = sdkService(request.service);
  if (word !== undefined) return submitSdk(word, parameters, caller, request);
  const integration = findIntegration(request.service, request.action);
  if (integration === undefined) {
    const cause = `Nobody here performs ${request.service}:${request.action}.`;
    return { type: 'failed', error: 'States.Runtime', cause };
  }
  return submitOptimized(integration, parameters, caller, request);
}

/** The input with the token that makes a second sending harmless; nothing where there is no such member. */
async function tokened(
  [service, action]: readonly [string, string],
  input: AwsObject,
  request: RemoteRequest,
  member: string | undefined,
): Promise<{ input: AwsObject; hasToken: boolean }> {
  const name = member ?? (await tokenMember(service, action));
  if (name === undefined) return { input, hasToken: false };
  return { input: { [name]: submissionToken(request), ...input }, hasToken: true };
}

async function submitSdk(
  service: string,
  parameters: AwsObject,
  caller: Caller,
  request: RemoteRequest,
): Promise<Submission> {
  const { action } = request;
  const { input, hasToken } = await tokened([service, action], parameters, request, undefined);
  const isRepeatable = hasToken || isRead(action);
  if (request.isAgain && !isRepeatable) return unknown(request);
  const answer = await caller.call(service, action, input, { style: 'sdk', isRepeatable });
  if (answer.type === 'answered') return { type: 'answered', output: answer.output };
  return sdkFailure(answer, await sdkName(service), parameters);
}

async function submitOptimized(
  integration: Integration,
  parameters: AwsObject,
  caller: Caller,
  request: RemoteRequest,
): Promise<Submission> {
  const { names, api, withheld = [], members } = integration;
  const problems = [
    ...Object.keys(parameters)
      .filter((name) => withheld.includes(name) || members?.includes(name) === false)
      .map((name) => `The field "${name}" is not supported by Step Functions`),
    ...(integration.problems?.(parameters) ?? []),
  ];
  if (problems.length > 0) {
    const message = problems.join(', ');
    const refused = { type: 'refused', kind: 'invalid', name: 'InvalidParameters' } as const;
    return optimizedFailure({ ...refused, message, problems }, names, parameters);
  }
  const prepared = integration.prepare?.(parameters, request) ?? parameters;
  const { input, hasToken } = await tokened(api, prepared, request, integration.token);
  const isRepeatable = hasToken || (integration.isRepeatable?.(input) ?? false);
  let performed: Performed | undefined;
  if (request.isAgain && !isRepeatable) {
    if (integration.find === undefined) return unknown(request);
    performed = await integration.find(input, caller, request);
    // Whether it was submitted cannot be looked up now, so it may have been.
    if (performed?.type === 'refused' && performed.kind !== 'missing') {
      return unknown(request, `${performed.name}: ${performed.message}`);
    }
    if (performed?.type === 'refused') performed = undefined;
  }
  performed ??= await perform(integration, input, caller, request, isRepeatable);
  if (performed.type === 'failed') return performed;
  if (performed.type === 'refused') return optimizedFailure(performed, names, parameters);
  const besides = integration.besides?.(performed.output, Date.now()) ?? {};
  const failure = integration.failure?.(performed.output, request.form);
  if (failure !== undefined) return { ...failure, ...besides };
  return { ...told(integration, performed, input, caller, request), ...besides };
}

async function perform(
  integration: Integration,
  input: AwsObject,
  caller: Caller,
  request: RemoteRequest,
  isRepeatable: boolean,
): Promise<Performed> {
  const [service, action] = integration.api;
  const answer =
    integration.perform === undefined
      ? await caller.call(service, action, input, { style: 'optimized', isRepeatable })
      : await integration.perform(input, caller, request);
  const isLost =
    answer.type === 'refused' && (answer.kind === 'server' || answer.kind === 'unreachable');
  if (!isLost || isRepeatable || integration.find === undefined) return answer;
  // It may have been taken all the same.
  const found = await integration.find(input, caller, request);
  return found === undefined || found.type === 'refused' ? answer : found;
}

function told(
  integration: Integration,
  answer: Answered,
  input: AwsObject,
  caller: Caller,
  request: RemoteRequest,
): Submission {
  const parameters = request.parameters as AwsObject;
  const shown = integration.shown?.(answer.output, parameters) ?? answer.output;
  const hidden = integration.hidden?.(parameters) ?? [];
  const output: Json = integration.hasMetadata
    ? withMetadata(shown, answer.metadata, hidden)
    : shown;
  const isWaitedFor = request.form === 'sync' || request.form === 'sync2';
  if (!isWaitedFor || integration.job === undefined) return { type: 'answered', output };
  const { id, at = {} } = integration.job(answer.output, input);
  const { account, region } = caller;
  const place: JsonObject = {
    account,
    region,
    ...at,
    ...(request.form === 'sync2' ? { isParsed: true } : {}),
  };
  const job: RemoteJob = { kind: `${integration.resource}.sync`, id, place };
  const links = integration.jobs?.links?.(job) ?? [];
  return { type: 'submitted', output, job, ...(links.length === 0 ? {} : { links }) };
}

/** A defect here, after which nobody can say how far it came. */
function defect(request: RemoteRequest, error: unknown): Submission {
  return unknown(request, (error as Error).message);
}

function unknown({ service, action }: RemoteRequest, why?: string): Submission {
  const cause = `The answer to ${service}:${action} was lost, and AWS has no way to tell whether it was performed`;
  return { type: 'unknown', cause: why === undefined ? `${cause}.` : `${cause}: ${why}` };
}

const byKind = new Map(INTEGRATIONS.map((one) => [`${one.resource}.sync`, one]));

function integrationOf(job: RemoteJob): Integration | undefined {
  return byKind.get(job.kind);
}

async function look(
  aws: Aws,
  jobs: readonly RemoteJob[],
  signal: AbortSignal,
): Promise<JobState[]> {
  const [first] = jobs;
  if (first === undefined) return [];
  const kind = integrationOf(first)?.jobs;
  if (kind === undefined) {
    const cause = `Nobody here knows jobs of the kind ${first.kind}.`;
    return jobs.map(() => ({ type: 'unseen', cause, isLasting: true }));
  }
  const caller = callerAt(aws, first, signal);
  try {
    const states: JobState[] = [];
    for (let at = 0; at < jobs.length; at += kind.most) {
      states.push(...(await kind.look(jobs.slice(at, at + kind.most), caller)));
    }
    return states;
  } catch (error) {
    const { message } = error as Error;
    return jobs.map(() =>
      unseen({ type: 'refused', kind: 'server', name: 'InternalError', message }),
    );
  }
}

/** Calls to where a job is. */
function callerAt(aws: Aws, job: RemoteJob, signal?: AbortSignal): Caller {
  const account = String(job.place.account);
  const region = String(job.place.region);
  const { account: digits = '' } = aws.accounts().find(({ name }) => name === account) ?? {};
  return {
    account,
    digits,
    region,
    call: (service, action, input, more = {}) =>
      aws.call({
        place: { account, region },
        service,
        action,
        input,
        ...(signal === undefined ? {} : { signal }),
        ...more,
      }),
  };
}
