import { describe, expect, it } from 'vitest';
import { wallTime } from '../../events/schedules/time-zone.js';
import { baselineOf, type KnownBaseline, NEEDED_SAMPLES } from './baseline.js';
import { judge } from './judge.js';
import type { MetricName } from './metric.js';
import { DAY, type Sample, WEEK, type Zone } from './sample.js';
import { suggestThresholds } from './thresholds.js';

const MINUTE = 60_000;
/** A Monday. */
const START = Date.parse('2026-08-31T01:00:00Z');
const berlin: Zone = { name: 'Europe/Berlin', wall: (at) => wallTime('Europe/Berlin', at) };

/** Noise that is the same each time: spread evenly over ±1, without order. */
const wobble = (place: number): number => (((place * 7919) % 101) - 50) / 50;
const daily = (count: number, value: (day: number) => number): Sample[] =>
  Array.from({ length: count }, (_, day) => ({ at: START + day * DAY, value: value(day) }));
const minutes = (base: number) => (day: number) => MINUTE * base * (1 + 0.08 * wobble(day));

function known(samples: Sample[], metric: MetricName = 'duration', after = 0): KnownBaseline {
  const now = Math.max(...samples.map(({ at }) => at)) + after;
  const baseline = baselineOf(samples, { metric, zone: berlin, now });
  if (!baseline.known) throw new Error('not known');
  return baseline;
}
const all = (baseline: KnownBaseline) => {
  const usual = baseline.grains.at(-1)?.buckets[0];
  if (usual === undefined) throw new Error('no bucket of all');
  return usual;
};

