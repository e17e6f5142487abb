/**
 * Checks the section `trigger` beyond its shape: schedules that can fire, event patterns and inputs that EventBridge would
 * take, and what does not act yet.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { parseTargetInput } from '../events/input/target-input.js';
import { parsePattern } from '../events/pattern/parse-pattern.js';
import { parseWildcard } from '../events/pattern/wildcard.js';
import { parseSchedule } from '../events/schedules/schedule.js';
import { LONGEST_WINDOW } from '../events/schedules/spread.js';
import { parseDuration } from './duration.js';
import { inputSettings } from './event-input.js';
import type { Loading } from './loading.js';
import type { Trigger } from './section-schema.js';
import { problemAt, type SourceFile, type ValuePath } from './source-file.js';

/** Adds everything that is wrong with the trigger to the problems. */
export function checkTrigger(trigger: Trigger, source: SourceFile, loading: Loading): void {
  const report = (path: ValuePath, message: string): void => {
    loading.problems.push(problemAt(source, ['trigger', ...path], 'MILL1302', message));
  };
  const later = (path: ValuePath, what: string): void => {
    const message = `${what} does not act yet`;
    const details = { severity: 'warning', mark: 'key' } as const;
    loading.problems.push(problemAt(source, ['trigger', ...path], 'MILL1301', message, details));
  };
  const { schedule, events = [], files } = trigger;
  if (schedule !== undefined) {
    const { dialect, catchUp: _, flexibleWindow, jitter, ...fields } = schedule;
    const parsed = parseSchedule(fields, dialect === 'unix' ? 'unix' : 'scheduler');
    for (const { field, message } of 'problems' in parsed ? parsed.problems : []) {
      report(field === 'expression' ? ['schedule'] : ['schedule', field], message);
    }
    for (const [field, length] of Object.entries({ flexibleWindow, jitter })) {
      const ms = length === undefined ? 0 : (parseDuration(length) ?? 0) * 1000;
      if (ms > LONGEST_WINDOW) report(['schedule', field], 'it may be a day at most');
    }
  }
  for (const [index, entry] of events.entries()) {
    const { pattern, batch } = entry;
    const parsed = parsePattern(pattern);
    if ('error' in parsed) report(['events', index, 'pattern'], parsed.error.message);
    const target = parseTargetInput('pipeline', inputSettings(entry as JsonObject));
    if ('error' in target) report(['events', index], target.error.message);
    if (batch !== undefined) later(['events', index, 'batch'], '"batch"');
  }
  for (const field of ['match', 'manifest'] as const) {
    const parsed = files?.[field] === undefined ? undefined : parseWildcard(files[field]);
    if (parsed && 'reason' in parsed) report(['files', field], parsed.reason);
  }
  if (
    files !== undefined &&
    (files.under.startsWith('/') || files.under.split('/').includes('..'))
  ) {
    report(['files', 'under'], 'name a folder beside the pipeline file');
  }
}
