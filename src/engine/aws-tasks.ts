/**
 * Who performs tasks of AWS resources on a server, by one word:
 *
 * | `aws` | performed by |
 * | --- | --- |
 * | `local` | what is bound to them; what nothing is bound to fails |
 * | `real` | AWS, unless something is bound to them that says `everywhere: true` |
 *
 * @module
 */
import type { Aws, AwsAccount } from '../aws/aws.js';
import { createAwsTasks } from '../connectors/aws/create-aws-tasks.js';
import type { RemoteTasks } from '../connectors/remote-tasks.js';
import type { EngineConfig } from './create-engine.js';

/** As the configuration of a server says it. */
export interface AwsTasksConfig {
  /** Who performs tasks of AWS resources. Default: `real` where there are accounts, `local` elsewhere. */
  aws?: 'local' | 'real';
  /** Who calls AWS, and its accounts. Default: nobody, there are none. */
  remoteTasks?: { readonly tasks: RemoteTasks; readonly accounts: readonly AwsAccount[] };
}

/** The word and what it needs do not go together. */
export class AwsTasksError extends Error {
  override readonly name = 'AwsTasksError';
}

/** What nothing is bound to is no problem where AWS performs it. */
const UNBOUND: ReadonlySet<string> = new Set(['MILL1205']);

/**
 * What an engine needs of it. On a `local` server what AWS has begun before goes on being waited for, where there are accounts.
 * @throws AwsTasksError
 * @example createEngine({ …, ...performers({ remoteTasks: { tasks, accounts } }) })
 */
export function performers({
  aws,
  remoteTasks,
}: AwsTasksConfig): Pick<EngineConfig, 'remote' | 'remoteTasks'> {
  if (remoteTasks === undefined) {
    if (aws !== 'real') return {};
    throw new AwsTasksError('AWS can perform tasks only in accounts, and the server has none.');
  }
  return {
    remoteTasks: remoteTasks.tasks,
    ...(aws === 'local' ? {} : { remote: remoteTasks }),
  };
}

/**
 * What a server is configured with, and AWS itself where it has accounts and nobody else was named.
 * @example performers(withAccounts({ aws: 'real' }, createAws(…)))
 */
export function withAccounts(
  { aws: word, remoteTasks }: AwsTasksConfig,
  aws: Aws | undefined,
): AwsTasksConfig {
  const called = aws && { tasks: createAwsTasks(aws), accounts: aws.accounts() };
  const given = remoteTasks ?? called;
  return {
    ...(word === undefined ? {} : { aws: word }),
    ...(given === undefined ? {} : { remoteTasks: given }),
  };
}

/** Codes of problems in pipeline files that are none on this server. */
export function untold({ aws, remoteTasks }: AwsTasksConfig): ReadonlySet<string> {
  return remoteTasks !== undefined && aws !== 'local' ? UNBOUND : new Set();
}