describe('a baseline', () => {
  it('is not known from one point, and sets no threshold then', () => {
    const samples = daily(1, minutes(20));
    const baseline = baselineOf(samples, { metric: 'duration', zone: berlin, now: START });
    expect(baseline).toEqual({
      known: false,
      metric: 'duration',
      counts: { used: 1, notNumbers: 0, older: 0, later: 0 },
    });
    expect(judge(baseline, { at: START, value: 1e9 }, berlin)).toEqual({
      verdict: 'unknown',
      words: 'not known yet: 1 execution of 8 needed',
    });
    const suggestion = suggestThresholds(baseline, samples, { zone: berlin, now: START });
    expect(suggestion.known).toBe(false);
  });

  it('is known from the eighth sample on', () => {
    const of = (count: number): boolean =>
      baselineOf(daily(count, minutes(20)), {
        metric: 'duration',
        zone: berlin,
        now: START + 50 * DAY,
      }).known;
    expect([of(NEEDED_SAMPLES - 1), of(NEEDED_SAMPLES)]).toEqual([false, true]);
  });

  it('leaves out what is no number, what is older than 13 weeks and what is later than now, and counts it', () => {
    const good = daily(91, minutes(20));
    const bad = [
      { at: START, value: Number.NaN },
      { at: START, value: Number.POSITIVE_INFINITY },
      { at: Number.NaN, value: 1 },
      { at: START - 2 * DAY, value: 1 },
      { at: START + 91 * DAY, value: 1 },
    ];
    const now = START + 90 * DAY + 1;
    const options = { metric: 'duration', zone: berlin, now } as const;
    const baseline = baselineOf([...bad, ...good], options);
    expect(baseline.counts).toEqual({ used: 91, notNumbers: 3, older: 1, later: 1 });
    expect({ ...baseline, counts: 0 }).toEqual({ ...baselineOf(good, options), counts: 0 });
  });

  it('knows weekdays apart when they differ, and only then', () => {
    const patterned = daily(91, (day) => minutes(day % 7 === 0 ? 60 : 20)(day));
    expect(known(daily(91, minutes(20))).grains.map(({ grain }) => grain)).toEqual(['all']);
    const baseline = known(patterned);
    expect(baseline.grains.map(({ grain }) => grain)).toEqual(['weekday', 'all']);
    expect(baseline.grains[0]?.buckets[1]).toMatchObject({ samples: 13, days: 13 });
    expect(judge(baseline, { at: START + 13 * WEEK, value: 60 * MINUTE }, berlin).verdict).toBe(
      'usual',
    );
    const tuesday = { at: START + 13 * WEEK + DAY, value: 60 * MINUTE };
    expect(judge(baseline, tuesday, berlin).verdict).toBe('unusual');
  });

  it('knows hours apart, and hours of the week', () => {
    const hourly = (value: (wallHour: number) => number): Sample[] =>
      Array.from({ length: 5 * 168 }, (_, hour) => ({
        at: START + hour * 3_600_000,
        value: value(hour + 3) * (1 + 0.08 * wobble(hour)) * MINUTE,
      }));
    const nightly = known(hourly((hour) => (hour % 24 === 3 ? 50 : 10)));
    expect(nightly.grains[0]?.grain).toBe('hour');
    const mondays = known(hourly((hour) => (hour % 168 === 3 ? 50 : 10)));
    expect(mondays.grains[0]?.grain).toBe('hourOfWeek');
    const monday = { at: START + 6 * WEEK, value: 90 * MINUTE };
    expect(judge(mondays, monday, berlin).words).toMatch(
      /^1 h 30 min, usually \d+ min to .* on Mondays at 03:00 \(Europe\/Berlin\); from 5 Mondays$/,
    );
  });

  it('reads weekdays and hours off the wall clock, through a change of the clock', () => {
    // 03:00 in Berlin on every day; the instants move by an hour when summer time ends on 25 October.
    const samples = daily(91, (day) => minutes(day % 7 === 0 ? 60 : 20)(day)).map((sample) => {
      const winter = sample.at >= Date.parse('2026-10-25T01:00:00Z');
      return { ...sample, at: sample.at + (winter ? 3_600_000 : 0) };
    });
    const baseline = known(samples);
    expect(Object.values(baseline.grains[0]?.buckets ?? {}).map(({ days }) => days)).toEqual([
      13, 13, 13, 13, 13, 13, 13,
    ]);
  });

  it('says what is usual at other times for a weekday of which it knows too little', () => {
    const samples = daily(91, (day) => minutes(day % 7 === 0 ? 60 : 20)(day)).filter(
      (_, day) => day % 7 !== 6 || day > 70,
    );
    const sunday = { at: START + 90 * DAY + WEEK, value: 20 * MINUTE };
    const judgement = judge(known(samples), sunday, berlin);
    expect(judgement).toMatchObject({ verdict: 'usual', grain: 'all' });
  });

  it('is not moved by one outlier of twenty', () => {
    const clean = all(known(daily(91, minutes(20))));
    const dirty = all(known(daily(91, (day) => minutes(day % 20 === 7 ? 300 : 20)(day))));
    expect(dirty.typical / clean.typical).toBeCloseTo(1, 1);
    expect(dirty.high / clean.high).toBeLessThan(1.15);
  });

  it('stands on the new level of a step after four weeks, and not after one outlying week', () => {
    const stepped = (weeks: number) =>
      all(known(daily(91, (day) => minutes(day >= 91 - 7 * weeks ? 40 : 20)(day)))).typical;
    expect(stepped(1) / MINUTE).toBeCloseTo(20, -1);
    expect(stepped(4) / MINUTE).toBeCloseTo(40, -1);
  });

  it('of a constant series calls three per cent usual, and twice as much unusual', () => {
    const baseline = known(daily(91, () => 20 * MINUTE));
    const at = START + 91 * DAY;
    expect(judge(baseline, { at, value: 20.6 * MINUTE }, berlin).verdict).toBe('usual');
    expect(judge(baseline, { at, value: 40 * MINUTE }, berlin)).toMatchObject({
      verdict: 'unusual',
      side: 'above',
      worse: true,
    });
    expect(judge(baseline, { at, value: 10 * MINUTE }, berlin)).toMatchObject({
      verdict: 'unusual',
      side: 'below',
      worse: false,
    });
  });

  it('of nothing but zeros knows that zero is usual', () => {
    const baseline = known(
      daily(30, () => 0),
      'cost',
    );
    expect(baseline.scale.kind).toBe('difference');
    const at = START + 30 * DAY;
    const zero = judge(baseline, { at, value: 0 }, berlin);
    expect(zero).toMatchObject({ verdict: 'usual', side: 'at' });
    expect(zero.words).toBe('0 cost units, usually 0 cost units; from 30 executions');
    const some = judge(baseline, { at, value: 5 }, berlin);
    expect(some).toMatchObject({ verdict: 'unusual', side: 'above' });
    expect(some).not.toHaveProperty('spreads');
  });

  it('calls zero rows unusual where there are always many, though some executions brought none', () => {
    const rows = (day: number): number =>
      day % 20 === 3 ? 0 : Math.round(10_000 + 500 * wobble(day));
    const judgement = judge(
      known(daily(91, rows), 'rows'),
      { at: START + 91 * DAY, value: 0 },
      berlin,
    );
    expect(judgement).toMatchObject({ verdict: 'unusual', side: 'below', worse: true });
    expect(judgement.words).toMatch(/^0 rows, usually [\d,]+ to [\d,]+ rows; from 91 executions$/);
  });

  it('judges no value that is no number', () => {
    const judgement = judge(
      known(daily(20, minutes(20))),
      { at: START, value: Number.NaN },
      berlin,
    );
    expect(judgement).toEqual({ verdict: 'unknown', words: 'no value to judge: NaN' });
  });

  it('can be kept as JSON', () => {
    const baseline = known(daily(91, minutes(20)));
    expect(JSON.parse(JSON.stringify(baseline))).toEqual(baseline);
  });
});

