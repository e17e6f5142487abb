/**
 * What the validator finds, and the list it is collected in.
 * @module
 */

/**
 * Codes as ValidateStateMachineDefinition uses them, so far as it documents or shows them.
 *
 * - `SCHEMA_VALIDATION_FAILED` a field is missing, unknown or has a wrong value
 * - `MISSING_TRANSITION_TARGET` a target does not exist, or a state is never reached
 * - `MISSING_END_STATE` no state ends the machine
 * - `DUPLICATE_STATE_NAME` two states of one machine have the same name
 * - `INVALID_STATE_NAME` the name of a state is empty or too long
 * - `DUPLICATE_LABEL_NAME` two Map states of one machine have the same label
 * - `INVALID_LABEL_NAME` a Label is too long or has characters that no ARN may have
 * - `INVALID_JSONATA_EXPRESSION` an expression cannot be parsed
 * - `UNSUPPORTED_JSONATA_EXPRESSION` an expression reads what does not exist where it stands
 * - `INVALID_VARIABLE_NAME`, `RESERVED_VARIABLE_NAME` a variable cannot have this name
 * - `INVALID_JSON_DESCRIPTION` the text is not JSON
 * - `TOO_DEEPLY_NESTED` the definition nests beyond all bounds
 * - `LIMIT_EXCEEDED` too large, or a key that no object may have
 * - `NO_DOLLAR` a value looks like a path but its key does not end in `.$` (warning)
 * - `NO_PATH` a value looks like a path, but the field is not the one that takes a path (warning)
 * - `PASS_RESULT_IS_STATIC` the result of a Pass state looks computed, which it never is (warning)
 * - `UNREPLACED_PLACEHOLDER` the name of a template's parameter stands where an ARN belongs (warning)
 * - `UNKNOWN_ERROR_NAME` an error name in the reserved `States.` space that nothing raises (warning)
 */
export type DiagnosticCode =
  | 'SCHEMA_VALIDATION_FAILED'
  | 'MISSING_TRANSITION_TARGET'
  | 'MISSING_END_STATE'
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_STATE_NAME'
  | 'DUPLICATE_LABEL_NAME'
  | 'INVALID_LABEL_NAME'
  | 'INVALID_JSONATA_EXPRESSION'
  | 'UNSUPPORTED_JSONATA_EXPRESSION'
  | 'INVALID_VARIABLE_NAME'
  | 'RESERVED_VARIABLE_NAME'
  | 'INVALID_JSON_DESCRIPTION'
  | 'TOO_DEEPLY_NESTED'
  | 'LIMIT_EXCEEDED'
  | 'NO_DOLLAR'
  | 'NO_PATH'
  | 'PASS_RESULT_IS_STATIC'
  | 'UNREPLACED_PLACEHOLDER'
  | 'UNKNOWN_ERROR_NAME';

/** A place in a definition, told in two ways. */
export interface Spot {
  /** JSON pointer (RFC 6901) of exactly what is meant; '/' is the definition itself; '' when there is no place. */
  readonly pointer: string;
  /**
   * The place as the service tells it: names as they are, `[0]` for items of lists, and of a field that must not be
   * there the object that has it. Example: `/States/Load/Catch[0]`. '' when the service names no place.
   */
  readonly location: string;
}

/** Something that is wrong, or that is probably not meant. Messages of errors are the service's own, where known. */
export interface Diagnostic extends Spot {
  severity: 'ERROR' | 'WARNING';
  code: DiagnosticCode;
  message: string;
  /** A name that was probably meant. */
  suggestion?: string;
}

/** No place in particular. */
export const NOWHERE: Spot = { pointer: '', location: '' };
/** The definition as a whole. */
export const WHOLE: Spot = { pointer: '/', location: '/' };

/** Collects diagnostics. More than a person can read are counted but not kept. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];

  /** A wrong value, field or structure at a place. */
  schemaError(spot: Spot, message: string, suggestion?: string): void {
    this.error('SCHEMA_VALIDATION_FAILED', spot, message, suggestion);
  }

  error(code: DiagnosticCode, spot: Spot, message: string, suggestion?: string): void {
    this.add('ERROR', code, spot, message, suggestion);
  }

  warning(code: DiagnosticCode, spot: Spot, message: string, suggestion?: string): void {
    this.add('WARNING', code, spot, message, suggestion);
  }

  /** True while there is room for explanations: guessing names costs time, and nobody reads the hundredth guess. */
  get explains(): boolean {
    return this.diagnostics.length < MAX_EXPLAINED;
  }

  private add(
    severity: Diagnostic['severity'],
    code: DiagnosticCode,
    { pointer, location }: Spot,
    message: string,
    suggestion: string | undefined,
  ): void {
    if (this.diagnostics.length >= MAX_DIAGNOSTICS) return;
    const diagnostic: Diagnostic = { severity, code, message, location, pointer };
    this.diagnostics.push(suggestion === undefined ? diagnostic : { ...diagnostic, suggestion });
  }
}

/** Most diagnostics of one validation. */
const MAX_DIAGNOSTICS = 1_000;
/** Diagnostics for which a name that was probably meant is looked for. */
const MAX_EXPLAINED = 100;

/** Something below a spot: fields by their names, items of lists by their numbers. */
export function below(spot: Spot, ...keys: (string | number)[]): Spot {
  let { pointer, location } = spot;
  if (pointer === '/') pointer = '';
  if (location === '/') location = '';
  for (const key of keys) {
    pointer += `/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`;
    location += typeof key === 'number' ? `[${key}]` : `/${key}`;
  }
  return { pointer, location };
}
