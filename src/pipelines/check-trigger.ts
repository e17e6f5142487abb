/**
 * Checks the section `trigger` beyond its shape: schedules that can fire, event patterns and inputs that EventBridge would
 * take, batches that come to an end, folders that lie inside.
 * @module
 */
import type { JsonObject } from '../asl/json.js';
import { parseTargetInput } from '../events/input/target-input.js';
import { parsePattern } from '../events/pattern/parse-pattern.js';
import { parseWildcard } from '../events/pattern/wildcard.js';
import { parseSchedule } from '../events/schedules/schedule.js';
import { parseDuration } from './duration.js';
import { inputSettings } from './event-input.js';
import type { Loading } from './loading.js';
import type { Batch, Trigger } from './section-schema.js';
import { problemAt, type SourceFile, type ValuePath } from './source-file.js';

/** Seconds. */
const MOST_WINDOW = 86_400;

/** Adds everything that is wrong with the trigger to the problems. */
export function checkTrigger(trigger: Trigger, source: SourceFile, loading: Loading): void {
  const report = (path: ValuePath, message: string): void => {
    loading.problems.push(problemAt(source, ['trigger', ...path], 'MILL1302', message));
  };
  const checkBatch = (path: ValuePath, batch: Batch | undefined): void => {
    const seconds = batch && parseDuration(batch.window);
    if (seconds === undefined || (seconds >= 1 && seconds <= MOST_WINDOW)) return;
    report([...path, 'window'], 'a window has 1 second to 24 hours');
  };
  const { schedule, events = [], files } = trigger;
  if (schedule !== undefined) {
    const { dialect, catchUp: _, ...fields } = schedule;
    const parsed = parseSchedule(fields, dialect === 'unix' ? 'unix' : 'scheduler');
    for (const { field, message } of 'problems' in parsed ? parsed.problems : []) {
      report(field === 'expression' ? ['schedule'] : ['schedule', field], message);
    }
  }
  for (const [index, entry] of events.entries()) {
    const { pattern, batch } = entry;
    const parsed = parsePattern(pattern);
    if ('error' in parsed) report(['events', index, 'pattern'], parsed.error.message);
    const target = parseTargetInput('pipeline', inputSettings(entry as JsonObject));
    if ('error' in target) report(['events', index], target.error.message);
    checkBatch(['events', index, 'batch'], batch);
  }
  checkBatch(['files', 'batch'], files?.batch);
  if (files?.batch !== undefined && files.manifest !== undefined) {
    report(
      ['files', 'batch'],
      'a delivery with a manifest is a batch already: give one of the two',
    );
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
