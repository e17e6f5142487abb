/**
 * What targets got of events, as it was recorded.
 * @module
 */
import { isDeepStrictEqual } from 'node:util';
import { parseTargetInput, renderInput } from '../../src/events/input/target-input.js';
import type { JsonObject } from '../../src/events/json.js';

export interface InputCase {
  readonly name: string;
  readonly recordedFrom: string;
  readonly events: readonly JsonObject[];
  readonly inputPath?: string;
  readonly input?: string;
  readonly inputTransformer?: { InputPathsMap?: Record<string, string>; InputTemplate: string };
  readonly expected: { readonly delivered: boolean; readonly bodies?: readonly unknown[] };
}

export function isInputCase(row: object): boolean {
  return 'events' in row && 'expected' in row && !('pattern' in row);
}

/** How the delivered texts differ from the recorded ones; undefined when they do not. */
export function compareInput(given: InputCase): string | undefined {
  const parsed = parseTargetInput('target', {
    Input: given.input,
    InputPath: given.inputPath,
    InputTransformer: given.inputTransformer,
  });
  if ('error' in parsed) return parsed.error.message;
  const context = { ruleArn: 'rule-arn', ruleName: 'rule-name', ingestionTime: 'ingestion-time' };
  const texts = given.events.flatMap((event) => renderInput(parsed.input, event, context) ?? []);
  const bodies = given.expected.bodies ?? [];
  const isSame =
    given.expected.delivered === texts.length > 0 &&
    (!given.expected.delivered || bodies.length === texts.length) &&
    bodies.every((body, index) =>
      typeof body === 'string'
        ? texts[index] === body
        : isDeepStrictEqual(JSON.parse(texts[index] ?? 'null'), body),
    );
  return isSame
    ? undefined
    : `expected ${JSON.stringify(given.expected)}\n    found ${JSON.stringify(texts)}`;
}
