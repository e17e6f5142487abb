/**
 * `aws-sdk:SERVICE:ACTION`: any action of any service, called as it is; and what AWS's clients know of a service.
 *
 * Source: Step Functions developer guide, "Learning to use AWS service SDK integrations".
 * @module
 */
import { loadClient } from '../../aws/client-packages.js';
import { clientPackage, javaName } from '../../aws/services.js';
import type { RemoteForm } from '../remote-tasks.js';

const PREFIX = 'aws-sdk:';

/** The word of the service behind `aws-sdk:`; undefined for others. */
export function sdkService(service: string): string | undefined {
  return service.startsWith(PREFIX) ? service.slice(PREFIX.length) : undefined;
}

/** What is wrong with such a resource, as far as it can be told without loading its client. */
export function sdkProblem(service: string, action: string, form: RemoteForm): string | undefined {
  if (clientPackage(service) === undefined) return `AWS has no service "${service}".`;
  if (!/^[a-z]\w*$/.test(action)) {
    return `"${action}" is no action: actions are written in camel case, such as describeJobs.`;
  }
  if (form === 'sync' || form === 'sync2') {
    return `aws-sdk:${service}:${action} answers at once: AWS has no .sync form of it.`;
  }
  return undefined;
}

/**
 * The service's name in errors.
 * @example await sdkName('dynamodb') // 'DynamoDb'
 */
export async function sdkName(service: string): Promise<string> {
  const loaded = await loadClient(service);
  return javaName(loaded.type === 'loaded' ? loaded.part.name : service);
}

/**
 * The member of an action's input that makes a second sending harmless.
 * @example await tokenMember('athena', 'startQueryExecution') // 'ClientRequestToken'
 */
export async function tokenMember(service: string, action: string): Promise<string | undefined> {
  const loaded = await loadClient(service);
  const input = loaded.type === 'loaded' ? loaded.part.action(action)?.schemas?.input : undefined;
  if (input === undefined || !input.isStructSchema()) return undefined;
  for (const [name, member] of input.structIterator()) {
    if (member.isIdempotencyToken()) return name.charAt(0).toUpperCase() + name.slice(1);
  }
  return undefined;
}
