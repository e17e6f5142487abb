/**
 * Reads the ARNs in requests, and refuses with AWS's words those that name nothing here.
 * @module
 */
import { type Identity, parseStatesArn, type StatesArn } from '../../../engine/kernel/arn.js';
import { WireError } from '../wire-error.js';

/** A state machine as a request names it. */
export interface StateMachineName {
  name: string;
  /** Number of a published version, or name of an alias. */
  qualifier?: string;
  /** `NAME/LABEL` names a distributed Map of the machine. */
  label?: string;
  /** `ARN#CASE`: a test case of the mock configuration file. */
  testCase?: string;
}

/**
 * Reads an ARN of one of the types.
 * @throws WireError InvalidArn, AccessDeniedException for another account
 */
export function readArn(identity: Identity, arn: string, ...types: string[]): StatesArn {
  if (!arn.startsWith('arn:')) throw invalidArn(`Invalid ARN prefix: ${arn}`);
  const parsed = parseStatesArn(arn);
  if (parsed === undefined) throw invalidArn(`Invalid ARN: ${arn}`);
  if (!types.includes(parsed.type)) {
    throw invalidArn(`Resource type not valid in this context: ${parsed.type}`);
  }
  if (parsed.accountId !== identity.accountId) {
    throw new WireError(
      'AccessDeniedException',
      `The resource ${arn} belongs to another account than ${identity.accountId}.`,
    );
  }
  return parsed;
}

/** @example readStateMachineArn(identity, 'arn:aws:states:us-east-1:000000000000:stateMachine:orders:2').qualifier // '2' */
export function readStateMachineArn(identity: Identity, given: string): StateMachineName {
  const hash = given.indexOf('#');
  const arn = hash < 0 ? given : given.slice(0, hash);
  const { parts } = readArn(identity, arn, 'stateMachine');
  const [path = '', qualifier, ...rest] = parts;
  const [name = '', label] = path.split('/');
  if (rest.length > 0 || name === '') throw invalidArn(`Invalid ARN: ${arn}`);
  return {
    name,
    ...(qualifier === undefined ? {} : { qualifier }),
    ...(label === undefined ? {} : { label }),
    ...(hash < 0 ? {} : { testCase: given.slice(hash + 1) }),
  };
}

/**
 * Refuses an ARN that names more than a state machine: one of its versions, aliases or distributed Maps.
 * @throws WireError ValidationException, as the reference says of operations that take state machines alone
 */
export function refuseQualified({ qualifier, label }: StateMachineName, arn: string): void {
  if (qualifier !== undefined) throw qualified(arn, 'a version or an alias of a state machine');
  refuseMapLabel(label === undefined ? {} : { label }, arn);
}

/** Refuses the ARN of a distributed Map. @throws WireError ValidationException */
export function refuseMapLabel({ label }: { label?: string }, arn: string): void {
  if (label !== undefined) throw qualified(arn, 'a Map state of a state machine');
}

function qualified(arn: string, what: string): WireError {
  return new WireError(
    'ValidationException',
    `The ARN '${arn}' names ${what}, which this operation does not take.`,
  );
}

/** The number of the published version that an ARN names. Throws InvalidArn when it names none. */
export function readVersionArn(identity: Identity, arn: string): { name: string; version: number } {
  const { name, qualifier } = readStateMachineArn(identity, arn);
  if (qualifier === undefined || !/^\d{1,15}$/.test(qualifier)) {
    throw invalidArn(`Invalid ARN: ${arn}. It names no version.`);
  }
  return { name, version: Number(qualifier) };
}

/** The alias that an ARN names. Throws InvalidArn when it names none. */
export function readAliasArn(identity: Identity, arn: string): { name: string; alias: string } {
  const { name, qualifier } = readStateMachineArn(identity, arn);
  if (qualifier === undefined || /^\d+$/.test(qualifier)) {
    throw invalidArn(`Invalid ARN: ${arn}. It names no alias.`);
  }
  return { name, alias: qualifier };
}

export function invalidArn(reason: string): WireError {
  return new WireError('InvalidArn', `Invalid Arn: '${reason}'`);
}

export function noStateMachine(arn: string): WireError {
  return new WireError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
}

export function noExecution(arn: string): WireError {
  return new WireError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
}

export function noResource(arn: string): WireError {
  return new WireError('ResourceNotFound', `Resource not found: '${arn}'`, {
    members: { resourceName: arn },
  });
}
