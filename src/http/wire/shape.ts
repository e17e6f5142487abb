/**
 * Checks the body of a wire request against the shape of its operation, and words what is wrong as AWS does.
 *
 * Two kinds of refusal: a value of the wrong JSON type cannot be read at all (SerializationException); one that breaks a
 * constraint is reported together with all others (ValidationException).
 * https://docs.aws.amazon.com/step-functions/latest/apireference/CommonErrors.html
 * @module
 */
import { WireError } from './wire-error.js';

export type Shape =
  | {
      type: 'string';
      min?: number;
      max?: number;
      /** What all of the text must be. As a text it is told as it stands here. */
      pattern?: RegExp | string;
      /** How messages write the pattern, where it is checked by one that means the same and takes no longer on any text. */
      told?: string;
      enum?: readonly string[];
      /** Its value is not repeated in messages: it may be data or a secret. */
      sensitive?: true;
    }
  | { type: 'integer' | 'number'; min?: number; max?: number }
  | { type: 'boolean' }
  | { type: 'list'; member: Shape; min?: number; max?: number }
  | { type: 'map'; value: Shape; max?: number }
  | Structure;

export interface Structure {
  type: 'structure';
  members: { readonly [name: string]: Shape };
  required: readonly string[];
}

/** A structure whose members with a trailing `!` are required. */
export function structure(members: { [name: string]: Shape }): Structure {
  const required = Object.keys(members).filter((name) => name.endsWith('!'));
  return {
    type: 'structure',
    members: Object.fromEntries(
      Object.entries(members).map(([name, shape]) => [name.replace(/!$/, ''), shape]),
    ),
    required: required.map((name) => name.slice(0, -1)),
  };
}

/** Violations named in one message, at most. */
const MAX_VIOLATIONS = 10;
/** Characters of a value that are repeated in a message. */
const MAX_SHOWN = 4_000;

/**
 * Throws the WireError that tells what is wrong. Members that the shape does not name are ignored, as AWS does.
 * @param nameOf how messages call a member; with a small first letter when absent
 * @example checkShape(structure({ 'name!': { type: 'string', min: 1 } }), {}) // throws ValidationException: Value null at 'name' …
 */
export function checkShape(shape: Structure, value: unknown, nameOf: NameOf = shownName): void {
  checkType(shape, value);
  const violations: string[] = [];
  collect(shape, value, '', violations, nameOf);
  if (violations.length === 0) return;
  const count = violations.length;
  const shown = violations.slice(0, MAX_VIOLATIONS).join('; ');
  throw new WireError(
    'ValidationException',
    `${count} validation error${count === 1 ? '' : 's'} detected: ${shown}`,
  );
}

type NameOf = (member: string) => string;

function checkType(shape: Shape, value: unknown): void {
  if (value === null || value === undefined) return;
  switch (shape.type) {
    case 'structure': {
      if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(value, 'structure');
      for (const [name, member] of Object.entries(shape.members)) {
        if (Object.hasOwn(value, name)) checkType(member, (value as Record<string, unknown>)[name]);
      }
      return;
    }
    case 'map':
      if (typeof value !== 'object' || Array.isArray(value)) throw mismatch(value, 'structure');
      for (const item of Object.values(value)) checkType(shape.value, item);
      return;
    case 'list':
      if (!Array.isArray(value)) throw mismatch(value, 'list');
      for (const item of value) checkType(shape.member, item);
      return;
    case 'integer':
    case 'number':
      if (typeof value !== 'number') throw mismatch(value, 'Integer');
      if (shape.type === 'integer' && !Number.isSafeInteger(value)) {
        throw new WireError(
          'SerializationException',
          'NUMBER_VALUE cannot be converted to Integer',
        );
      }
      return;
    default:
      if (typeof value !== shape.type) {
        throw mismatch(value, shape.type === 'string' ? 'String' : 'Boolean');
      }
  }
}

