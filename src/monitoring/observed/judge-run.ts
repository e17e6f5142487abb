/**
 * What came of an observed run, as a check result has it.
 *
 *     SUCCEEDED            OK, or WARNING when somebody should know something of it
 *     FAILED, TIMED_OUT …  CRITICAL
 *     UNKNOWN              UNKNOWN
 *
 * @module
 */
import { type CheckStatus, judgeEnding, shorten } from '../check-result.js';
import type { SeenRun } from './observed-run.js';

/** @example judgeRun({ …, status: 'FAILED', cause: 'OutOfMemory' }) // { status: 'CRITICAL', cause: 'failed: OutOfMemory' } */
export function judgeRun(run: SeenRun): { status: CheckStatus; cause: string } {
  const { status, cause = '', warning, counts, numbers } = run;
  switch (status) {
    case 'SUCCEEDED': {
      if (warning !== undefined) return { status: 'WARNING', cause: shorten(warning) };
      if (counts !== undefined) return judgeEnding({ status, produced: counts });
      const told = Object.entries(numbers ?? {}).map(([name, value]) => `${value} ${worded(name)}`);
      return { status: 'OK', cause: shorten(told.length === 0 ? 'succeeded' : told.join(', ')) };
    }
    case 'FAILED':
    case 'TIMED_OUT':
    case 'ABORTED':
      return judgeEnding({ status, cause });
    case 'UNKNOWN':
      return {
        status: 'UNKNOWN',
        cause: shorten(cause === '' ? 'how it ended is not said' : cause),
      };
    case 'RUNNING':
      return { status: 'UNKNOWN', cause: 'it runs' };
  }
}

/** `tablesAdded` → `tables added`. */
function worded(name: string): string {
  return name.replaceAll(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`);
}
