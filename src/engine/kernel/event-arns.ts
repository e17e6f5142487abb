/**
 * ARNs of EventBridge.
 * @module
 */
import type { Identity } from './arn.js';

/** The name of every team's first bus. */
export const DEFAULT_BUS = 'default';

export interface EventArns {
  bus(name: string): string;
  rule(bus: string, name: string): string;
  archive(name: string): string;
  replay(name: string): string;
  connection(name: string, id: string): string;
  apiDestination(name: string, id: string): string;
}

/** @example createEventArns(identity).rule('default', 'orders') // 'arn:aws:events:us-east-1:000000000000:rule/orders' */
export function createEventArns({ region, accountId }: Identity): EventArns {
  const prefix = `arn:aws:events:${region}:${accountId}`;
  return {
    bus: (name) => `${prefix}:event-bus/${name}`,
    rule: (bus, name) => `${prefix}:rule/${bus === DEFAULT_BUS ? '' : `${bus}/`}${name}`,
    archive: (name) => `${prefix}:archive/${name}`,
    replay: (name) => `${prefix}:replay/${name}`,
    connection: (name, id) => `${prefix}:connection/${name}/${id}`,
    apiDestination: (name, id) => `${prefix}:api-destination/${name}/${id}`,
  };
}

/** Any ARN in its parts. */
export interface AnyArn {
  service: string;
  region: string;
  accountId: string;
  /** All that follows the account. */
  resource: string;
}

/** Undefined when the text is no ARN. @example parseArn('arn:aws:sqs:us-east-1:000000000000:late')?.resource // 'late' */
export function parseArn(text: string): AnyArn | undefined {
  const [, service, region, accountId, resource] =
    /^arn:[a-z0-9-]+:([a-z0-9-]+):([a-z0-9-]*):(\d{12}|aws)?:(.+)$/s.exec(text) ?? [];
  if (service === undefined || resource === undefined) return undefined;
  return { service, region: region ?? '', accountId: accountId ?? '', resource };
}

/** The name behind a type in an ARN of EventBridge of this account and region; undefined when it is something else. */
export function ownResource(identity: Identity, arn: string, type: string): string | undefined {
  const parsed = parseArn(arn);
  if (parsed?.service !== 'events') return undefined;
  if (parsed.region !== identity.region || parsed.accountId !== identity.accountId) {
    return undefined;
  }
  return parsed.resource.startsWith(`${type}/`)
    ? parsed.resource.slice(type.length + 1)
    : undefined;
}

const BUS_ARN = /^arn:aws[a-z-]*:events:[a-z0-9-]*:\d{12}:event-bus\/(.+)$/;

/** The bus that a name or an ARN means; without either the default one. */
export function busNameOf(nameOrArn: string | null | undefined): string {
  if (!nameOrArn) return DEFAULT_BUS;
  return BUS_ARN.exec(nameOrArn)?.[1] ?? nameOrArn;
}
