/**
 * What may come in: limits on payloads, names and tags, checked at the door.
 *
 * The limits are AWS's (256 KiB of UTF-8 JSON) or what every store can keep: V8 itself cannot write JSON nested a few
 * thousand levels deep, SQLite does not give a lone surrogate back, and PostgreSQL refuses U+0000.
 * @module
 */
import { Buffer } from 'node:buffer';
import type { Json } from '../../asl/json.js';
import { EngineError } from './errors.js';

/** Bytes of a payload as UTF-8 JSON. https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
export const PAYLOAD_BYTES = 262_144;
/** Arrays and objects that may lie in each other. */
export const PAYLOAD_DEPTH = 512;

/** In a regular expression with `u`, a pair of surrogates is one character: only lone ones match. */
const LONE_SURROGATE = /\p{Surrogate}/u;

/**
 * Throws the EngineError that tells why a payload is refused: PayloadNotJson, PayloadTooDeep, PayloadText, PayloadTooLarge.
 *
 * @example checkPayload({ county: 'example' }, 'input') // fine: returns nothing
 */
export function checkPayload(value: unknown, what: string): asserts value is Json {
  walk(value, what);
  const bytes = Buffer.byteLength(JSON.stringify(value));
  if (bytes > PAYLOAD_BYTES) {
    throw new EngineError('PayloadTooLarge', { what, bytes, limit: PAYLOAD_BYTES });
  }
}

/** Level by level and without recursion: the value may be deeper than the stack. */
function walk(root: unknown, what: string): void {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth += 1) {
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value === 'string') checkText(value, what);
      else if (typeof value === 'object' && value !== null) {
        if (depth >= PAYLOAD_DEPTH) {
          throw new EngineError('PayloadTooDeep', { what, limit: PAYLOAD_DEPTH });
        }
        if (Array.isArray(value)) for (const item of value) next.push(item);
        else {
          for (const key of Object.keys(value)) {
            checkText(key, what);
            next.push((value as { [key: string]: unknown })[key]);
          }
        }
      } else checkScalar(value, what);
    }
    level = next;
  }
}

function checkScalar(value: unknown, what: string): void {
  if (value === null || typeof value === 'boolean') return;
  if (typeof value === 'number') {
    if (Number.isFinite(value)) return;
    throw new EngineError('PayloadNotJson', { what, problem: `it holds the number ${value}` });
  }
  throw new EngineError('PayloadNotJson', {
    what,
    problem: `it holds a value of type ${typeof value}`,
  });
}

function checkText(text: string, what: string): void {
  if (LONE_SURROGATE.test(text))
    throw new EngineError('PayloadText', { what, problem: 'a lone surrogate' });
  if (text.includes('\u0000')) {
    throw new EngineError('PayloadText', { what, problem: 'the character U+0000' });
  }
}

const FORBIDDEN_IN_NAME = new Set('<>{}[]?*"#%\\^|~`$&,;:/');

/** Throws InvalidName unless it is a name that StartExecution of Step Functions would take. */
export function checkName(name: string): void {
  if (isName(name)) return;
  throw new EngineError('InvalidName', { name: JSON.stringify(name.slice(0, 100)).slice(1, -1) });
}

/** Whether StartExecution of Step Functions would take the name. */
export function isName(name: string): boolean {
  return (
    name.length >= 1 &&
    name.length <= 80 &&
    !LONE_SURROGATE.test(name) &&
    ![...name].some((character) => {
      const code = character.codePointAt(0) ?? 0;
      const isControl = code <= 0x20 || (code >= 0x7f && code <= 0x9f);
      const isNoCharacter = (code >= 0xfffe && code <= 0xffff) || code === 0x10ffff;
      return (
        isControl || isNoCharacter || FORBIDDEN_IN_NAME.has(character) || character.trim() === ''
      );
    })
  );
}

/** Throws InvalidTags when there are too many or one is too long. */
export function checkTags(tags: { [key: string]: string }): void {
  const entries = Object.entries(tags);
  if (entries.length > 50)
    throw new EngineError('InvalidTags', { problem: `${entries.length} tags` });
  for (const [name, value] of entries) {
    if (typeof value !== 'string') {
      throw new EngineError('InvalidTags', { problem: `the value of '${name}' is not a text` });
    }
    if (name.length < 1 || name.length > 128 || value.length > 256) {
      throw new EngineError('InvalidTags', { problem: `'${name.slice(0, 40)}' is too long` });
    }
    checkText(name, 'tags');
    checkText(value, 'tags');
  }
}
