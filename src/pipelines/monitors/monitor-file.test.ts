import { describe, expect, it } from 'vitest';
import { loadMonitors } from './monitor-file.js';

/** `line:column code message`, of a file that is wrong. */
function wrong(text: string): string[] {
  const { monitors, problems } = loadMonitors('watch.yaml', text);
  expect(monitors).toBeUndefined();
  return problems.map(({ line, column, code, message }) => `${line}:${column} ${code} ${message}`);
}

describe('a file of monitors', () => {
  it('says what each watches, with defaults for what it does not say', () => {
    const { monitors, problems } = loadMonitors(
      'watch.yaml',
      `team: parcels
monitors:
  - name: failing-counties
    scope: { include: ["County", "state:CA"], exclude: [test], kind: pipeline }
    groupBy: [County]
    critical: 2
    warning: never
    renotify: 1 day
    mute:
      - { from: "22:00", until: "06:00", days: weekdays, timezone: Europe/Berlin, except: [12-25] }
      - { from: 2026-12-24, until: 2026-12-27T08:00, timezone: Europe/Berlin }
  - { name: missing, on: expectations }
`,
    );
    expect(problems).toEqual([]);
    expect(monitors?.map(({ monitor }) => monitor)).toEqual([
      {
        ...{ name: 'failing-counties', team: 'parcels', groupBy: ['county'] },
        scope: {
          include: [{ key: 'county' }, { key: 'state', value: 'ca' }],
          exclude: [{ key: 'test' }],
          kinds: ['pipeline'],
        },
        condition: { on: 'checks', counts: { warning: undefined, critical: 2, ok: 1 } },
        ...{ noData: 604_800_000, newSource: 300_000, renotify: 86_400_000 },
        mute: [
          {
            ...{ type: 'daily', from: 1320, until: 360, zone: 'Europe/Berlin' },
            calendar: { days: [1, 2, 3, 4, 5], except: ['12-25'] },
          },
          {
            type: 'once',
            from: Date.parse('2026-12-23T23:00:00Z'),
            until: Date.parse('2026-12-27T07:00:00Z'),
          },
        ],
      },
      {
        ...{ name: 'missing', team: 'parcels', groupBy: [], scope: { include: [], exclude: [] } },
        condition: { on: 'expectations', holds: { late: undefined, missing: 0 } },
        ...{ noData: undefined, newSource: 0, renotify: undefined, mute: [] },
      },
    ]);
  });

  it('says everything that is wrong, each at its place', () => {
    expect(
      wrong(`monitors:
  - { name: "a b", critical: 0 }
  - name: b
    critcal: 2
    scope: { includes: [x] }
`),
    ).toEqual([
      expect.stringMatching(/^2:13 MILL1103 .*1 to 80 letters/),
      expect.stringMatching(/^2:30 MILL1103 /),
      expect.stringMatching(/^4:5 MILL1101 unknown field "critcal"; did you mean "critical"\?/),
      expect.stringMatching(/^5:14 MILL1101 unknown field "includes"; did you mean "include"\?/),
    ]);
    expect(
      wrong(`monitors:
  - name: b
    late: 5m
    noData: 1000 weeks
    mute:
      - { from: "22:00", until: "06:00", except: [02-30, 13-01], days: Moonday }
      - { from: 2026-12-27, until: 2026-12-24 }
      - { from: 2026-02-30, until: "06:00" }
      - { from: "1:00", until: "6:00", timezone: Mars/Base }
  - { name: b, on: expectations, critical: 2, missing: never }
`),
    ).toEqual([
      '3:11 MILL1304 "late" is of monitors on expectations, and this one is on checks',
      expect.stringMatching(/^4:13 MILL1304 "1000 weeks" is no time/),
      expect.stringMatching(/^6:51 MILL1304 there is no day 02-30/),
      expect.stringMatching(/^6:58 MILL1304 there is no day 13-01/),
      expect.stringMatching(/^6:72 MILL1304 'Moonday' is no weekday/),
      '7:36 MILL1304 it ends before it begins',
      expect.stringMatching(/^8:17 MILL1304 '2026-02-30' is neither a moment nor a time of day/),
      expect.stringMatching(/^8:36 MILL1304 '06:00' is neither/),
      "9:50 MILL1304 'Mars/Base' is no time zone",
      expect.stringMatching(/^10:13 MILL1304 monitor "b" is in the list already, as number 1/),
      '10:44 MILL1304 "critical" is of monitors on checks, and this one is on expectations',
      '10:56 MILL1304 it can never be an alert',
    ]);
  });

  it('takes no names and tags of several lines, and no lists without end', () => {
    expect(wrong('monitors: [{ name: "a\\nb" }]')).toHaveLength(1);
    expect(wrong('monitors: [{ name: a, scope: { include: ["a\\nb:c"] } }]')).toHaveLength(1);
    const many = `[${Array.from({ length: 60 }, (_, n) => `t${n}`).join(', ')}]`;
    expect(wrong(`monitors: [{ name: a, scope: { include: ${many} } }]`)).toHaveLength(1);
    expect(wrong('monitors: nothing')).toHaveLength(1);
    expect(wrong('monitors: [')).toHaveLength(1);
  });

  it('may hold tags and descriptions with quotes', () => {
    const text = `monitors: [{ name: a, description: 'the "odd" one', scope: { include: ['it"s:"x"'] } }]`;
    expect(loadMonitors('watch.yaml', text).monitors?.[0]?.monitor.scope.include).toEqual([
      { key: 'it"s', value: '"x"' },
    ]);
  });
});
