/**
 * What Millrace and the process of a function tell each other over file descriptor 3, one JSON line a message.
 *
 *     Millrace ── Invocation ──▶ process      one at a time
 *     Millrace ◀─── Response ─── process      exactly one for each invocation
 *
 * When the process has answered it also prints `outputEnd` to stdout and stderr: everything before belongs to that
 * invocation. At the end of the descriptor the process ends, so none outlives a crashed server.
 * @module
 */
import type { Json } from '../connector.js';

export interface Invocation {
  requestId: string;
  event: Json;
  /** Milliseconds since the epoch when the function's time is over. */
  deadline: number;
  functionName: string;
  /** With the server's region and account. */
  functionArn: string;
  /** `_X_AMZN_TRACE_ID`. */
  traceId: string;
  /** `TRACEPARENT`; absent when nobody traces. */
  traceparent?: string;
  /** MiB. */
  memory: number;
  /** What a function may know about where it runs; AWS has no such field. */
  millrace: {
    workFolder: string;
    execution: string;
    pipeline: string;
    state: string;
    /** It belongs to a test run. */
    isTestRun?: true;
  };
}

export type Response =
  | { requestId: string; result: Json }
  /** `error` as AWS writes it. `fatal`: the process cannot serve another invocation. */
  | { requestId: string; error: { [field: string]: Json }; fatal: boolean };

/** What is reported when no memory is given, in MiB. */
export const REPORTED_MEMORY = 512;

/** Bytes of a response: AWS's 6 MiB and its allowance. */
export const RESPONSE_LIMIT = 6_291_556;

/** The line that ends an invocation's output. NUL cannot be part of a text that a task means to print. */
export function outputEnd(requestId: string): string {
  return `\0end ${requestId}`;
}
