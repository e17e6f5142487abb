/**
 * Ids of traces and spans, which follow from what they are about: whoever knows an execution's id knows its trace, and what
 * is sent twice after a crash is the same span twice.
 *
 *     trace of an execution   first 16 bytes of SHA-256 of its id
 *     span of one event       first 8 bytes of SHA-256 of `id#event`; event 0 is the execution itself
 *
 * The id and not the ARN: two teams may have executions of one ARN, and no two have one id.
 *
 * Source: W3C Trace Context, https://www.w3.org/TR/trace-context/ (lower case hex, never all zeros, which a digest is not).
 * @module
 */
import { createHash } from 'node:crypto';

/** @example traceIdOf('019aa…').length // 32 */
export function traceIdOf(execution: string): string {
  return digest(execution).slice(0, 32);
}

/**
 * @param event id of the history event that the span begins with; 0: the execution
 * @example spanIdOf('019aa…', 3).length // 16
 */
export function spanIdOf(execution: string, event: number): string {
  return digest(`${execution}#${event}`).slice(0, 16);
}

/**
 * What is handed to a task, so that its own spans hang under its attempt's. Sampled, for everything is.
 * @param event id of the history event by which the attempt has started
 * @example traceparent('019aa…', 3) // '00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01'
 */
export function traceparent(execution: string, event: number): string {
  return `00-${traceIdOf(execution)}-${spanIdOf(execution, event)}-01`;
}

function digest(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
