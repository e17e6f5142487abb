/**
 * The first thing to see of a failed execution: state, error, cause, and what can be done now.
 * @module
 */
import colors from 'picocolors';
import type { Execution } from '../api/executions.js';
import type { StateVisit } from '../api/traces.js';
import { printable } from './text.js';

/**
 * Text of the box; empty for an execution that has not failed.
 * @param options `isKept: false` for an execution that is forgotten when it has ended: nothing can be done with it
 * @example process.stderr.write(errorBox(execution, visits))
 */
export function errorBox(
  execution: Execution,
  visits: readonly StateVisit[],
  { isKept = true }: { isKept?: boolean } = {},
): string {
  if (!['FAILED', 'TIMED_OUT', 'ABORTED'].includes(execution.status)) return '';
  const failed =
    visits.findLast((visit) => visit.status === 'failed' && visit.error !== undefined) ??
    visits.findLast((visit) => visit.status === 'failed');
  const bar = colors.red('│');
  const lines = [
    `${colors.red('╭')} ${colors.red(colors.bold(printable(execution.error ?? execution.status)))}` +
      (failed === undefined ? '' : ` in state ${colors.bold(printable(failed.name))}`) +
      (failed !== undefined && failed.attempts > 1 ? `, attempt ${failed.attempts}` : ''),
  ];
  for (const line of readableCause(execution.cause ?? '')) lines.push(`${bar} ${line}`);
  if (!isKept) return `${[...lines, colors.red('╰')].join('\n')}\n`;
  const id = execution.id;
  lines.push(
    `${colors.red('╰')} ${colors.dim('logs')}  millrace logs ${id}${failed === undefined ? '' : ` --state ${quoted(failed.name)}`}`,
    `  ${colors.dim('again')} millrace redrive ${id}                 ${colors.dim('from the failed state')}`,
    `        millrace redrive ${id} --with-current  ${colors.dim('with the pipeline as it is now')}`,
  );
  return `${lines.join('\n')}\n`;
}

/** A cause that is JSON text, as Lambda writes it, becomes message and stack trace. */
function readableCause(cause: string): string[] {
  try {
    const parsed = JSON.parse(cause) as {
      errorMessage?: unknown;
      stackTrace?: unknown;
      trace?: unknown;
    };
    if (typeof parsed.errorMessage === 'string') {
      const trace = [parsed.stackTrace, parsed.trace].find(Array.isArray) as string[] | undefined;
      return [parsed.errorMessage, ...(trace ?? []).flatMap((entry) => String(entry).split('\n'))]
        .filter((line) => line.trim() !== '')
        .slice(0, 20)
        .map(printable);
    }
  } catch {
    // Not JSON: shown as it is.
  }
  return cause.split('\n').slice(0, 20).map(printable);
}

function quoted(text: string): string {
  return /^[\w.-]+$/.test(text) ? text : `'${printable(text).replaceAll("'", "'\\''")}'`;
}
