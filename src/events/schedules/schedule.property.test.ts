import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchingDays } from './cron-fields.js';
import type { Dialect } from './expression.js';
import { nextTime, parseSchedule, type Schedule } from './schedule.js';
import { firstInstantOf, wallTime } from './time-zone.js';

const ZONES = [
  'UTC',
  'America/New_York',
  'Europe/Berlin',
  'Australia/Lord_Howe',
  'America/St_Johns',
];
const MINUTE = 60_000;

const number = (min: number, max: number): fc.Arbitrary<string> =>
  fc.integer({ min, max }).map(String);
const list = (min: number, max: number): fc.Arbitrary<string> =>
  fc.oneof(
    fc.constant('*'),
    number(min, max),
    fc.tuple(number(min, max), number(min, max)).map(([a, b]) => `${a}-${b}`),
    fc.tuple(number(min, max), number(1, max)).map(([a, step]) => `${a}/${step}`),
    fc.array(number(min, max), { minLength: 2, maxLength: 4 }).map((values) => values.join(',')),
  );
const days = fc.oneof(
  fc
    .oneof(list(1, 31), fc.constantFrom('L', 'LW', 'L-3', '1W', '15W', '31W'))
    .map((day) => [day, '?']),
  fc
    .oneof(list(1, 7), fc.constantFrom('L', '6L', '2#1', '7#5', 'MON-FRI'))
    .map((day) => ['?', day]),
);
const cron = fc
  .tuple(list(0, 59), list(0, 23), days, list(1, 12))
  .map(
    ([minute, hour, [day, weekday], month]) =>
      `cron(${minute} ${hour} ${day} ${month} ${weekday} *)`,
  );
const instant = fc.integer({ min: 0, max: 4_102_444_800_000 });
const zone = fc.constantFrom(...ZONES);

function read(text: string, timezone: string): Schedule {
  const parsed = parseSchedule(text, 'scheduler', timezone);
  if ('problems' in parsed) throw new Error(`${text}: ${parsed.problems[0]?.message}`);
  return parsed.schedule;
}

/** The slow way to say it: the wall clock shows a matching time, and for the first time. */
function fires({ timing, timezone }: Schedule, time: number): boolean {
  if (timing.type !== 'cron') throw new Error('only crons here');
  const wall = wallTime(timezone, time);
  const shown = new Date(wall);
  const { fields } = timing;
  const [year, month] = [shown.getUTCFullYear(), shown.getUTCMonth() + 1];
  return (
    fields.minutes.includes(shown.getUTCMinutes()) &&
    fields.hours.includes(shown.getUTCHours()) &&
    fields.months.includes(month) &&
    matchingDays(fields.day, year, month).includes(shown.getUTCDate()) &&
    firstInstantOf(timezone, wall) === time
  );
}

describe('the next time of a cron', () => {
  it('is strictly later and shows what the fields say on the clock of the zone', () => {
    fc.assert(
      fc.property(cron, zone, instant, (text, timezone, after) => {
        const schedule = read(text, timezone);
        const next = nextTime(schedule, after);
        if (next === undefined) return;
        expect(next).toBeGreaterThan(after);
        expect(fires(schedule, next)).toBe(true);
      }),
      { numRuns: 1000 },
    );
  });

  it('leaves no fire time out, also around clock changes', () => {
    const changes = [
      '2026-03-08T05:00Z',
      '2026-11-01T03:00Z',
      '2026-03-29T00:00Z',
      '2026-10-25T00:00Z',
      '2026-04-04T13:00Z',
      '2026-10-03T14:00Z',
    ];
    const near = fc
      .tuple(fc.constantFrom(...changes), fc.integer({ min: -180, max: 180 }))
      .map(([text, minutes]) => Date.parse(text) + minutes * MINUTE);
    fc.assert(
      fc.property(cron, zone, near, (text, timezone, after) => {
        const schedule = read(text, timezone);
        const next = nextTime(schedule, after) ?? Number.POSITIVE_INFINITY;
        const end = Math.min(next, after + 400 * MINUTE);
        for (let time = after + MINUTE; time < end; time += MINUTE) {
          if (fires(schedule, time)) throw new Error(`left out ${new Date(time).toISOString()}`);
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('any text', () => {
  it('is read or refused, and searched, without hanging or throwing', () => {
    const piece = fc.constantFrom(
      '*',
      '?',
      'L',
      'W',
      '#',
      '-',
      '/',
      ',',
      ' ',
      '0',
      '1',
      '5',
      '15',
      '31',
      '99',
      'MON',
      'FEB',
      'cron(',
      'rate(',
      'at(',
      ')',
      'minutes',
      '2026',
      '@daily',
    );
    const noise = fc.array(piece, { maxLength: 24 }).map((pieces) => pieces.join(''));
    const wrapped = fc
      .array(
        fc.array(piece, { minLength: 1, maxLength: 3 }).map((pieces) => pieces.join('')),
        { minLength: 5, maxLength: 6 },
      )
      .map((fields) => `cron(${fields.join(' ')})`);
    const dialects = fc.constantFrom<Dialect>('events', 'scheduler', 'unix');
    fc.assert(
      fc.property(
        fc.oneof(noise, wrapped, cron, fc.string()),
        dialects,
        zone,
        instant,
        (text, dialect, timezone, after) => {
          const parsed = parseSchedule(text, dialect, timezone);
          if ('problems' in parsed) expect(parsed.problems[0]?.message).not.toBe('');
          else expect(nextTime(parsed.schedule, after) ?? after + 1).toBeGreaterThan(after);
        },
      ),
      { numRuns: 10_000 },
    );
  });

  it('of a hundred thousand characters is refused at once', () => {
    for (const text of [
      '*,'.repeat(50_000),
      `cron(${' '.repeat(100_000)})`,
      `rate(${'1'.repeat(100_000)} days)`,
    ]) {
      for (const dialect of ['events', 'scheduler', 'unix'] as const) {
        const started = performance.now();
        expect(parseSchedule(text, dialect)).toHaveProperty('problems');
        expect(performance.now() - started).toBeLessThan(50);
      }
    }
  });
});
