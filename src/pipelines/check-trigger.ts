/**
 * Checks the section `trigger` beyond its shape: schedules that can fire, event patterns and inputs that EventBridge would
 * take, batches that come to an end, folders that lie inside, lists of partners that can be read.
 * @module
 */
import { parseArrivalPattern } from '../events/arrivals/arrival-pattern.js';
import { checkPartners, parsePartners } from '../events/arrivals/partner-list.js';
import { parseTargetInput } from '../events/input/target-input.js';
import { parsePattern } from '../events/pattern/parse-pattern.js';
import { parsePathPattern } from '../events/pattern/path-pattern.js';
import { LONGEST_WINDOW } from '../events/schedules/spread.js';
import { isTimeZone } from '../events/schedules/time-zone.js';
import { parseDuration } from './duration.js';
import { type Loading, pathInside } from './loading.js';
import type { Batch } from './sections/batch.js';
import { inputSettings } from './sections/event-input.js';
import type { Arrivals } from './sections/files-section.js';
import type { Trigger } from './sections/pipeline-sections.js';
import { scheduleOf } from './sections/schedule-section.js';
import { problemAt, type SourceFile, type ValuePath } from './source-file.js';

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/bucketnamingrules.html */
const BUCKET = /^s3:\/\/[a-z0-9][a-z0-9.-]{1,61}[a-z0-9](\/|$)/;
/** Seconds. */
const MOST_WINDOW = 86_400;

/** Adds everything that is wrong with the trigger to the problems. */
export async function checkTrigger(
  trigger: Trigger,
  source: SourceFile,
  loading: Loading,
): Promise<void> {
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
    const { flexibleWindow, jitter } = schedule;
    const parsed = scheduleOf(schedule);
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
    const target = parseTargetInput('pipeline', inputSettings(entry));
    if ('error' in target) report(['events', index], target.error.message);
    checkBatch(['events', index, 'batch'], batch);
  }
  if (files === undefined) return;
  checkBatch(['files', 'batch'], files.batch);
  for (const field of ['match', 'manifest'] as const) {
    const parsed = files[field] === undefined ? undefined : parsePathPattern(files[field]);
    if (parsed && 'reason' in parsed) report(['files', field], parsed.reason);
  }
  const { under, manifest, arrivals } = files;
  if (files.batch !== undefined && manifest !== undefined) {
    report(
      ['files', 'batch'],
      'a delivery with a manifest is a batch already: give one of the two',
    );
  }
  if (under.startsWith('s3:')) {
    if (!BUCKET.test(under)) report(['files', 'under'], 'write a bucket as s3://bucket/folder');
  } else if (pathInside(loading, under) === undefined) {
    report(['files', 'under'], 'name a folder beside the pipeline file');
  }
  if (arrivals === undefined) return;
  for (const field of ['match', 'manifest', 'batch'] as const) {
    if (files[field] !== undefined) {
      report(['files', field], `"arrivals" says which files are waited for: leave out "${field}"`);
    }
  }
  const problems = await arrivalProblems(arrivals, loading);
  for (const [field, problem] of problems) report(['files', 'arrivals', field], problem);
}

async function arrivalProblems(
  { path, partners, by, timezone, whenMissing }: Arrivals,
  loading: Loading,
): Promise<[field: string, problem: string][]> {
  const problems: [string, string][] = [];
  const pattern = parseArrivalPattern(path);
  if ('reason' in pattern) problems.push(['path', pattern.reason]);
  if (timezone !== undefined && !isTimeZone(timezone)) {
    problems.push(['timezone', `"${timezone.slice(0, 100)}" is no time zone`]);
  }
  if (whenMissing === 'start' && by === undefined) {
    problems.push(['whenMissing', 'say with "by" when it starts without those who are missing']);
  }
  if (typeof partners !== 'string') {
    const list = checkPartners(partners);
    if ('reason' in list) problems.push(['partners', list.reason]);
    return problems;
  }
  const file = pathInside(loading, partners);
  const text = file === undefined ? undefined : await loading.readFile(file);
  if (text === undefined) {
    problems.push(['partners', `there is no file ${partners} beside the pipeline file`]);
    return problems;
  }
  const list = parsePartners(text);
  if ('reason' in list) problems.push(['partners', `${partners}: ${list.reason}`]);
  return problems;
}
