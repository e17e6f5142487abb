/**
 * Causes of failures. Lambda puts JSON into a cause; people want its message, and its stack when they ask.
 * @module
 */
export interface ReadableCause {
  message: string;
  /** Kind of error in the function's own language, such as `ZeroDivisionError`. */
  errorType?: string;
  /** Lines of the stack trace, outermost first as the runtime gave them. */
  stack: string[];
}

/**
 * Reads a cause; one that is not Lambda's JSON is its own message.
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
    } catch {
      // Not JSON after all: shown as it is.
    }
  }
  return { message: cause, stack: [] };
}
