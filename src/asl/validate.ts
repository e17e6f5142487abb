/**
 * Decides whether a JSON value is a valid definition, and says everything that is wrong with it at once.
 *
 * Answers in the form of ValidateStateMachineDefinition. An invalid definition is data, so nothing here throws; what
 * could exhaust memory or the call stack is refused before it is looked at (`validation/limits.ts`).
 * Source: Amazon States Language specification; Step Functions developer guide and API reference.
 * @module
 */
import type { Json } from './json.js';
import { isObject } from './json.js';
import { type Diagnostic, NOWHERE, Report, WHOLE } from './validation/diagnostic.js';
import { syntaxProblem } from './validation/json-syntax.js';
import { MAX_BYTES, tooLarge, withinLimits } from './validation/limits.js';
import { checkMachine } from './validation/machine.js';

export type { Diagnostic, DiagnosticCode } from './validation/diagnostic.js';
export { MILLRACE_RESOURCES } from './validation/resource.js';
export { didYouMean, suggest } from './validation/suggestion.js';

export interface ValidationOptions {
  /** Express machines may not wait for outcomes. Defaults to STANDARD. */
  machineType?: 'STANDARD' | 'EXPRESS';
}

/**
 * Everything that is wrong with a definition; an empty list when it is valid. Warnings do not make it invalid.
 * @param definition any value; only a JSON object can be valid
 * @example validateDefinition({ StartAt: 'A', States: { A: { Type: 'Succeed' } } }) // []
 */
export function validateDefinition(
  definition: unknown,
  options: ValidationOptions = {},
): Diagnostic[] {
  const report = new Report();
  if (!withinLimits(definition, report)) return report.diagnostics;
  if (!isObject(definition)) {
    report.schemaError(NOWHERE, 'Definition must be a valid JSON object');
    return report.diagnostics;
  }
  checkMachine(definition, {
    report,
    ...WHOLE,
    language: 'JSONPath',
    machineType: options.machineType ?? 'STANDARD',
  });
  return report.diagnostics;
}

/** True when a definition can be executed: no diagnostic is an error. */
export function isValid(diagnostics: readonly Diagnostic[]): boolean {
  return diagnostics.every((diagnostic) => diagnostic.severity !== 'ERROR');
}

/**
 * Reads and checks the JSON text of a definition.
 * @returns the definition, unless it could not be read, and everything wrong with it
 */
export function validateDefinitionText(
  text: string,
  options: ValidationOptions = {},
): { definition: Json | undefined; diagnostics: Diagnostic[] } {
  if (text.trim() === '') {
    return { definition: undefined, diagnostics: validateDefinition(null, options) };
  }
  // More than may be sent is not even parsed.
  if (text.length > MAX_BYTES) {
    const report = new Report();
    tooLarge(report);
    return { definition: undefined, diagnostics: report.diagnostics };
  }
  let definition: Json;
  try {
    definition = JSON.parse(text) as Json;
  } catch {
    const report = new Report();
    const { message, location } = syntaxProblem(text);
    report.error('INVALID_JSON_DESCRIPTION', { pointer: '', location }, message);
    return { definition: undefined, diagnostics: report.diagnostics };
  }
  return { definition, diagnostics: validateDefinition(definition, options) };
}
