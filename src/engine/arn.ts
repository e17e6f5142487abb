/**
 * Names in Amazon's form, because state machines and SDKs expect them: `$$.Execution.Id` of an unmodified definition,
 * the answers of `states:startExecution`, the wire API.
 *
 * The partition is `aws`, the region `local`, the account all zeros: they cannot be mistaken for something in a cloud.
 * @module
 */

const PREFIX = 'arn:aws:states:local:000000000000';

/** @example stateMachineArn('orders') // 'arn:aws:states:local:000000000000:stateMachine:orders' */
export function stateMachineArn(pipeline: string): string {
  return `${PREFIX}:stateMachine:${pipeline}`;
}

export function executionArn(pipeline: string, name: string): string {
  return `${PREFIX}:execution:${pipeline}:${name}`;
}

/** The role that `$$.Execution.RoleArn` shows. */
export const ROLE_ARN = 'arn:aws:iam::000000000000:role/millrace';
