/**
 * Compares which schedule expressions are valid, and the words of refusals, with what was recorded.
 * @module
 */
import { awsScheduleRefusal } from '../../src/events/schedules/expression.js';

export interface ScheduleCase {
  name: string;
  service: 'events' | 'scheduler';
  expression: string;
  expected: { valid: boolean; code?: string; message?: string };
}

export interface ScheduleVerdict {
  validity: boolean;
  /** Absent when no words were recorded. */
  words: boolean | undefined;
  difference?: string;
}

export function isScheduleCase(row: { [key: string]: unknown }): boolean {
  return (
    typeof row.expression === 'string' && (row.service === 'events' || row.service === 'scheduler')
  );
}

export function compareSchedule({ service, expression, expected }: ScheduleCase): ScheduleVerdict {
  const refusal = awsScheduleRefusal(expression, service);
  const validity = (refusal === undefined) === expected.valid;
  const words = expected.message === undefined ? undefined : refusal === expected.message;
  if (validity && words !== false) return { validity, words };
  const wanted = expected.message ?? (expected.valid ? 'valid' : 'refused');
  return { validity, words, difference: `${refusal ?? 'valid'}\n    not ${wanted}` };
}
