/**
 * Compares what is said about definitions with what was recorded: whether they are valid at all, and in which words.
 * @module
 */
import {
  readMachineDefinition,
  validateStateMachineDefinition,
} from '../../src/asl/definition-verdict.js';
import type { Json } from '../../src/asl/json.js';
import { sameJson } from '../../src/engine/kernel/same-json.js';

export interface ValidationCase {
  name: string;
  definitionText?: string;
  definition: Json;
  machineType: 'STANDARD' | 'EXPRESS';
  api: string;
  expected: {
    valid: boolean;
    message?: string;
    result?: string;
    diagnostics?: Json;
  };
}

export interface ValidationVerdict {
  validity: boolean;
  words: boolean;
  /** What differs. */
  difference?: string;
}

export function isValidationCase(row: { [key: string]: unknown }): boolean {
  return typeof row.api === 'string' && 'definition' in row;
}

export function compareValidation(given: ValidationCase): ValidationVerdict {
  const { expected, machineType: type } = given;
  const text = given.definitionText ?? JSON.stringify(given.definition);
  if (given.api === 'ValidateStateMachineDefinition') {
    const { result, diagnostics } = validateStateMachineDefinition(text, { type });
    const validity = (result === 'OK') === expected.valid;
    const words =
      validity && sameJson(diagnostics as unknown as Json, expected.diagnostics ?? ([] as Json));
    const told = JSON.stringify(diagnostics);
    return words
      ? { validity, words }
      : { validity, words, difference: `${told}\n    not ${JSON.stringify(expected.diagnostics)}` };
  }
  const read = readMachineDefinition(text, type);
  const validity = 'definition' in read === expected.valid;
  const told = 'refusal' in read ? read.refusal : undefined;
  // The client put its own words before some of the recorded messages.
  const wanted = expected.message?.replace(
    /^An error occurred \(\w+\) when calling the \w+ operation: /,
    '',
  );
  const words = validity && told === wanted;
  return words
    ? { validity, words }
    : { validity, words, difference: `${told}\n    not ${wanted}` };
}
