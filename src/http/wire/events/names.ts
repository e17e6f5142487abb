/**
 * What requests name: buses, rules, connections …, and how the service says that there is none.
 * @module
 */
import { ownResource, parseArn } from '../../../engine/features/rules/event-arns.js';
import { DEFAULT_BUS, type RuleRecord, ruleKey } from '../../../engine/features/rules/records.js';
import type { EventResources } from '../../../engine/features/rules/resources.js';
import type { Call } from '../call.js';
import { WireError } from '../wire-error.js';

const BUS_ARN = /^arn:aws[a-z-]*:events:[a-z0-9-]*:\d{12}:event-bus\/(.+)$/;

/** The bus that a name or an ARN means; without either the default one. */
export function busNameOf(nameOrArn: string | null | undefined): string {
  if (!nameOrArn) return DEFAULT_BUS;
  return BUS_ARN.exec(nameOrArn)?.[1] ?? nameOrArn;
}

/** The name of a bus of the caller's. Throws ResourceNotFoundException. */
export function knownBus({ engine, caller }: Call, nameOrArn: string | null | undefined): string {
  const bus = busNameOf(nameOrArn);
  const isForeign =
    nameOrArn?.startsWith('arn:') === true &&
    ownResource(engine.arns.identity, nameOrArn, 'event-bus') !== bus;
  if (isForeign || !hasBus(engine.eventResources, caller.team, bus)) throw noBus(bus);
  return bus;
}

export function hasBus({ buses }: EventResources, team: string, bus: string): boolean {
  return bus === DEFAULT_BUS || buses.get(team, bus) !== undefined;
}

/** A rule of the caller's. Throws ResourceNotFoundException. */
export function knownRule({ engine, caller }: Call, bus: string, rule: string): RuleRecord {
  const record = engine.eventResources.rules.get(caller.team, ruleKey(bus, rule));
  if (record === undefined) throw noRule(bus, rule);
  return record;
}

export function noBus(bus: string): WireError {
  return notFound(`Event bus ${bus} does not exist.`);
}

export function noRule(bus: string, rule: string): WireError {
  return notFound(`Rule ${rule} does not exist on EventBus ${bus}.`);
}

export function notFound(message: string): WireError {
  return new WireError('ResourceNotFoundException', message);
}

export function alreadyExists(message: string): WireError {
  return new WireError('ResourceAlreadyExistsException', message);
}

export function invalid(message: string): WireError {
  return new WireError('ValidationException', message);
}

export function invalidParameter(parameter: string, reason: string): WireError {
  return invalid(`Parameter ${parameter} is not valid. Reason: ${reason}`);
}

export function tooMany(): WireError {
  return new WireError(
    'LimitExceededException',
    'The requested resource exceeds the maximum number allowed.',
  );
}

/** Throws the ValidationException of a text that must be an ARN and is none. */
export function checkArn(text: string): void {
  if (parseArn(text) === undefined) {
    throw invalidParameter(text.slice(0, 200), 'Provided Arn is not in correct format.');
  }
}

/** Members that have a value. */
export function present(members: { [name: string]: unknown }): { [name: string]: unknown } {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined && value !== null),
  );
}

/** Without members that are null, at any depth: null is as good as absence in a request. */
export function withoutNulls<Value>(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNulls) as Value;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, inner]) => inner !== null)
      .map(([name, inner]) => [name, withoutNulls(inner)]),
  ) as Value;
}
