/**
 * A monitor as people write it, in a file or in a request: one shape and one meaning for both ways.
 * @module
 */
import { z } from 'zod';
import { parseInstant } from '../../events/schedules/calendar.js';
import { instantOf, isTimeZone } from '../../events/schedules/time-zone.js';
import { type Calendar, dateProblem } from '../../monitoring/expectations/calendar.js';
import {
  type Condition,
  MONITOR_DEFAULTS,
  MOST_COUNT,
  type Monitor,
  type MonitorScope,
} from '../../monitoring/monitors/monitor.js';
import type { Mute } from '../../monitoring/monitors/mute.js';
import { readTag } from '../../monitoring/tags.js';
import { parseDuration } from '../duration.js';
import { daysOf } from '../expectations/sentence.js';
import { NAME_MESSAGE, NAME_PATTERN } from '../schema.js';
import { duration } from '../step-schema.js';

const never = z.literal('never');
const count = z.union([z.int().min(1).max(MOST_COUNT), never]);
const span = z.union([duration, never]);
const tag = z
  .string()
  .min(1)
  .max(300)
  .regex(/^[^\p{Cc}]+$/u, 'expected KEY:VALUE or KEY, on one line');
const tags = z.array(tag).max(50);
const texts = z.union([
  z.string().min(1).max(600),
  z.array(z.string().min(1).max(600)).min(1).max(100),
]);
const dates = z.array(z.string().min(1).max(20)).max(1_000);

const muteSchema = z.strictObject({
  from: z.string().min(1).max(40).meta({ description: 'A moment, or a time of day: 22:00' }),
  until: z.string().min(1).max(40).meta({ description: 'The same; itself not included' }),
  timezone: z.string().min(1).max(64).optional(),
  days: z
    .union([z.string().min(1).max(20), z.array(z.string().min(1).max(20)).min(1).max(7)])
    .optional(),
  except: dates.optional(),
  also: dates.optional(),
});

/** One of the list `monitors`, and the body of a request; `name` stands in the path there. */
export const writtenMonitor = z.strictObject({
  name: z.string().regex(NAME_PATTERN, NAME_MESSAGE),
  description: z.string().min(1).max(1_000).optional(),
  on: z.enum(['checks', 'expectations']).optional(),
  scope: z
    .strictObject({
      include: tags.optional(),
      exclude: tags.optional(),
      kind: texts.optional(),
      pipeline: texts.optional(),
    })
    .optional(),
  groupBy: z.union([tag, z.array(tag).max(10)]).optional(),
  warning: count.optional(),
  critical: count.optional(),
  ok: z.int().min(1).max(MOST_COUNT).optional(),
  late: span.optional(),
  missing: span.optional(),
  noData: span.optional(),
  newSource: duration.optional(),
  renotify: span.optional(),
  mute: z.array(muteSchema).max(50).optional(),
});
export type WrittenMonitor = z.infer<typeof writtenMonitor>;
type WrittenMute = z.infer<typeof muteSchema>;

/** Something that a shape does not tell. */
export interface MonitorProblem {
  /** Where in the monitor. */
  readonly field: readonly (string | number)[];
  readonly message: string;
  readonly fix: string;
}

/** Seconds that anything of a monitor may last: ten years. */
const LONGEST = 315_360_000;
const OF_CHECKS = ['warning', 'critical', 'ok', 'noData', 'newSource'] as const;
const OF_EXPECTATIONS = ['late', 'missing'] as const;

/**
 * What a monitor means, or everything that is wrong with it beyond its shape.
 * @example readMonitor({ name: 'failures', critical: 2 }, 'parcels').monitor?.condition
 */
