import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { instantOf, wallTime } from '../../events/schedules/time-zone.js';
import { baselineOf, type KnownBaseline, type Usual } from './baseline.js';
import { forecast } from './forecast.js';
import { judge } from './judge.js';
import type { MetricName } from './metric.js';
import { DAY, type Sample, type Zone } from './sample.js';
import { suggestThresholds } from './thresholds.js';

const START = Date.parse('2026-08-31T01:00:00Z');
const NOW = START + 91 * DAY;
const zone: Zone = { name: 'Europe/Berlin', wall: (at) => wallTime('Europe/Berlin', at) };

/** Values far from what counts as too small to mention, so that scaling moves nothing else. */
const series: fc.Arbitrary<Sample[]> = fc.array(
  fc.record({
    at: fc.integer({ min: START + DAY, max: NOW }),
    value: fc.integer({ min: 1_000_000, max: 1_000_000_000 }),
  }),
  { minLength: 8, maxLength: 120 },
);
const anything: fc.Arbitrary<Sample[]> = fc.array(
  fc.record({
    at: fc.oneof(fc.integer({ min: START - 30 * DAY, max: NOW + DAY }), fc.double()),
    value: fc.oneof(
      fc.double(),
      fc.integer({ min: -3, max: 3 }),
      fc.constantFrom(0, Number.NaN, Number.POSITIVE_INFINITY, Number.MAX_VALUE, Number.MIN_VALUE),
    ),
  }),
  { maxLength: 150 },
);
const metrics: readonly MetricName[] = ['duration', 'rows', 'bytes', 'cost', 'startLag'];

function known(samples: Sample[]): KnownBaseline {
  const baseline = baselineOf(samples, { metric: 'cost', zone, now: NOW });
  if (!baseline.known) throw new Error('not known');
  return baseline;
}
const usuals = (baseline: KnownBaseline): Usual[] =>
  baseline.grains.flatMap(({ buckets }) => Object.values(buckets));

