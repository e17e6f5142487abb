/**
 * What the validator finds, and the list it is collected in.
 * @module
 */

/**
 * Codes as ValidateStateMachineDefinition uses them, so far as it documents or shows them.
 *
 * - `SCHEMA_VALIDATION_FAILED` a field is missing, unknown or has a wrong value
 * - `MISSING_TRANSITION_TARGET` a target does not exist, or a state is never reached
 * - `DUPLICATE_STATE_NAME` two states of one machine have the same name
 * - `INVALID_LABEL_NAME` a Label is too long or has characters that no ARN may have
 * - `INVALID_JSON_DESCRIPTION` the text is not JSON
 * - `LIMIT_EXCEEDED` too large, too deep, or a key that no object may have
 * - `MISSING_END_STATE` no state ends the machine (warning: it may be meant)
 * - `NO_DOLLAR` a value looks like a path but its key does not end in `.$` (warning)
 * - `UNREPLACED_PLACEHOLDER` the name of a template's parameter stands where an ARN belongs (warning)
 * - `UNKNOWN_ERROR_NAME` an error name in the reserved `States.` space that nothing raises (warning)
 */
export type DiagnosticCode =
  | 'SCHEMA_VALIDATION_FAILED'
  | 'MISSING_TRANSITION_TARGET'
  | 'DUPLICATE_STATE_NAME'
  | 'INVALID_LABEL_NAME'
  | 'INVALID_JSON_DESCRIPTION'
  | 'LIMIT_EXCEEDED'
  | 'MISSING_END_STATE'
  | 'NO_DOLLAR'
  | 'UNREPLACED_PLACEHOLDER'
  | 'UNKNOWN_ERROR_NAME';

export interface Diagnostic {
  severity: 'ERROR' | 'WARNING';
  code: DiagnosticCode;
  message: string;
  /** JSON pointer into the definition; '/' is the definition itself; '' when there is no place. */
  location: string;
  /** A name that was probably meant. */
  suggestion?: string;
}

/** Collects diagnostics. More than a person can read are counted but not kept. */
export class Report {
  readonly diagnostics: Diagnostic[] = [];

  /** A wrong value, field or structure at a place. */
  schemaError(location: string, message: string, suggestion?: string): void {
    this.error('SCHEMA_VALIDATION_FAILED', location, message, suggestion);
  }

  error(code: DiagnosticCode, location: string, message: string, suggestion?: string): void {
    this.add({ severity: 'ERROR', code, message, location }, suggestion);
  }

  warning(code: DiagnosticCode, location: string, message: string): void {
    this.add({ severity: 'WARNING', code, message, location }, undefined);
  }

  /** True while there is room for explanations: guessing names costs time, and nobody reads the hundredth guess. */
  get explains(): boolean {
    return this.diagnostics.length < MAX_EXPLAINED;
  }

  private add(diagnostic: Diagnostic, suggestion: string | undefined): void {
    if (this.diagnostics.length >= MAX_DIAGNOSTICS) return;
    this.diagnostics.push(suggestion === undefined ? diagnostic : { ...diagnostic, suggestion });
  }
}

/** Most diagnostics of one validation. */
const MAX_DIAGNOSTICS = 1_000;
/** Diagnostics for which a name that was probably meant is looked for. */
const MAX_EXPLAINED = 100;

/** The pointer of something below a pointer (RFC 6901). */
export function below(pointer: string, ...keys: (string | number)[]): string {
  const base = pointer === '/' ? '' : pointer;
  return base + keys.map((key) => `/${escapeKey(String(key))}`).join('');
}

function escapeKey(key: string): string {
  return key.replaceAll('~', '~0').replaceAll('/', '~1');
}