export function readMonitor(
  written: WrittenMonitor,
  team: string,
): { monitor?: Monitor; problems: readonly MonitorProblem[] } {
  const problems: MonitorProblem[] = [];
  const wrong = (field: MonitorProblem['field'], message: string, fix: string): void => {
    problems.push({ field, message, fix });
  };
  const { name, description, on = 'checks', groupBy = [], mute = [] } = written;
  for (const field of on === 'checks' ? OF_EXPECTATIONS : OF_CHECKS) {
    if (written[field] === undefined) continue;
    const other = on === 'checks' ? 'expectations' : 'checks';
    wrong(
      [field],
      `"${field}" is of monitors on ${other}, and this one is on ${on}`,
      `leave it out, or write "on: ${other}"`,
    );
  }
  const time = (
    field: 'late' | 'missing' | 'noData' | 'newSource' | 'renotify',
    otherwise: number | undefined,
    least = 0,
  ) => {
    const value = written[field];
    if (value === undefined) return otherwise;
    if (value === 'never') return undefined;
    const seconds = parseDuration(value);
    if (seconds !== undefined && seconds >= least && seconds <= LONGEST) return seconds * 1000;
    wrong(
      [field],
      `${JSON.stringify(value)} is no time from ${least} seconds to 10 years`,
      'write 10m, 24 hours or 7 days',
    );
    return otherwise;
  };
  const monitor: Monitor = {
    name,
    team,
    ...(description === undefined ? {} : { description }),
    scope: scopeOf(written.scope ?? {}),
    groupBy: [...new Set([groupBy].flat().map((one) => one.toLowerCase()))],
    condition: conditionOf(written, on, time, wrong),
    noData: on === 'checks' ? time('noData', MONITOR_DEFAULTS.noData, 60) : undefined,
    newSource: on === 'checks' ? (time('newSource', MONITOR_DEFAULTS.newSource) ?? 0) : 0,
    renotify: time('renotify', MONITOR_DEFAULTS.renotify, 60),
    mute: mute.flatMap(
      (one, index) =>
        muteOf(one, (field, ...told) => wrong(['mute', index, ...field], ...told)) ?? [],
    ),
  };
  return problems.length === 0 ? { monitor, problems } : { problems };
}

type Time = (field: 'late' | 'missing', otherwise: number | undefined) => number | undefined;
type Wrong = (field: MonitorProblem['field'], message: string, fix: string) => void;

function conditionOf(
  { warning, critical, ok }: WrittenMonitor,
  on: 'checks' | 'expectations',
  time: Time,
  wrong: Wrong,
): Condition {
  const isOff = 'it can never be an alert';
  if (on === 'expectations') {
    const { holds } = MONITOR_DEFAULTS;
    const read = { late: time('late', holds.late), missing: time('missing', holds.missing) };
    if (read.late === undefined && read.missing === undefined)
      wrong(['missing'], isOff, 'write "missing: 0"');
    return { on, holds: read };
  }
  const { counts } = MONITOR_DEFAULTS;
  const read = (value: number | 'never' | undefined, otherwise: number): number | undefined =>
    value === 'never' ? undefined : (value ?? otherwise);
  const made = {
    warning: read(warning, counts.warning),
    critical: read(critical, counts.critical),
    ok: ok ?? counts.ok,
  };
  return { on, counts: made };
}

function scopeOf({
  include = [],
  exclude = [],
  kind,
  pipeline,
}: NonNullable<WrittenMonitor['scope']>): MonitorScope {
  return {
    include: include.map(readTag),
    exclude: exclude.map(readTag),
    ...(kind === undefined ? {} : { kinds: [kind].flat() }),
    ...(pipeline === undefined ? {} : { pipelines: [pipeline].flat() }),
  };
}

const TIME_OF_DAY = /^([01]\d|2[0-3]):([0-5]\d)$/;

