/**
 * One event against one pattern, both as texts: the TestEventPattern operation.
 * @module
 */
import { isObject, type Json, type JsonObject } from '../json.js';
import { createMatcher } from './matcher.js';
import { parsePattern } from './parse-pattern.js';
import type { EventError } from './refusal.js';

/**
 * Whether the event matches, or the error that the EventBridge API answers.
 *
 * @example testEventPattern('{"source":["shop"]}', '{"source":"shop"}') // { result: true }
 */
export function testEventPattern(
  patternText: string,
  eventText: string,
): { result: boolean } | { error: EventError } {
  const event = parseEvent(eventText);
  if (event === undefined) {
    return { error: { code: 'ValidationException', message: 'Parameter Event is not valid.' } };
  }
  const parsed = parsePattern(patternText);
  if ('error' in parsed) return parsed;
  const matcher = createMatcher();
  matcher.add('pattern', parsed.pattern);
  return { result: matcher.match(event).length > 0 };
}

function parseEvent(text: string): JsonObject | undefined {
  try {
    const event = JSON.parse(text) as Json;
    return isObject(event) ? event : undefined;
  } catch {
    return undefined;
  }
}
