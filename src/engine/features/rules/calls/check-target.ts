/**
 * What a target of a rule must have.
 * @module
 */
import { type InputSettings, parseTargetInput } from '../../../../events/input/target-input.js';
import { EngineError } from '../../../kernel/errors.js';
import { parseArn } from '../../../kernel/event-arns.js';
import type { TargetRecord } from '../records.js';
import { refused } from './call-parts.js';

/** What a target of a service cannot do without. A role is not asked for: nothing here depends on one. */
const NEEDS_PARAMETER: { readonly [service: string]: string } = {
  ecs: 'EcsParameters',
  batch: 'BatchParameters',
};
const QUEUE = /^arn:[a-z0-9-]+:sqs:[a-z0-9-]+:\d{12}:[^:]+$/;

/** Throws EventParameterRefused, EventTargetInputRefused. */
export function checkTarget(target: TargetRecord): void {
  if (parseArn(target.Arn) === undefined) {
    throw refused(target.Arn.slice(0, 200), 'Provided Arn is not in correct format.');
  }
  const service = target.Arn.split(':')[2] ?? '';
  const needed = Object.hasOwn(NEEDS_PARAMETER, service) ? NEEDS_PARAMETER[service] : undefined;
  if (needed !== undefined && target[needed] === undefined) {
    throw refused(needed, `${needed} must be specified for target: ${target.Id}.`);
  }
  const { Arn: queue } = (target.DeadLetterConfig ?? {}) as { Arn?: string };
  if (queue !== undefined && !QUEUE.test(queue)) {
    throw refused('DeadLetterConfig', 'Dead-letter queue must be the ARN of an SQS queue.');
  }
  const parsed = parseTargetInput(target.Id, target as InputSettings);
  if ('error' in parsed) {
    throw new EngineError('EventTargetInputRefused', { problem: parsed.error.message });
  }
}
