/**
 * FakeJobs: an account in which jobs of several services are submitted over HTTP, by the published shapes of their APIs. It
 * keeps what was submitted, knows the tokens of services that take one, and loses answers when a test says so.
 *
 * No server here performs these services as AWS does: tokens of Athena, ECS, CodeBuild and EMR Serverless, answers that are
 * lost, tasks of ECS with containers that end, steps of EMR that end.
 * @module
 */
import { type Answer, type Asked, type StubService, startStub } from './stub-service.js';

type Members = { readonly [name: string]: unknown };

export interface FakeJobs extends StubService {
  /** What was submitted, each once. */
  readonly submitted: { readonly id: string; readonly input: Members }[];
  /** Answers of submissions that are lost from now on. */
  lose(count: number): void;
  /** What looks answer, by the end of the target: `DescribeTasks`. */
  readonly answers: { [action: string]: (asked: Asked) => Answer | object };
}

interface Submitting {
  readonly token?: string;
  /** How an answer tells of the job. */
  shown(id: string, input: Members): object;
}

const SUBMISSIONS: { readonly [action: string]: Submitting } = {
  StartQueryExecution: {
    token: 'ClientRequestToken',
    shown: (id) => ({ QueryExecutionId: id }),
  },
  RunTask: {
    token: 'clientToken',
    shown: (id) => ({ tasks: [{ taskArn: id, clusterArn: 'cluster' }], failures: [] }),
  },
  StartBuild: {
    token: 'idempotencyToken',
    shown: (id) => ({ build: { id, buildStatus: 'IN_PROGRESS' } }),
  },
  StartBuildBatch: {
    token: 'idempotencyToken',
    shown: (id) => ({ buildBatch: { id, buildBatchStatus: 'IN_PROGRESS' } }),
  },
  ExecuteStatement: { token: 'ClientToken', shown: (id) => ({ Id: id }) },
  '/applications/app/jobruns': {
    token: 'clientToken',
    shown: (id) => ({ applicationId: 'app', jobRunId: id, arn: 'arn' }),
  },
  '/applications': {
    token: 'clientToken',
    shown: (id) => ({ applicationId: id, arn: 'arn', name: 'n' }),
  },
  '/virtualclusters/vc/jobruns': {
    token: 'clientToken',
    shown: (id) => ({ id, virtualClusterId: 'vc' }),
  },
  '/v1/submitjob': { shown: (id, { jobName }) => ({ jobId: id, jobName, jobArn: 'arn' }) },
  StartJobRun: { shown: (id) => ({ JobRunId: id }) },
  AddJobFlowSteps: { shown: (id) => ({ StepIds: [id] }) },
  RunJobFlow: { shown: (id) => ({ JobFlowId: id, ClusterArn: 'arn' }) },
  CreateTrainingJob: { shown: () => ({ TrainingJobArn: 'arn' }) },
};

export async function startFakeJobs(): Promise<FakeJobs> {
  const submitted: { id: string; input: Members; action: string; token: unknown }[] = [];
  const answers: FakeJobs['answers'] = {};
  let lost = 0;
  const stub = await startStub((asked): Answer => {
    const path = asked.target.split('?')[0] ?? '';
    const action = path.startsWith('/') ? path : path.slice(path.indexOf('.') + 1);
    const told = answers[action]?.(asked);
    if (told !== undefined) return isAnswer(told) ? told : { status: 200, json: told };
    const submitting = SUBMISSIONS[action];
    if (submitting === undefined) return { status: 400, json: { __type: 'UnknownOperation' } };
    const { token: member, shown } = submitting;
    const token = member === undefined ? undefined : asked.body[member];
    let job = submitted.find(
      (one) => one.action === action && token !== undefined && one.token === token,
    );
    if (job === undefined) {
      job = { id: `job-${submitted.length + 1}`, input: asked.body, action, token };
      submitted.push(job);
    }
    if (lost > 0) {
      lost -= 1;
      return 'cut';
    }
    return { status: 200, json: shown(job.id, asked.body) };
  });
  return {
    ...stub,
    submitted,
    answers,
    lose(count) {
      lost = count;
    },
  };
}

function isAnswer(told: Answer | object): told is Answer {
  return typeof told === 'string' || ('status' in told && 'json' in told);
}
