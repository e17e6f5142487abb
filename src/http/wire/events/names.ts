/**
 * Refusals that many operations know, and members of requests and answers.
 * @module
 */
import { WireError } from '../wire-error.js';

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

/** A list of `{ Key, Value }` as an object. */
export function readTags(list: readonly { Key: string; Value: string }[]): {
  [key: string]: string;
} {
  // From entries, so that a key which every object inherits is one like any other.
  return Object.fromEntries(list.map(({ Key, Value }) => [Key, Value]));
}
