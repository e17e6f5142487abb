/**
 * Names in Amazon's form, because state machines and SDKs expect them: `$$.Execution.Id` of an unmodified definition,
 * the answers of `states:startExecution`, the wire API.
 *
 * The account is all zeros unless configured: it cannot be mistaken for one in a cloud. The region is one that clients
 * and Terraform accept.
 * @module
 */

/** Which account and region this Millrace says it is. */
export interface Identity {
  /** Default: `us-east-1`. */
  region: string;
  /** Twelve digits. Default: `000000000000`. */
  accountId: string;
}

export const DEFAULT_IDENTITY: Identity = { region: 'us-east-1', accountId: '000000000000' };

/** Makes the names of one account and region. */
export interface Arns {
  readonly identity: Identity;
  stateMachine(name: string): string;
  execution(stateMachine: string, name: string): string;
  /** Names of express executions are not unique, so their id is part of it. */
  express(stateMachine: string, name: string, id: string): string;
  activity(name: string): string;
  /** The role that `$$.Execution.RoleArn` shows when a machine has none of its own. */
  role: string;
}

/** @example createArns(DEFAULT_IDENTITY).stateMachine('orders') // 'arn:aws:states:us-east-1:000000000000:stateMachine:orders' */
export function createArns(identity: Identity): Arns {
  const prefix = `arn:aws:states:${identity.region}:${identity.accountId}`;
  return {
    identity,
    stateMachine: (name) => `${prefix}:stateMachine:${name}`,
    execution: (stateMachine, name) => `${prefix}:execution:${stateMachine}:${name}`,
    express: (stateMachine, name, id) => `${prefix}:express:${stateMachine}:${name}:${id}`,
    activity: (name) => `${prefix}:activity:${name}`,
    role: `arn:aws:iam::${identity.accountId}:role/millrace`,
  };
}

/** An ARN of Step Functions in its parts. */
export interface StatesArn {
  region: string;
  accountId: string;
  /** `stateMachine`, `execution`, `express`, `activity`, `mapRun` … */
  type: string;
  /** What follows the type, cut at colons: `['orders', 'nightly']`. */
  parts: string[];
}

/**
 * Takes an ARN of Step Functions apart; undefined when it is none.
 * @example parseStatesArn('arn:aws:states:us-east-1:000000000000:stateMachine:orders:2')?.parts // ['orders', '2']
 */
export function parseStatesArn(arn: string): StatesArn | undefined {
  const [scheme, partition, service, region, accountId, type, ...parts] = arn.split(':');
  if (scheme !== 'arn' || service !== 'states' || partition === '' || type === undefined) {
    return undefined;
  }
  if (region === undefined || accountId === undefined) return undefined;
  if (parts.length === 0 || parts.some((part) => part === '')) return undefined;
  return { region, accountId, type, parts };
}

/** What follows the last colon of a map run's ARN is its id. */
export function mapRunId(arn: string): string {
  return arn.slice(arn.lastIndexOf(':') + 1);
}
