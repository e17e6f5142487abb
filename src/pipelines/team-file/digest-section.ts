/**
 * `digest`: who gets a digest, when, and of what. One, or a list of them.
 *
 *     digest:
 *       - { at: "08:00", timezone: Europe/Berlin, days: weekdays, to: [mail, ana], group: county, empty: skip }
 *       - { at: "08:00", to: [eva], only: { county: [alpine, butte] } }
 *
 * Each of `to`, a channel or a person, has a digest of its own: a person's at that time by their own clocks.
 * @module
 */
import { z } from 'zod';
import { suggest } from '../../asl/validate.js';
import { isTimeZone } from '../../events/schedules/time-zone.js';
import type { DailyTime } from '../../monitoring/expectations/calendar.js';
import type { TagChoice } from '../../monitoring/tags.js';
import { daysOf } from '../expectations/sentence.js';
import { OUTBOX_NAME } from './channels-section.js';
import type { SectionProblem, TeamSection, WrittenSections } from './team-section.js';

const MOST = 50;
const MOST_TO = 50;
const TIME = /^([01]\d|2[0-3]):([0-5]\d)$/;
const FIELDS = ['at', 'timezone', 'days', 'to', 'group', 'only', 'empty'] as const;

export interface WrittenDigest {
  at: string;
  timezone?: string | undefined;
  days?: string | string[] | undefined;
  to?: string[] | undefined;
  group?: string | undefined;
  only?: { [tag: string]: string | string[] } | undefined;
  empty?: 'skip' | 'send' | undefined;
}

const text = z.string().min(1).max(128);
const one: z.ZodType<WrittenDigest> = z.strictObject({
  at: z
    .string()
    .regex(TIME, 'expected a time of day such as "08:00"')
    .meta({
      description: 'When, by the clocks of the zone',
      examples: ['08:00'],
    }),
  timezone: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .meta({ description: 'UTC when absent; of a person: theirs' }),
  days: z
    .union([text, z.array(text).min(1).max(7)])
    .optional()
    .meta({ description: 'weekdays, weekends, or names of days; every day when absent' }),
  to: z
    .array(text)
    .min(1)
    .max(MOST_TO)
    .optional()
    .meta({ description: "Channels or people; where the team's routes say when absent" }),
  group: text.optional().meta({
    description: 'The tag by whose values things are put together; the team when absent',
  }),
  only: z
    .record(text, z.union([z.string().max(256), z.array(z.string().max(256)).min(1).max(200)]))
    .optional()
    .meta({ description: 'Only of what has these tags; of everything when absent' }),
  empty: z
    .enum(['skip', 'send'])
    .optional()
    .meta({ description: 'What becomes of one in which there is nothing; sent when absent' }),
});

type Written = WrittenDigest | WrittenDigest[];

// Of the list every entry is looked at by itself, so that a mistake is told where it is.
const loose = z.union([
  z.looseObject({}),
  z.array(z.looseObject({})).max(MOST, `at most ${MOST} digests`),
]) as unknown as z.ZodType<Written>;

export const digestForEditors: z.ZodType<Written> = z
  .union([one, z.array(one).max(MOST)])
  .meta({ description: 'Who gets a digest, when, and of what' });

export const DIGEST_SECTION: TeamSection & { schema: z.ZodType<Written> } = {
  name: 'digest',
  schema: loose,
  check(written, all) {
    const isList = Array.isArray(written);
    const entries = (isList ? written : [written]) as unknown[];
    const known = new Set<string>();
    return entries.flatMap((entry, index) => {
      const at = isList ? [index] : [];
      return problemsOf(entry, all, known).map((problem) => ({
        ...problem,
        at: [...at, ...problem.at],
      }));
    });
  },
};

