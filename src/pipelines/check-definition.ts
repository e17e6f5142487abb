/**
 * Checks a pipeline's state machine and says what is wrong where it is written.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { isObject } from '../asl/json.js';
import {
  type Diagnostic,
  type DiagnosticCode,
  didYouMean,
  validateDefinition,
} from '../asl/validate.js';
import type { FoundDefinition } from './find-definition.js';
import { type Loading, pathInside } from './loading.js';
import type { SourcePosition } from './plan.js';
import type { ProblemCode } from './problem.js';
import { problemAt } from './source-file.js';
import { statesOf, tasksOf } from './tasks.js';
import { unboundTasks } from './unbound.js';

const CODES: Record<DiagnosticCode, ProblemCode> = {
  SCHEMA_VALIDATION_FAILED: 'MILL1201',
  INVALID_STATE_NAME: 'MILL1201',
  DUPLICATE_LABEL_NAME: 'MILL1201',
  INVALID_LABEL_NAME: 'MILL1201',
  INVALID_JSONATA_EXPRESSION: 'MILL1201',
  UNSUPPORTED_JSONATA_EXPRESSION: 'MILL1201',
  INVALID_VARIABLE_NAME: 'MILL1201',
  RESERVED_VARIABLE_NAME: 'MILL1201',
  INVALID_JSON_DESCRIPTION: 'MILL1201',
  MISSING_TRANSITION_TARGET: 'MILL1202',
  MISSING_END_STATE: 'MILL1202',
  DUPLICATE_STATE_NAME: 'MILL1203',
  TOO_DEEPLY_NESTED: 'MILL1204',
  LIMIT_EXCEEDED: 'MILL1204',
  NO_DOLLAR: 'MILL1206',
  NO_PATH: 'MILL1206',
  PASS_RESULT_IS_STATIC: 'MILL1206',
  UNREPLACED_PLACEHOLDER: 'MILL1206',
  UNKNOWN_ERROR_NAME: 'MILL1206',
};

/**
 * Adds everything that is wrong with the definition to the problems.
 * @param concerns tells which findings are told; all when absent
 */
export function checkDefinition(
  found: FoundDefinition,
  loading: Loading,
  { machineType = 'STANDARD', concerns = () => true }: DefinitionChecks = {},
): void {
  const diagnostics = validateDefinition(found.definition, { machineType }).filter(concerns);
  const lost = diagnostics
    .filter(({ pointer, message }) => pointer.endsWith('/StartAt') && message.startsWith('Missing'))
    .map(({ pointer }) => pointer.slice(0, -'StartAt'.length));
  for (const diagnostic of diagnostics) {
    if (!isConsequence(diagnostic, lost)) addDiagnostic(diagnostic, found, loading);
  }
}

/** How a definition is checked. */
export interface DefinitionChecks {
  /** Default: STANDARD. */
  machineType?: 'STANDARD' | 'EXPRESS';
  concerns?: (diagnostic: Diagnostic) => boolean;
}

/** Where StartAt leads nowhere no state is reached: saying so of each would bury the cause. */
function isConsequence({ pointer, message }: Diagnostic, lost: readonly string[]): boolean {
  return message.endsWith(' is not reachable.') && lost.some((scope) => pointer.startsWith(scope));
}

/** How messages about fields that should not be there begin. */
const SURPLUS = /^(Field '|The QueryLanguage is set )/;

function addDiagnostic(diagnostic: Diagnostic, found: FoundDefinition, loading: Loading): void {
  const { code, location, pointer, severity, suggestion } = diagnostic;
  const message = diagnostic.message + didYouMean(suggestion);
  const { source, path, isWhole } = found.origin(pointer);
  // A field that should not be there is wrong itself; of a state as a whole its name is shown.
  const isKey = isWhole || SURPLUS.test(message) || /\/States(\/[^/]+)?$/.test(pointer);
  loading.problems.push(
    problemAt(source, path, CODES[code], isWhole ? `${message} (${location})` : message, {
      severity: severity === 'ERROR' ? 'error' : 'warning',
      mark: isKey ? 'key' : 'value',
      ...(suggestion === undefined ? {} : { suggestion, fix: `write "${suggestion}"` }),
    }),
  );
}

/** Warns about tasks that nothing on this machine performs. */
export function checkBindings(
  found: FoundDefinition,
  bindings: { [resource: string]: JsonObject },
  loading: Loading,
): void {
  for (const { pointer, resource } of unboundTasks(found.definition, bindings)) {
    const { source, path, isWhole } = found.origin(pointer);
    loading.problems.push(
      problemAt(source, path, 'MILL1205', `nothing here performs "${resource}"`, {
        severity: 'warning',
        mark: isWhole ? 'key' : 'value',
        fix: `bindings: { "${resource}": { lambda: functions/example, handler: index.handler } }; or account: NAME, for AWS to perform it`,
      }),
    );
  }
}

/** Files that tasks name must be there. Names that are computed are known only later. */
export async function checkFiles(found: FoundDefinition, loading: Loading): Promise<void> {
  for (const { state, pointer } of tasksOf(found.definition)) {
    const field = { 'millrace:sql': 'file', 'millrace:shell': 'script' }[String(state.Resource)];
    const key = state.Arguments === undefined ? 'Parameters' : 'Arguments';
    const given = state[key];
    if (field === undefined || !isObject(given)) continue;
    const name = given[field];
    if (typeof name !== 'string' || name.startsWith('{%')) continue;
    const path = pathInside(loading, name);
    if (path !== undefined && (await loading.readFile(path)) !== undefined) continue;
    const origin = found.origin(`${pointer}/${key}/${field}`);
    loading.problems.push(
      problemAt(
        origin.source,
        origin.path,
        'MILL1001',
        path === undefined ? `${name} is not in the pipeline's folder` : `there is no file ${name}`,
        {
          mark: origin.isWhole ? 'key' : 'value',
        },
      ),
    );
  }
}

/** Where each state is written, by name. */
export function statePositions(found: FoundDefinition): { [state: string]: SourcePosition } {
  const positions: { [state: string]: SourcePosition } = {};
  for (const { name, pointer } of statesOf(found.definition)) {
    const { source, path } = found.origin(pointer);
    const { file, line, column } = problemAt(source, path, 'MILL1201', '', { mark: 'key' });
    positions[name] = { file, line, column };
  }
  return positions;
}