function mismatch(value: unknown, expected: string): WireError {
  const message = Array.isArray(value)
    ? 'Start of list found where not expected'
    : typeof value === 'object'
      ? 'Start of structure or map found where not expected.'
      : expected === 'structure' || expected === 'list'
        ? 'Unexpected field type'
        : `${typeof value === 'boolean' ? `${String(value).toUpperCase()}_VALUE` : `${(typeof value).toUpperCase()}_VALUE`} cannot be converted to ${expected}`;
  return new WireError('SerializationException', message);
}

function collect(
  shape: Shape,
  value: unknown,
  path: string,
  violations: string[],
  nameOf: NameOf,
): void {
  const violate = (constraint: string): void => {
    const hidden = shape.type === 'string' && shape.sensitive === true;
    const shown =
      value === null || value === undefined
        ? 'Value null'
        : hidden
          ? 'Value'
          : `Value '${display(value)}'`;
    violations.push(`${shown} at '${path}' failed to satisfy constraint: ${constraint}`);
  };
  if (value === null || value === undefined) return;
  switch (shape.type) {
    case 'structure':
      collectMembers(shape, value as Record<string, unknown>, path, violations, nameOf);
      return;
    case 'list': {
      const list = value as unknown[];
      checkSize(shape, list.length, 'length', violate);
      list.forEach((item, index) => {
        const at = `${path}.${index + 1}.member`;
        if (item === null) violations.push(notNull(at));
        else collect(shape.member, item, at, violations, nameOf);
      });
      return;
    }
    case 'map': {
      const entries = Object.entries(value as Record<string, unknown>);
      checkSize(shape, entries.length, 'length', violate);
      for (const [key, item] of entries) {
        const at = `${path}.${key}.member`;
        if (item === null) violations.push(notNull(at));
        else collect(shape.value, item, at, violations, nameOf);
      }
      return;
    }
    case 'integer':
    case 'number':
      checkSize(shape, value as number, 'value', violate);
      return;
    case 'string': {
      const text = value as string;
      checkSize(shape, text.length, 'length', violate);
      const { pattern, told } = shape;
      if (pattern !== undefined && !isWholly(pattern, text)) {
        const shown = told ?? (typeof pattern === 'string' ? pattern : pattern.source);
        violate(`Member must satisfy regular expression pattern: ${shown}`);
      }
      if (shape.enum !== undefined && !shape.enum.includes(text)) {
        violate(`Member must satisfy enum value set: [${shape.enum.join(', ')}]`);
      }
      return;
    }
    default:
  }
}

function collectMembers(
  shape: Structure,
  value: Record<string, unknown>,
  path: string,
  violations: string[],
  nameOf: NameOf,
): void {
  for (const [name, member] of Object.entries(shape.members)) {
    const at = path === '' ? nameOf(name) : `${path}.${nameOf(name)}`;
    const given = Object.hasOwn(value, name) ? value[name] : undefined;
    if (given === null || given === undefined) {
      if (!shape.required.includes(name)) continue;
      violations.push(notNull(at));
    } else collect(member, given, at, violations, nameOf);
  }
}

/** Members are told with a small first letter, whatever the protocol calls them. */
function shownName(name: string): string {
  return name.charAt(0).toLowerCase() + name.slice(1);
}

const whole = new Map<RegExp | string, RegExp>();

function isWholly(pattern: RegExp | string, text: string): boolean {
  let anchored = whole.get(pattern);
  if (anchored === undefined) {
    const { source, flags } =
      typeof pattern === 'string' ? { source: pattern, flags: '' } : pattern;
    anchored = new RegExp(`^(?:${source})$`, flags);
    whole.set(pattern, anchored);
  }
  return anchored.test(text);
}

function notNull(path: string): string {
  return `Value null at '${path}' failed to satisfy constraint: Member must not be null`;
}

function checkSize(
  { min, max }: { min?: number; max?: number },
  size: number,
  what: 'length' | 'value',
  violate: (constraint: string) => void,
): void {
  if (max !== undefined && size > max) {
    violate(`Member must have ${what} less than or equal to ${max}`);
  }
  if (min !== undefined && size < min) {
    violate(`Member must have ${what} greater than or equal to ${min}`);
  }
}

function display(value: unknown): string {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return text.slice(0, MAX_SHOWN);
}
