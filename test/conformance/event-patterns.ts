/**
 * Event patterns that were tried on AWS or are asserted by the authors of its matcher: does the event match, or is the
 * pattern refused, and in which words.
 * @module
 */
import { parsePattern } from '../../src/events/pattern/parse-pattern.js';
import { testEventPattern } from '../../src/events/pattern/test-event-pattern.js';

export interface PatternCase {
  readonly name: string;
  readonly recordedFrom: string;
  readonly pattern: unknown;
  readonly patternText?: string;
  readonly event?: unknown;
  readonly eventText?: string;
  readonly expected: boolean | 'error' | 'valid';
  readonly errorCode?: string;
  readonly errorMessage?: string;
}

export interface PatternVerdict {
  readonly result: boolean;
  /** Whether the refusal has the recorded words; undefined when none are recorded. */
  readonly words: boolean | undefined;
  readonly difference: string;
}

export function isPatternCase(row: object): boolean {
  return 'pattern' in row && 'expected' in row;
}

/** JSON text with the spaces of the recorder, which columns in messages count. */
function spaced(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(spaced).join(', ')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const members = Object.entries(value).map(
    ([key, one]) => `${JSON.stringify(key)}: ${spaced(one)}`,
  );
  return `{${members.join(', ')}}`;
}

/** Without the source text, in which the recorder replaced names. */
function comparable(message: string): string {
  return message.replace(/\[Source: \(String\).*?; line: /gs, '[line: ');
}

export function comparePattern(given: PatternCase): PatternVerdict {
  const patternText = given.patternText ?? spaced(given.pattern);
  const eventText =
    given.eventText ?? (given.event === undefined ? undefined : spaced(given.event));
  const answer =
    eventText === undefined ? parsePattern(patternText) : testEventPattern(patternText, eventText);
  const found = 'error' in answer ? 'error' : 'result' in answer ? answer.result : 'valid';
  const result = found === given.expected;
  const error = 'error' in answer ? answer.error : undefined;
  const words =
    given.errorMessage === undefined
      ? undefined
      : error?.code === given.errorCode &&
        comparable(error?.message ?? '') === comparable(given.errorMessage);
  const difference = `expected ${given.expected}, found ${found}\n    ${patternText}\n    ${eventText ?? ''}\n    ${given.errorMessage ?? ''}\n    ${error?.message ?? ''}`;
  return { result, words, difference };
}
