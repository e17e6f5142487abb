/**
 * `people` and `rotations`: who there is, and who is on call when.
 *
 *     people:
 *       ana: { email: ana@example.org, slack: U012AB3CD, timezone: Europe/Berlin }
 *       ben: { email: ben@example.org }
 *     rotations:
 *       primary:
 *         { timezone: Europe/Berlin, people: [ana, ben], start: 2026-11-02T09:00, every: 1 week,
 *           overrides: [{ from: 2026-12-24T00:00, until: 2026-12-27T00:00, who: ben }] }
 *
 * @module
 */
import { z } from 'zod';
import { suggest } from '../../asl/validate.js';
import { MEMBER_ID } from '../../channels/slack/slack-message.js';
import { instantOf, isTimeZone } from '../../events/schedules/time-zone.js';
import type { Person } from '../../monitoring/incidents/policy.js';
import type { Duty, Rotation } from '../../monitoring/incidents/rotation.js';
import { parseDuration } from '../duration.js';
import { NAME_MESSAGE, NAME_PATTERN } from '../schema.js';
import { type Duration, duration } from '../step-schema.js';
import type { SectionProblem, TeamSection } from './team-section.js';

const MOST_PEOPLE = 500;
const MOST_ROTATIONS = 50;
const MOST_OVERRIDES = 1_000;
const MINUTE = 60_000;
/** A shift shorter than that is a mistake. */
const SHORTEST_SHIFT = 60 * MINUTE;

const name = z.string().regex(NAME_PATTERN, NAME_MESSAGE);

export type WrittenPeople = {
  [person: string]: {
    email?: string | undefined;
    slack?: string | undefined;
    timezone?: string | undefined;
  };
};

const peopleSchema: z.ZodType<WrittenPeople> = z
  .record(
    name,
    z.strictObject({
      email: z.email().max(254).optional(),
      slack: z
        .string()
        .regex(MEMBER_ID, 'expected the id of a member, such as U012AB3CD')
        .optional(),
      timezone: z.string().min(1).max(64).optional(),
    }),
  )
  .refine((all) => Object.keys(all).length <= MOST_PEOPLE, {
    message: `at most ${MOST_PEOPLE} people`,
  })
  .meta({
    description: 'Who there is: their e-mail address, their id in Slack, their time zone',
  });

export const PEOPLE_SECTION: TeamSection & { schema: z.ZodType<WrittenPeople> } = {
  name: 'people',
  schema: peopleSchema,
  check(written) {
    return Object.entries(peopleSchema.parse(written)).flatMap(([person, { timezone }]) => {
      if (timezone === undefined || isTimeZone(timezone)) return [];
      const message = `'${timezone}' is no time zone`;
      return [{ at: [person, 'timezone'], message, fix: 'write Europe/Berlin or UTC' }];
    });
  },
};

export interface WrittenOverride {
  from: string;
  until: string;
  who: string;
}

export interface WrittenRotation {
  timezone?: string | undefined;
  people?: string[] | undefined;
  start?: string | undefined;
  every?: Duration | undefined;
  overrides?: WrittenOverride[] | undefined;
}

export type WrittenRotations = { [rotation: string]: WrittenRotation };

const moment = z.string().min(1).max(40);
const rotationsSchema: z.ZodType<WrittenRotations> = z
  .record(
    name,
    z.strictObject({
      timezone: z.string().min(1).max(64).optional().meta({ description: 'UTC when absent' }),
      people: z
        .array(name)
        .max(100)
        .optional()
        .meta({ description: 'In their turn; without: only what overrides say' }),
      start: moment
        .optional()
        .meta({ description: 'When the first shift begins: 2026-11-02T09:00 on its clocks' }),
      every: duration.optional().meta({ description: 'How long a shift is; 1 week when absent' }),
      overrides: z
        .array(z.strictObject({ from: moment, until: moment, who: name }))
        .max(MOST_OVERRIDES)
        .optional(),
    }),
  )
  .refine((all) => Object.keys(all).length <= MOST_ROTATIONS, {
    message: `at most ${MOST_ROTATIONS} rotations`,
  })
  .meta({ description: 'Who is on call when' });

const WEEK = 7 * 24 * 60 * MINUTE;
/** Where shifts change when nothing is said: on Mondays at nine. 2024-01-01 was one. */
const USUAL_START = Date.UTC(2024, 0, 1, 9);

