/**
 * Causes of failures. Lambda puts its exception into a cause as JSON, tasks that wait for a job the whole job; people want the
 * message, and the rest when they ask.
 * @module
 */
export interface ReadableCause {
  message: string;
  /** Kind of error in the function's own language, such as `ZeroDivisionError`. */
  errorType?: string;
  /** Lines of the stack trace, outermost first as the runtime gave them; of a job all that is known of it. */
  stack: string[];
}

/** Where a job says why it failed: Glue, Batch, SageMaker. */
const OF_JOBS = ['ErrorMessage', 'StatusReason', 'FailureReason'];

/**
 * Reads a cause; one that is no JSON of a function or a job is its own message.
 * @example readCause('{"errorMessage":"no such file","stackTrace":["at load"]}').message // 'no such file'
 */
export function readCause(cause: string): ReadableCause {
  if (cause.startsWith('{')) {
    try {
      const parsed = JSON.parse(cause) as { [key: string]: unknown };
      if (typeof parsed.errorMessage === 'string') {
        const trace = [parsed.stackTrace, parsed.trace].find(Array.isArray) ?? [];
        return {
          message: parsed.errorMessage,
          ...(typeof parsed.errorType === 'string' ? { errorType: parsed.errorType } : {}),
          stack: trace
            .flatMap((entry: unknown) => String(entry).split('\n'))
            .filter((line: string) => line.trim() !== ''),
        };
      }
      const why = OF_JOBS.map((name) => parsed[name]).find((one) => typeof one === 'string');
      if (typeof why === 'string' && why !== '') {
        return { message: why, stack: JSON.stringify(parsed, undefined, 2).split('\n') };
      }
    } catch {
      // Not JSON after all: shown as it is.
    }
  }
  return { message: cause, stack: [] };
}
