/**
 * What the two operations that read definitions make of the diagnostics: ValidateStateMachineDefinition lists them,
 * CreateStateMachine and UpdateStateMachine put them into one message.
 *
 * https://docs.aws.amazon.com/step-functions/latest/apireference/API_ValidateStateMachineDefinition.html
 * @module
 */
import type { MachineDefinition } from './definition.js';
import { type Diagnostic, isValid, validateDefinitionText } from './validate.js';

export type MachineType = 'STANDARD' | 'EXPRESS';

export interface DefinitionReport {
  /** FAIL when there is an error; warnings do not count. */
  result: 'OK' | 'FAIL';
  diagnostics: { severity: string; code: string; message: string; location?: string }[];
  /** More was found than was asked for. */
  truncated: boolean;
}

export interface ReportOptions {
  /** Default: STANDARD. */
  type?: MachineType;
  /** The least severity that is told. Default: ERROR. */
  severity?: 'ERROR' | 'WARNING';
  /** Default, and for 0: 100. */
  maxResults?: number;
}

const MAX_RESULTS = 100;
/** Diagnostics and characters of the definition that one message repeats. */
const MAX_TOLD = 50;
const MAX_REPEATED = 10_000;

/**
 * Everything that is wrong with the text of a definition, as ValidateStateMachineDefinition answers it.
 * @example validateStateMachineDefinition('{}', {}).diagnostics[0]?.message // These fields are required: [States, StartAt]
 */
export function validateStateMachineDefinition(
  text: string,
  options: ReportOptions = {},
): DefinitionReport {
  const { diagnostics } = validateDefinitionText(text, { machineType: options.type ?? 'STANDARD' });
  const least = options.severity ?? 'ERROR';
  const shown = diagnostics.filter(({ severity }) => severity === 'ERROR' || least === 'WARNING');
  const most = options.maxResults || MAX_RESULTS;
  return {
    result: isValid(diagnostics) ? 'OK' : 'FAIL',
    diagnostics: shown.slice(0, most).map(({ severity, code, message, location }) => ({
      severity,
      code,
      message,
      ...(location === '' ? {} : { location }),
    })),
    truncated: shown.length > most,
  };
}

/**
 * Reads a definition that a state machine is to have.
 * @returns the definition, or the message of the refusal (InvalidDefinition)
 * @example readMachineDefinition('{}', 'STANDARD').refusal // Invalid State Machine Definition: 'SCHEMA_VALIDATION_FAILED: …'
 */
export function readMachineDefinition(
  text: string,
  type: MachineType,
): { definition: MachineDefinition } | { refusal: string } {
  const { definition, diagnostics } = validateDefinitionText(text, { machineType: type });
  if (isValid(diagnostics)) return { definition: definition as unknown as MachineDefinition };
  const errors = diagnostics.filter(({ severity }) => severity === 'ERROR');
  const label = errors.find(({ code }) => code === 'INVALID_LABEL_NAME');
  if (label !== undefined && errors.length === 1) return { refusal: labelRefusal(label, text) };
  return { refusal: refusalOf(errors) };
}

/** The message that refuses a definition for these errors. */
export function refusalOf(errors: readonly Diagnostic[]): string {
  const told = errors
    .slice(0, MAX_TOLD)
    // Where there is no place, the service writes so.
    .map(({ code, message, location }) => `${code}: ${message} at ${location || 'null'}`);
  return `Invalid State Machine Definition: '${told.join(', ')}'`;
}

/**
 * Labels are refused in another form than everything else, without code and place and with the whole definition: this
 * is how the refusal was recorded. `millrace validate` and ValidateStateMachineDefinition tell code and place.
 */
function labelRefusal({ message }: Diagnostic, text: string): string {
  const repeated = text.length > MAX_REPEATED ? `${text.slice(0, MAX_REPEATED)}…` : text;
  return `Error=ValueError Args=[${quoted(message)}] in definition '${repeated}'.`;
}

/** A text in quotes: single ones, unless it has such and no double ones. */
function quoted(text: string): string {
  const escaped = text.replaceAll('\\', '\\\\');
  if (text.includes("'") && !text.includes('"')) return `"${escaped}"`;
  return `'${escaped.replaceAll("'", "\\'")}'`;
}
