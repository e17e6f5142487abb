/**
 * AWS Step Functions: executions of machines over there.
 * https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 *
 * An execution that is not named gets a name that follows from the attempt; AWS begins one of a name once.
 * @module
 */
import type { AwsJson, AwsObject } from '../../../aws/aws.js';
import type { RemoteJob } from '../../remote-tasks.js';
import { consoleLink } from '../console-links.js';
import {
  answerOf,
  asText,
  type Caller,
  type Integration,
  type JobKind,
  type Performed,
  textIn,
} from '../integration.js';
import { lookOneByOne, stateOf } from '../looking.js';
import { submissionToken } from '../submission-tokens.js';

const ENDS = { succeeded: ['SUCCEEDED'], failed: ['FAILED', 'TIMED_OUT', 'ABORTED'] };
const LOOK = { style: 'optimized', urgency: 'look' } as const;

const jobs: JobKind = {
  most: 1,
  look: (asked, caller) =>
    lookOneByOne(
      asked,
      ({ id }) => caller.call('sfn', 'describeExecution', { ExecutionArn: id }, LOOK),
      (job, { output }) => {
        // `.sync:2` shows input and output as JSON, `.sync` as their text.
        const shown = job.place.isParsed === true ? parsed(output) : output;
        return stateOf(
          { status: textIn(output, 'Status'), output: shown, links: [link(job)] },
          ENDS,
        );
      },
    ),
  stop: (job, cause, caller) =>
    caller.call(
      'sfn',
      'stopExecution',
      { ExecutionArn: job.id, Cause: cause.slice(0, 1_000) },
      { isRepeatable: true },
    ),
  links: (job) => [link(job)],
};

function parsed(output: AwsObject): AwsObject {
  return { ...output, ...jsonOf(output, 'Input'), ...jsonOf(output, 'Output') };
}

function jsonOf(output: AwsObject, name: string): AwsObject {
  const text = output[name];
  if (typeof text !== 'string') return {};
  try {
    return { [name]: JSON.parse(text) as AwsJson };
  } catch {
    return {};
  }
}

function link(job: RemoteJob) {
  return consoleLink(job, 'states/home', `#/v2/executions/details/${encodeURIComponent(job.id)}`);
}

/** The execution of this name, when it was begun with this input. */
async function findExecution(input: AwsObject, caller: Caller): Promise<Performed | undefined> {
  const [, start = '', machine = ''] =
    /^(arn:[^:]+:states:[^:]+:\d+:)stateMachine:([^:]+)/.exec(textIn(input, 'StateMachineArn')) ??
    [];
  const ExecutionArn = `${start}execution:${machine}:${textIn(input, 'Name')}`;
  const described = await caller.call('sfn', 'describeExecution', { ExecutionArn });
  if (described.type === 'refused') return described;
  const { Input, StartDate = '' } = described.output;
  const isSame = String(Input ?? '{}') === (textIn(input, 'Input') || '{}');
  return isSame ? answerOf(described, { ExecutionArn, StartDate }) : undefined;
}

export const STEP_FUNCTIONS: readonly Integration[] = [
  {
    resource: 'states:startExecution',
    forms: ['requestResponse', 'sync', 'sync2', 'waitForTaskToken'],
    api: ['sfn', 'startExecution'],
    names: {
      prefix: 'StepFunctions',
      base: 'AWSStepFunctionsException',
      service: 'AWSStepFunctions',
    },
    hasMetadata: true,
    prepare: (input, request) => asText({ Name: submissionToken(request), ...input }, 'Input'),
    find: findExecution,
    job: (output) => ({ id: textIn(output, 'ExecutionArn') }),
    jobs,
  },
];