describe('a judgement', () => {
  it('says the value, what is usual, when, and from how much', () => {
    const mondays = daily(91, (day) => minutes(day % 7 === 0 ? 21 : 60)(day)).filter(
      (_, day) => day >= 28,
    );
    const judgement = judge(known(mondays), { at: START + 13 * WEEK, value: 42 * MINUTE }, berlin);
    expect(judgement.words).toMatch(
      /^42 min, usually \d\d to \d\d min on Mondays \(Europe\/Berlin\); from 9 Mondays$/,
    );
    if (judgement.verdict === 'unknown') throw new Error('unknown');
    expect(judgement.spreads).toBeGreaterThan(3.5);
  });
});

describe('suggested thresholds', () => {
  const samples = daily(91, (day) => minutes(day === 50 ? 90 : 20)(day));
  const options = { zone: berlin, now: START + 90 * DAY };

  it('lie beyond what is usual, are round, and come with what they would have done', () => {
    const suggestion = suggestThresholds(known(samples), samples, options);
    if (!suggestion.known) throw new Error('not known');
    expect(suggestion.warning.above / MINUTE).toBe(Math.round(suggestion.warning.above / MINUTE));
    expect(suggestion.critical.above).toBeGreaterThan(suggestion.warning.above);
    expect(suggestion.warning).not.toHaveProperty('below');
    expect(suggestion.beyond).toEqual({ warning: 1, critical: 1, of: 91 });
    expect(suggestion.words).toMatch(
      /^WARNING above \d\d min, CRITICAL above \d\d min; of 91 executions, 1 and 1 were beyond$/,
    );
  });

  it('lie above the range of the busiest weekday', () => {
    const busy = daily(91, (day) => minutes(day % 7 === 0 ? 60 : 20)(day));
    const suggestion = suggestThresholds(known(busy), busy, options);
    if (!suggestion.known) throw new Error('not known');
    expect(suggestion.warning.above).toBeGreaterThan(64 * MINUTE);
    expect(suggestion.beyond.warning).toBe(0);
  });

  it('are there for too few rows as well', () => {
    const rows = daily(91, (day) => Math.round(10_000 + 900 * wobble(day)));
    const suggestion = suggestThresholds(known(rows, 'rows'), rows, options);
    if (!suggestion.known) throw new Error('not known');
    expect(suggestion.warning.below).toBeLessThan(9100);
    expect(suggestion.words).toContain(' or below ');
  });
});
