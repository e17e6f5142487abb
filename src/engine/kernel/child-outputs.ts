/**
 * What tasks that start executions are answered: shapes of Step Functions, for every host that starts them.
 *
 * Source: https://docs.aws.amazon.com/step-functions/latest/dg/connect-stepfunctions.html
 * @module
 */
import type { ExecutionContext, ExecutionHeader } from '../../asl/execution-state.js';
import type { Json, JsonObject } from '../../asl/json.js';

/** What `states:startExecution` answers. @param startedAt milliseconds since the epoch */
export function startOutput(arn: string, startedAt: number, requestId: string): JsonObject {
  return {
    ExecutionArn: arn,
    SdkHttpMetadata: {
      AllHttpHeaders: { 'x-amzn-RequestId': [requestId] },
      HttpHeaders: { 'x-amzn-RequestId': requestId },
      HttpStatusCode: 200,
    },
    SdkResponseMetadata: { RequestId: requestId },
    StartDate: startedAt,
  };
}

/** An execution that has ended. */
export interface EndedExecution {
  readonly name: string;
  readonly context: ExecutionContext;
  readonly header: Pick<ExecutionHeader, 'status' | 'output' | 'error' | 'cause'>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly stoppedAt: number;
}

/** What `.sync` (input and output as JSON texts) and `.sync:2` (as values) answer. */
export function endOutput(ended: EndedExecution, form: 'texts' | 'values'): JsonObject {
  const { name, context, header, startedAt, stoppedAt } = ended;
  const show = (value: Json): Json => (form === 'values' ? value : JSON.stringify(value));
  return {
    ...(header.cause === undefined ? {} : { Cause: header.cause }),
    ...(header.error === undefined ? {} : { Error: header.error }),
    ExecutionArn: context.Execution.Id,
    Input: show(context.Execution.Input),
    InputDetails: { Included: true },
    Name: name,
    ...(header.output === undefined ? {} : { Output: show(header.output) }),
    ...(header.output === undefined ? {} : { OutputDetails: { Included: true } }),
    StartDate: startedAt,
    StateMachineArn: context.StateMachine.Id,
    Status: header.status,
    StopDate: stoppedAt,
  };
}