describe('whatever the series', () => {
  it('has one baseline and one forecast in whichever order its samples come', () => {
    fc.assert(
      fc.property(
        series.chain((samples) =>
          fc.tuple(
            fc.constant(samples),
            fc.shuffledSubarray(samples, { minLength: samples.length }),
          ),
        ),
        ([samples, shuffled]) => {
          const options = { metric: 'duration', zone, now: NOW } as const;
          expect(baselineOf(shuffled, options)).toEqual(baselineOf(samples, options));
          expect(forecast(shuffled, options)).toEqual(forecast(samples, options));
        },
      ),
    );
  });

  it('a unit a thousand times smaller gives ranges a thousand times larger, and the same verdicts', () => {
    fc.assert(
      fc.property(series, fc.integer({ min: 1_000_000, max: 2_000_000_000 }), (samples, value) => {
        const one = known(samples);
        const scaled = known(samples.map((sample) => ({ ...sample, value: sample.value * 1000 })));
        const pairs = usuals(one).map((usual, place) => [usual, usuals(scaled)[place]] as const);
        for (const [usual, other] of pairs) {
          expect((other?.low ?? 0) / usual.low / 1000).toBeCloseTo(1, 6);
          expect((other?.high ?? 0) / usual.high / 1000).toBeCloseTo(1, 6);
        }
        expect(judge(scaled, { at: NOW, value: value * 1000 }, zone).verdict).toBe(
          judge(one, { at: NOW, value }, zone).verdict,
        );
      }),
    );
  });

  it('compared by differences, adding a number to all values adds it to all ranges', () => {
    // One value below zero decides for differences. Spreads are far above what is too small to mention.
    const below = series.map((samples) => [
      ...samples.map((sample) => ({ ...sample, value: sample.value - 2_000_000_000 })),
      { at: START + DAY, value: -1_500_000_000 },
    ]);
    fc.assert(
      fc.property(below, fc.integer({ min: -1_000_000, max: 1_000_000 }), (samples, added) => {
        const one = usuals(known(samples));
        const other = usuals(
          known(samples.map((sample) => ({ ...sample, value: sample.value + added }))),
        );
        for (const [place, usual] of one.entries())
          expect(other[place]?.center).toBeCloseTo(usual.center + added, 3);
      }),
    );
  });

  it('what is said is finite, in order, and no judgement or forecast throws', () => {
    fc.assert(
      fc.property(anything, fc.constantFrom(...metrics), (samples, metric) => {
        const baseline = baselineOf(samples, { metric, zone, now: NOW });
        const { used, notNumbers, older, later } = baseline.counts;
        expect(used + notNumbers + older + later).toBe(samples.length);
        if (baseline.known)
          for (const { low, typical, high } of usuals(baseline)) {
            expect(low).toBeLessThanOrEqual(typical);
            expect(typical).toBeLessThanOrEqual(high);
          }
        for (const sample of samples.filter(({ at }) => Number.isFinite(at)))
          expect(judge(baseline, sample, zone).words).not.toMatch(/undefined/);
        suggestThresholds(baseline, samples, { zone, now: NOW });
        const found = forecast(samples, { metric, zone, now: NOW, limit: { most: 5 } });
        expect(found.words).not.toMatch(/undefined|NaN|Invalid/);
        if (found.kind === 'trend' && found.crossing?.state === 'foreseen') {
          expect(found.crossing.earliest).toBeLessThanOrEqual(found.crossing.at);
          expect(found.crossing.latest ?? Infinity).toBeGreaterThanOrEqual(found.crossing.at);
        }
      }),
      { numRuns: 300 },
    );
  });

  it('a trend turned upside down is the same trend downwards', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 30, max: 60 }),
        fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 91, maxLength: 91 }),
        (onset, noise) => {
          const rising = noise.map((one, day) => ({
            at: START + day * DAY,
            value: Math.max(0, day - onset) * 0.2 + one - 100,
          }));
          const falling = rising.map(({ at, value }) => ({ at, value: -200 - value }));
          const options = { metric: 'cost', zone, now: NOW } as const;
          const up = forecast(rising, options);
          const down = forecast(falling, options);
          expect(down.kind).toBe(up.kind);
          if (up.kind === 'trend' && down.kind === 'trend') {
            expect(down.amount).toBeCloseTo(-up.amount, 6);
            expect([up.direction, down.direction]).toEqual(['up', 'down']);
          }
        },
      ),
      { numRuns: 50 },
    );
  });

  it('executions at 03:00 of a wall clock stay at 03:00 in weeks in which it is changed', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 700 }), (first) => {
        const wall = Date.UTC(2026, 0, 1 + first, 3, 5);
        const samples = Array.from({ length: 56 }, (_, day) => ({
          at: instantOf('Europe/Berlin', wall + day * DAY),
          value: day % 7 === 0 ? 60_000_000 : 1_000_000 + day,
        }));
        const now = samples.at(-1)?.at ?? 0;
        const baseline = baselineOf(samples, { metric: 'duration', zone, now });
        if (!baseline.known) throw new Error('not known');
        const [finest] = baseline.grains;
        expect(finest?.grain).toBe('weekday');
        expect(Object.values(finest?.buckets ?? {}).map(({ days }) => days)).toEqual([
          8, 8, 8, 8, 8, 8, 8,
        ]);
      }),
      { numRuns: 40 },
    );
  });
});

describe('5,000 samples', () => {
  it('are read into a baseline and a forecast in well under a second', () => {
    const samples = Array.from({ length: 5000 }, (_, place) => ({
      at: NOW - place * 1_500_000,
      value: 1_000_000 + ((place * 7919) % 10_007),
    }));
    const options = { metric: 'duration', zone, now: NOW } as const;
    const started = performance.now();
    expect(baselineOf(samples, options).counts.used).toBe(5000);
    expect(forecast(samples, options).kind).toBe('steady');
    expect(performance.now() - started).toBeLessThan(1000);
  });
});