function muteOf(written: WrittenMute, wrong: Wrong): Mute | undefined {
  const { from, until, timezone = 'UTC', days, except, also } = written;
  if (!isTimeZone(timezone)) {
    wrong(['timezone'], `'${timezone}' is no time zone`, 'write Europe/Berlin or UTC');
    return undefined;
  }
  const [first, last] = [minuteOf(from), minuteOf(until)];
  if (first !== undefined && last !== undefined) {
    const calendar = calendarOf(written, wrong);
    return calendar && { type: 'daily', from: first, until: last, zone: timezone, calendar };
  }
  const fix = 'write 22:00 for each day, or 2026-12-24T18:00 for once';
  if (days !== undefined || except !== undefined || also !== undefined) {
    wrong(['from'], 'days are of windows with a time of day, and this one is a moment', fix);
    return undefined;
  }
  const [begins, ends] = [momentOf(from, timezone), momentOf(until, timezone)];
  if (begins === undefined) wrong(['from'], `'${from}' is neither a moment nor a time of day`, fix);
  if (ends === undefined) wrong(['until'], `'${until}' is neither a moment nor a time of day`, fix);
  if (begins === undefined || ends === undefined) return undefined;
  if (begins < ends) return { type: 'once', from: begins, until: ends };
  wrong(['until'], 'it ends before it begins', 'let it end later');
  return undefined;
}

function calendarOf(
  { days, except = [], also = [] }: WrittenMute,
  wrong: Wrong,
): Calendar | undefined {
  let isSound = true;
  const tell: Wrong = (...told) => {
    isSound = false;
    wrong(...told);
  };
  const numbers =
    days === undefined
      ? undefined
      : [days].flat().flatMap((name, index) => {
          const found = daysOf(name);
          const field = Array.isArray(days) ? ['days', index] : ['days'];
          if (found === undefined)
            tell(field, `'${name}' is no weekday`, 'write weekdays, weekends or Mon');
          return found ?? [];
        });
  for (const [field, list] of Object.entries({ except, also })) {
    for (const [index, date] of list.entries()) {
      const problem = dateProblem(date);
      if (problem !== undefined) tell([field, index], problem, 'write 2026-12-25 or 12-25');
    }
  }
  if (!isSound) return undefined;
  return {
    ...(numbers === undefined ? {} : { days: numbers }),
    ...(except.length === 0 ? {} : { except }),
    ...(also.length === 0 ? {} : { also }),
  };
}

/** Minutes after midnight of `22:00`; undefined: it is no time of day. */
function minuteOf(text: string): number | undefined {
  const parts = TIME_OF_DAY.exec(text);
  return parts === null ? undefined : Number(parts[1]) * 60 + Number(parts[2]);
}

/** `2026-12-24`, `2026-12-24T18:00` by the clocks of a zone, or with a zone of its own. */
function momentOf(text: string, zone: string): number | undefined {
  const bare = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}:\d{2})(:\d{2})?)?$/.exec(text);
  if (bare === null) return parseInstant(text);
  const [, date = '', time = '00:00', seconds = ':00'] = bare;
  if (dateProblem(date) !== undefined) return undefined;
  const wall = parseInstant(`${date}T${time}${seconds}Z`);
  return wall === undefined ? undefined : instantOf(zone, wall);
}

/** A monitor in a request: what is wrong comes as one text. */
export function parseMonitor(
  json: unknown,
  team: string,
): { monitor: Monitor; written: WrittenMonitor } | { problem: string } {
  const shaped = writtenMonitor.safeParse(json);
  if (!shaped.success) {
    const told = shaped.error.issues
      .slice(0, 20)
      .map(({ path, message }) => `${path.map(String).join('.') || 'the monitor'}: ${message}`);
    return { problem: told.join('; ').slice(0, 2_000) };
  }
  const { monitor, problems } = readMonitor(shaped.data, team);
  if (monitor !== undefined) return { monitor, written: shaped.data };
  const told = problems
    .slice(0, 20)
    .map(({ field, message, fix }) => `${field.join('.')}: ${message} (${fix})`);
  return { problem: told.join('; ').slice(0, 2_000) };
}