export const ROTATIONS_SECTION: TeamSection & { schema: z.ZodType<WrittenRotations> } = {
  name: 'rotations',
  schema: rotationsSchema,
  check(written, all) {
    const people = Object.keys((all.people ?? {}) as WrittenPeople);
    return Object.entries(rotationsSchema.parse(written)).flatMap(([rotation, one]) =>
      problemsOf(one, people).map((problem) => ({ ...problem, at: [rotation, ...problem.at] })),
    );
  },
};

function problemsOf(written: WrittenRotation, known: readonly string[]): SectionProblem[] {
  const { timezone = 'UTC', people = [], start, every, overrides = [] } = written;
  const problems: SectionProblem[] = [];
  const told = (at: SectionProblem['at'], message: string, fix: string): void => {
    problems.push({ at, message, fix });
  };
  if (!isTimeZone(timezone)) {
    told(['timezone'], `'${timezone}' is no time zone`, 'write Europe/Berlin or UTC');
  }
  if (start !== undefined && wallOf(start) === undefined) {
    told(['start'], `'${start.slice(0, 40)}' is no time`, 'write 2026-11-02T09:00');
  }
  const shift = every === undefined ? WEEK : lengthOf(every);
  if (shift === undefined || shift < SHORTEST_SHIFT) {
    told(['every'], 'a shift is an hour or longer', 'write 1 week, 1 day or 12 hours');
  }
  if (people.length === 0 && overrides.length === 0) {
    told([], 'nobody is ever on call in it', 'add people, or overrides');
  }
  for (const [index, person] of people.entries()) {
    if (!known.includes(person)) told(['people', index], ...unknown(person, known));
  }
  for (const [index, { from, until, who }] of overrides.entries()) {
    const [begin, end] = [wallOf(from), wallOf(until)];
    const at = ['overrides', index] as const;
    if (begin === undefined) {
      told([...at, 'from'], `'${from.slice(0, 40)}' is no time`, 'write 2026-12-24T00:00');
    }
    if (end === undefined || (begin !== undefined && end <= begin)) {
      const message = 'an override ends after it has begun';
      told([...at, 'until'], message, 'write a later time, as 2026-12-27T00:00');
    }
    if (!known.includes(who)) told([...at, 'who'], ...unknown(who, known));
  }
  return problems;
}

/** What is said of a name that nobody has. */
export function unknown(person: string, known: readonly string[]): [message: string, fix: string] {
  const meant = suggest(person, [...known]);
  const message = `nobody is called "${person.slice(0, 80)}" here`;
  return [
    meant === undefined ? message : `${message}; did you mean "${meant}"?`,
    `add "${person.slice(0, 80)}" to people`,
  ];
}

/** Milliseconds of a length of time; undefined: it is none. */
export function lengthOf(written: Duration): number | undefined {
  const seconds = parseDuration(written);
  return seconds === undefined ? undefined : seconds * 1_000;
}

/** A wall time in milliseconds, as `wallTime` counts them; undefined: it is none. */
export function wallOf(text: string): number | undefined {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:[T ](\d\d):(\d\d))?$/.exec(text);
  if (found === null) return undefined;
  const [, year, month, day, hour = '0', minute = '0'] = found;
  const wall = Date.UTC(
    ...([Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute)] as const),
  );
  // 31 November is 1 December to a date, and a mistake to people.
  const isTrue = new Date(wall)
    .toISOString()
    .startsWith(`${year}-${month}-${day}T${hour.padStart(2, '0')}`);
  return isTrue ? wall : undefined;
}

/** @example rotationsOf({ primary: { people: ['ana'] } }).get('primary')?.every // 604800000 */
export function rotationsOf(written: WrittenRotations = {}): Map<string, Rotation> {
  return new Map(
    Object.entries(written).map(([name, one]): [string, Rotation] => {
      const { timezone: zone = 'UTC', people = [], start, every, overrides = [] } = one;
      const duties = overrides.map(
        ({ from, until, who }): Duty => ({
          from: instantOf(zone, wallOf(from) ?? 0),
          until: instantOf(zone, wallOf(until) ?? 0),
          person: who,
        }),
      );
      const first = start === undefined ? USUAL_START : (wallOf(start) ?? USUAL_START);
      const length = every === undefined ? WEEK : (lengthOf(every) ?? WEEK);
      return [name, { name, zone, people, start: first, every: length, duties }];
    }),
  );
}

/** People by their names. */
export function peopleOf(written: WrittenPeople = {}): Map<string, Person> {
  return new Map(
    Object.entries(written).map(([person, { email, slack, timezone }]): [string, Person] => [
      person,
      {
        name: person,
        ...(email === undefined ? {} : { email }),
        ...(timezone === undefined ? {} : { timezone }),
        ...(slack === undefined ? {} : { slack }),
      },
    ]),
  );
}
