/**
 * Reads what a client says of a schedule, and refuses what its shape cannot tell, with AWS's words where they are known.
 * https://docs.aws.amazon.com/scheduler/latest/APIReference/API_CreateSchedule.html
 * @module
 */
import type { JsonObject } from '../../../asl/json.js';
import type {
  ScheduleSettings,
  ScheduleTarget,
} from '../../../engine/features/schedules/api-schedule.js';
import type { Identity } from '../../../engine/kernel/arn.js';
import { awsScheduleRefusal } from '../../../events/schedules/expression.js';
import { isTimeZone } from '../../../events/schedules/time-zone.js';
import { WireError } from '../wire-error.js';

/** Services that a schedule may name as its target, without a universal one. */
const SERVICES = new Set([
  'codebuild',
  'codepipeline',
  'ecs',
  'events',
  'firehose',
  'inspector',
  'kinesis',
  'lambda',
  'sagemaker',
  'sns',
  'sqs',
  'states',
]);
/** Parameters that only one service takes. */
const PARAMETERS: { readonly [member: string]: string } = {
  EcsParameters: 'ecs',
  EventBridgeParameters: 'events',
  KinesisParameters: 'kinesis',
  SageMakerPipelineParameters: 'sagemaker',
  SqsParameters: 'sqs',
};
const ARN = /^arn:(aws[a-z-]*):([a-z0-9-]+):([a-z0-9-]*):(\d{12}|):(.+)$/;
const UNIVERSAL = /^aws-sdk:([A-Za-z0-9-]{1,64}):([A-Za-z0-9]{1,128})$/;
/** Milliseconds that a start may lie back. */
const PAST = 5 * 60_000;
/** The last second of the year 9999. */
const LAST_SECOND = 253_402_300_799;

interface ScheduleRequest {
  ScheduleExpression: string;
  ScheduleExpressionTimezone?: string;
  StartDate?: number;
  EndDate?: number;
  Description?: string;
  State?: 'ENABLED' | 'DISABLED';
  KmsKeyArn?: string;
  Target: ScheduleTarget;
  FlexibleTimeWindow: { Mode: 'OFF' | 'FLEXIBLE'; MaximumWindowInMinutes?: number };
  ActionAfterCompletion?: 'NONE' | 'DELETE';
}

/**
 * @param now epoch milliseconds
 * @throws WireError ValidationException
 */
export function readSettings(
  request: ScheduleRequest,
  identity: Identity,
  now: number,
): ScheduleSettings {
  const { ScheduleExpression: expression, ScheduleExpressionTimezone: timezone = 'UTC' } = request;
  const refusal = awsScheduleRefusal(expression, 'scheduler');
  if (refusal !== undefined) throw invalid(refusal);
  if (!isTimeZone(timezone)) throw invalid(`Invalid Schedule Expression Timezone ${timezone}.`);
  const dates = readDates(request, now);
  const window = readWindow(request.FlexibleTimeWindow);
  checkTarget(request.Target, identity);
  const { Description: description, KmsKeyArn: kmsKeyArn } = request;
  return {
    expression,
    timezone,
    state: request.State ?? 'ENABLED',
    ...dates,
    ...(description === undefined ? {} : { description }),
    ...(kmsKeyArn === undefined ? {} : { kmsKeyArn }),
    ...(window === undefined ? {} : { window }),
    afterCompletion: request.ActionAfterCompletion ?? 'NONE',
    target: request.Target,
  };
}

function readDates(
  { ScheduleExpression, StartDate, EndDate }: ScheduleRequest,
  now: number,
): { start?: number; end?: number } {
  const start = StartDate === undefined ? undefined : milliseconds(StartDate);
  const end = EndDate === undefined ? undefined : milliseconds(EndDate);
  // A schedule of one time has neither: they are kept and mean nothing.
  if (!ScheduleExpression.startsWith('at(')) {
    if (start !== undefined && end !== undefined && start >= end) {
      throw invalid('The StartDate you specify must come before the EndDate.');
    }
    if (start !== undefined && start < now - PAST) {
      throw invalid('The StartDate you specify cannot be earlier than 5 minutes ago.');
    }
  }
  return { ...(start === undefined ? {} : { start }), ...(end === undefined ? {} : { end }) };
}

function milliseconds(seconds: number): number {
  if (Math.abs(seconds) <= LAST_SECOND) return Math.round(seconds * 1000);
  throw invalid(`${seconds} is no time.`);
}

function readWindow({
  Mode,
  MaximumWindowInMinutes,
}: ScheduleRequest['FlexibleTimeWindow']): number | undefined {
  const isGiven = MaximumWindowInMinutes !== undefined;
  if (Mode === 'FLEXIBLE' && !isGiven) {
    throw invalid(
      'MaximumWindowInMinutes must be provided when FlexibleTimeWindowMode is set to FLEXIBLE.',
    );
  }
  if (Mode === 'OFF' && isGiven) {
    throw invalid(
      'MaximumWindowInMinutes must not be provided when FlexibleTimeWindowMode is set to OFF.',
    );
  }
  return MaximumWindowInMinutes;
}

/** Whether there is such a target is seen when it is invoked, as in AWS. */
function checkTarget(target: ScheduleTarget, { region }: Identity): void {
  const [, , service = '', where = '', , resource = ''] = ARN.exec(target.Arn) ?? [];
  if (service === '') throw invalid('Provided Arn is not in correct format.');
  if (service === 'scheduler') checkUniversal(target, where, resource);
  else if (!SERVICES.has(service)) {
    throw invalid(`${service} is not a supported service for a target.`);
  } else if (where !== '' && where !== region) {
    throw invalid(`The target ARN provided does not match the current region ${region}.`);
  }
  for (const [member, wanted] of Object.entries(PARAMETERS)) {
    if (target[member] !== undefined && service !== wanted) {
      throw invalid(`Parameters ${member} not supported for the target.`);
    }
  }
  if (service === 'events' && target.EventBridgeParameters === undefined) {
    throw invalid('Parameters EventBridgeParameters must be specified.');
  }
  checkInput(target, service);
}

function checkUniversal(target: ScheduleTarget, region: string, resource: string): void {
  const [, , operation = ''] = UNIVERSAL.exec(resource) ?? [];
  if (operation === '' || region !== '') {
    throw invalid('scheduler is not a supported service for a target.');
  }
  if (/^(get|describe|list)[A-Z]/.test(operation)) {
    throw invalid(`${operation} API is not supported.`);
  }
  if (target.Input === undefined) {
    throw invalid('You must provide an input to set this target for your schedule.');
  }
}

/** What these services take is JSON; a message of a queue is any text. */
function checkInput({ Input }: JsonObject, service: string): void {
  if (typeof Input !== 'string' || service === 'sqs' || service === 'sns') return;
  try {
    JSON.parse(Input);
  } catch {
    throw invalid('JSON syntax error in input for the target.');
  }
}

function invalid(message: string): WireError {
  return new WireError('ValidationException', message);
}
