/**
 * Tasks of one team in one account of a server that plays AWS: submitted, looked at until they end.
 * @module
 */
import type { Aws, AwsObject } from '../../src/aws/aws.js';
import { type AwsLimits, createAws } from '../../src/aws/create-aws.js';
import { createAwsTasks } from '../../src/connectors/aws/create-aws-tasks.js';
import type {
  JobState,
  RemoteForm,
  RemoteJob,
  RemoteRequest,
  RemoteTasks,
  Submission,
} from '../../src/connectors/remote-tasks.js';
import { createSecretRegistry } from '../../src/secrets/secret-registry.js';

export const REGION = 'eu-central-1';
export const NOBODY: AbortSignal = new AbortController().signal;

export interface TaskHome {
  readonly aws: Aws;
  readonly tasks: RemoteTasks;
  /** A request of its own attempt. */
  request(resource: string, parameters: AwsObject, more?: Partial<RemoteRequest>): RemoteRequest;
  submit(
    resource: string,
    parameters: AwsObject,
    more?: Partial<RemoteRequest>,
  ): Promise<Submission>;
  /** A call of whoever prepares a test; throws when it is refused. */
  made(service: string, action: string, input?: AwsObject): Promise<AwsObject>;
  /** Of an API with parameters in a form: IAM's, whose client is not part of the package. */
  form(service: string, parameters: { [name: string]: string }): Promise<string>;
  /** Looks until it has ended: these servers go on a state each time they are asked. */
  ended(job: RemoteJob): Promise<Extract<JobState, { type: 'ended' }>>;
}

/** @param url of the server */
export function taskHome(url: string, limits: Partial<AwsLimits> = { attempts: 1 }): TaskHome {
  const aws = createAws({
    environment: { AWS_ACCESS_KEY_ID: 'AKIDLOCAL', AWS_SECRET_ACCESS_KEY: 'local-secret-0001' },
    secrets: createSecretRegistry(),
    accounts: [
      {
        name: 'lake',
        account: '123456789012',
        regions: [REGION],
        endpoint: url,
        teams: ['parcels'],
      },
    ],
    limits,
  });
  const tasks = createAwsTasks(aws);
  let attempts = 0;
  const request: TaskHome['request'] = (resource, parameters, more = {}) => {
    const parts = /^([^.]*):(\w+)(?:\.(.+))?$/.exec(resource) ?? [];
    const [, service = '', action = '', suffix = 'requestResponse'] = parts;
    attempts += 1;
    return {
      service,
      action,
      form: (suffix === 'sync:2' ? 'sync2' : suffix) as RemoteForm,
      id: `17-3-${attempts}`,
      isAgain: false,
      parameters,
      team: 'parcels',
      execution: { id: 'e', name: 'nightly', pipeline: 'parcels-example' },
      state: 'Load',
      tags: { county: 'example' },
      signal: NOBODY,
      ...more,
    };
  };
  return {
    aws,
    tasks,
    request,
    submit: (...given) => tasks.submit(request(...given)),
    async made(service, action, input = {}) {
      const place = { account: 'lake', region: REGION };
      const answer = await aws.call({ place, service, action, input });
      if (answer.type === 'answered') return answer.output;
      throw new Error(`${service}:${action} ${answer.name}: ${answer.message}`);
    },
    async form(service, parameters) {
      const answer = await fetch(url, {
        method: 'POST',
        headers: {
          'content-type': 'application/x-www-form-urlencoded',
          authorization: `AWS4-HMAC-SHA256 Credential=AKIDLOCAL/20260101/${REGION}/${service}/aws4_request, SignedHeaders=host, Signature=0`,
        },
        body: new URLSearchParams(parameters).toString(),
      });
      const text = await answer.text();
      if (!answer.ok) throw new Error(text);
      return text;
    },
    async ended(job) {
      for (let looks = 0; looks < 30; looks += 1) {
        const [state] = await tasks.look([job], NOBODY);
        if (state?.type === 'ended') return state;
        if (state?.type !== 'running') throw new Error(JSON.stringify(state));
      }
      throw new Error('it does not end');
    },
  };
}

/** The job of a submission that began one. */
export function jobOf(submission: Submission): RemoteJob {
  if (submission.type !== 'submitted') throw new Error(JSON.stringify(submission));
  return submission.job;
}
