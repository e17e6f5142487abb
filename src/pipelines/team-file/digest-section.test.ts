import { describe, expect, it } from 'vitest';
import { nextDue } from '../../monitoring/expectations/calendar.js';
import { digestsOf } from './digest-section.js';
import { loadTeamFile } from './team-file.js';

const problemsOf = (digest: string, more = ''): string[] =>
  loadTeamFile('team.yaml', `team: a\ndigest: ${digest}\n${more}`).problems.map(
    ({ line, column, message }) => `${line}:${column} ${message}`,
  );

describe('the digests of a team', () => {
  it.each([
    '{ at: "08:00" }',
    '[]',
    '[{ at: "08:00", to: [outbox, ana] }, { at: "18:00", to: [ana], group: county }]',
    '[{ at: "08:00", only: { group: [a, b] } }, { at: "08:00", only: { group: c } }]',
    '{ at: "23:59", timezone: Europe/Berlin, days: [Mon, weekends], group: county, empty: skip }',
  ])('are taken: %s', (digest) => {
    expect(problemsOf(digest, 'people: { ana: { timezone: Asia/Tokyo } }')).toEqual([]);
  });

  it.each([
    ['{ at: "8" }', '2:15 at: expected a time of day such as "08:00"'],
    ['{ at: "24:00" }', '2:15 at: expected a time of day such as "08:00"'],
    ['{}', '2:9 a digest needs "at"'],
    ['{ at: "08:00", tu: [x] }', '2:24 a digest has no field "tu"; did you mean "to"?'],
    ['{ at: "08:00", timezone: "+02:00" }', "2:34 '+02:00' is no time zone"],
    ['{ at: "08:00", days: [Mon, Someday] }', "2:36 'Someday' is no weekday"],
    [
      '{ at: "08:00", to: [outbux] }',
      '2:29 no channel and nobody is called "outbux" here; did you mean "outbox"?',
    ],
    ['{ at: "08:00", empty: perhaps }', '2:31 empty: '],
    [
      '[{ at: "08:00", to: [outbox] }, { at: "09:00", to: [outbox] }]',
      '2:41 "outbox" gets this digest already: one of a kind a day',
    ],
    ['[{ at: "08:00" }, 3]', '2:27 '],
    ['{ at: "08:00", only: [alpine] }', '2:30 only: '],
    [
      '[{ at: "08:00", only: { g: [a, b] } }, { at: "09:00", only: { G: [B, A] } }]',
      '2:48 the team gets this digest already: one of a kind a day',
    ],
  ])('have mistakes at their places: %s', (digest, problem) => {
    const [first = ''] = problemsOf(digest);
    expect(first.slice(0, problem.length)).toBe(problem);
  });

  it('say the time zone of people, which must be one', () => {
    expect(problemsOf('{ at: "08:00" }', 'people: { ana: { timezone: Mars/Olympus } }')).toEqual([
      "3:28 'Mars/Olympus' is no time zone",
    ]);
  });

  it('are one for each recipient, a person by their own clocks unless the file says otherwise', () => {
    const zoneOf = (name: string): string | undefined =>
      name === 'ana' ? 'Asia/Tokyo' : undefined;
    const zones = (written: object): string[] =>
      digestsOf(written, zoneOf).map(({ to, time }) => `${to} ${time.zone}`);
    expect(zones({ at: '08:00', to: ['mail', 'ana'] })).toEqual(['mail UTC', 'ana Asia/Tokyo']);
    expect(zones({ at: '08:00', to: ['ana'], timezone: 'Europe/Berlin' })).toEqual([
      'ana Europe/Berlin',
    ]);
    const [first] = digestsOf({ at: '08:30', days: 'weekends' }, zoneOf);
    const due = first && nextDue(first.time, Date.parse('2026-11-20T00:00:00Z'));
    expect(new Date(due ?? 0).toISOString()).toBe('2026-11-21T08:30:00.000Z');
  });

  it('that cannot be read are none', () => {
    for (const written of [undefined, null, 3, 'x', [null], { at: 'x' }]) {
      expect(digestsOf(written, () => undefined)).toEqual([]);
    }
  });
});