function problemsOf(entry: unknown, all: WrittenSections, known: Set<string>): SectionProblem[] {
  const read = one.safeParse(entry);
  if (!read.success) return read.error.issues.flatMap((issue) => shapeProblems(issue, entry));
  const problems: SectionProblem[] = [];
  const { timezone, days = [], to, group = '', only } = read.data;
  if (timezone !== undefined && !isTimeZone(timezone)) {
    const message = `'${timezone}' is no time zone`;
    problems.push({ at: ['timezone'], message, fix: 'write Europe/Berlin or UTC' });
  }
  for (const [index, day] of [days].flat().entries()) {
    if (daysOf(day) !== undefined) continue;
    const at = Array.isArray(days) ? ['days', index] : ['days'];
    const message = `'${day.slice(0, 40)}' is no weekday`;
    problems.push({ at, message, fix: 'write weekdays, weekends or [Mon, Thu]' });
  }
  const names = [
    ...[OUTBOX_NAME, ...Object.keys(all.channels ?? {}), ...Object.keys(all.people ?? {})],
  ];
  for (const [index, name] of (to ?? []).entries()) {
    if (names.includes(name)) continue;
    const meant = suggest(name, names);
    problems.push({
      at: ['to', index],
      message: `no channel and nobody is called "${name.slice(0, 80)}" here${meant === undefined ? '' : `; did you mean "${meant}"?`}`,
      fix: `add "${name.slice(0, 80)}" to channels or people`,
    });
  }
  for (const name of to ?? ['']) {
    const id = idOf(name, group, only);
    if (!known.has(id)) {
      known.add(id);
      continue;
    }
    const whose = name === '' ? 'the team' : `"${name.slice(0, 80)}"`;
    const message = `${whose} gets this digest already: one of a kind a day`;
    problems.push({ at: [], message, fix: 'leave it out here, or group it otherwise' });
  }
  return problems;
}

function shapeProblems(issue: z.core.$ZodIssue, entry: unknown): SectionProblem[] {
  const at = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step));
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => {
      const meant = suggest(key, [...FIELDS]);
      const more = meant === undefined ? '' : `; did you mean "${meant}"?`;
      const message = `a digest has no field "${key.slice(0, 80)}"${more}`;
      return { at: [key], message, fix: `it has ${FIELDS.join(', ')}`, mark: 'key' as const };
    });
  }
  const [field] = at;
  const isMissing = typeof entry === 'object' && entry !== null && !(String(field) in entry);
  if (isMissing) {
    return [{ at: [], message: `a digest needs "${field}"`, fix: 'write at: "08:00"' }];
  }
  return [{ at, message: `${at.join('.')}: ${issue.message}`, fix: 'write at: "08:00"' }];
}

/** A digest of one recipient. */
export interface PlannedDigest {
  /** Names it among those of its team: it is sent once a day, whatever else of it changes. */
  readonly id: string;
  /** A channel or a person; undefined: where the team's routes say. */
  readonly to?: string;
  readonly time: DailyTime;
  readonly group?: string;
  /** Only of what has these tags. */
  readonly only?: TagChoice;
  readonly sendsEmpty: boolean;
}

/**
 * The digests that a section asks for, one for each recipient. What an older or newer version has written and this one cannot read
 * is left out.
 * @param zoneOf the time zone of a person
 * @example digestsOf({ at: '08:00', to: ['mail', 'ana'] }, () => undefined).map(({ to }) => to) // ['mail', 'ana']
 */
export function digestsOf(
  written: unknown,
  zoneOf: (name: string) => string | undefined,
): PlannedDigest[] {
  const entries = (Array.isArray(written) ? written : [written]) as unknown[];
  return entries.flatMap((entry): PlannedDigest[] => {
    const { data } = one.safeParse(entry);
    if (data === undefined) return [];
    const { at, timezone, days, to, group, only, empty = 'send' } = data;
    const [, hour = '0', minute = '0'] = TIME.exec(at) ?? [];
    const listed =
      days === undefined ? undefined : [days].flat().flatMap((day) => daysOf(day) ?? []);
    return (to ?? [undefined]).map((name) => {
      const own = name === undefined ? undefined : zoneOf(name);
      const zone = timezone ?? own ?? 'UTC';
      return {
        id: idOf(name ?? '', group ?? '', only),
        ...(name === undefined ? {} : { to: name }),
        time: {
          minute: Number(hour) * 60 + Number(minute),
          zone: isTimeZone(zone) ? zone : 'UTC',
          calendar: listed === undefined ? {} : { days: listed },
        },
        ...(group === undefined ? {} : { group }),
        ...(only === undefined ? {} : { only }),
        sendsEmpty: empty === 'send',
      };
    });
  });
}

function idOf(to: string, group: string, only: TagChoice | undefined): string {
  if (only === undefined) return JSON.stringify([to, group.toLowerCase()]);
  const chosen = Object.entries(only)
    .map(([tag, values]) => [tag, ...[values].flat().sort()].map((part) => part.toLowerCase()))
    .sort(([a = ''], [b = '']) => (a < b ? -1 : 1));
  return JSON.stringify([to, group.toLowerCase(), chosen]);
}
