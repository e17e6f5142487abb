/**
 * Twenty counties over two months of virtual time: one fails, one has no new data, one never starts, one slows down for three
 * weeks. Each is noticed, at its moment, on Now, on the county board and for Prometheus.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Overview } from '../../src/engine/calls/overview-calls.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

const DAY = 86_400_000;
const HOUR = 3_600_000;
const COUNTIES = [
  ...[
    'alder',
    'birch',
    'cedar',
    'cypress',
    'elm',
    'fir',
    'hawthorn',
    'hazel',
    'hemlock',
    'juniper',
  ],
  ...['larch', 'linden', 'maple', 'oak', 'pine', 'poplar', 'rowan', 'spruce', 'willow', 'yew'],
];
/** Lasts as long, and ends as, its input says. */
const WORK = {
  StartAt: 'Load',
  States: {
    Load: { Type: 'Wait', SecondsPath: '$.seconds', Next: 'Fine?' },
    'Fine?': {
      Type: 'Choice',
      Choices: [{ Variable: '$.rows', NumericLessThan: 0, Next: 'Broken' }],
      Default: 'Done',
    },
    Broken: { Type: 'Fail', Error: 'SiteChanged', Cause: 'the table of parcels has moved' },
    Done: { Type: 'Succeed' },
  },
};
const DAYS = 56;

let test: TimedEngine;
let overview: Overview;
/** Days on which it was foreseen that yew takes too long, and on which it did. */
let foreseen: number | undefined;

beforeAll(async () => {
  test = await openTimedEngine({ start: '2026-09-01T00:00:00Z' });
  for (const county of COUNTIES) {
    await test.engine.pipelines.deploy({
      ...{ name: `parcels-${county}`, team: 'examples', bindings: {}, folder: test.folder },
      tags: { state: 'ca', county },
      definition: WORK as never,
      sections: {
        owner: 'parcels@example.org',
        produced: { 'rows.$': '$.rows' },
        expect: [
          'succeeded',
          'starts by 03:30',
          'new data within 2 days',
          'finishes within 40 minutes',
        ],
      },
    });
  }
  await test.settled();
  for (let day = 0; day < DAYS; day += 1) await oneDay(day);
  overview = await test.engine.overview.show(EVERYTHING);
}, 120_000);
afterAll(() => test.close());

async function oneDay(day: number): Promise<void> {
  await test.pass(3 * HOUR);
  const isLast = day === DAYS - 1;
  for (const [index, county] of COUNTIES.entries()) {
    if (county === 'cedar' && isLast) continue;
    const noise = 1 + 0.03 * ((((day + index * 31) * 7919) % 101) / 50 - 1);
    const slower = county === 'yew' && day >= 35 ? 1.2 ** ((day - 35) / 7) : 1;
    const rows = county === 'alder' && isLast ? -1 : county === 'birch' && day > DAYS - 4 ? 0 : 400;
    const input = { seconds: Math.round(1200 * noise * slower), rows };
    await test.engine.executions.start(EVERYTHING, { pipeline: `parcels-${county}`, input });
  }
  await test.settled();
  if (!isLast) {
    await test.pass(DAY - 3 * HOUR);
    if (test.engine.outlooks.foreseen(EVERYTHING).length > 0) foreseen ??= day;
    return;
  }
  // The last day ends at noon.
  await test.pass(9 * HOUR);
}

/** What is late, as `county: sentence, state, reason`. */
function late(): string[] {
  return overview.late.map(({ tags, sentence, state, reason }) => {
    return `${tags.county}: ${sentence} ${state} ${reason}`;
  });
}

describe('of twenty counties', () => {
  it('the one that failed is known with its cause', () => {
    expect(overview.failing.map(({ tags, last }) => `${tags.county}: ${last.cause}`)).toEqual([
      'alder: failed: SiteChanged: the table of parcels has moved',
    ]);
    expect(late()).toContain('alder: succeeded MISSING failed');
  });

  it('the one without new data is a WARNING, and missed after two days', () => {
    expect(overview.warning.map(({ tags, last }) => `${tags.county}: ${last.cause}`)).toEqual([
      'birch: no new data: 0 rows',
    ]);
    expect(late()).toContain('birch: new data within 2 days MISSING no new data');
  });

  it('the one that never started is missed at its due minute', async () => {
    expect(late()).toContain('cedar: starts by 03:30 MISSING never started');
    const { items } = await test.engine.expectations.changes(EVERYTHING, { state: ['MISSING'] });
    const cedar = items.find(({ pipeline }) => pipeline === 'parcels-cedar');
    expect(new Date(cedar?.at ?? 0).toISOString()).toBe('2026-10-26T03:30:00.000Z');
    expect(cedar?.lateByUs).toBe(0);
  });

  it('the one that slows down is foreseen before it takes too long', () => {
    expect(foreseen).toBeLessThan(DAYS - 1);
    const [outlook] = overview.foreseen;
    expect(outlook?.pipeline).toBe('parcels-yew');
    expect(outlook?.words).toMatch(/slower a week .* crosses its 40 min SLA/);
    expect(late().filter((line) => line.startsWith('yew'))).toEqual([]);
  });

  it('nothing else is told of', () => {
    expect(late().sort()).toEqual([
      'alder: succeeded MISSING failed',
      'birch: new data within 2 days MISSING no new data',
      'cedar: starts by 03:30 MISSING never started',
    ]);
    expect(overview.counts).toMatchObject({ watched: 20, ok: 17, critical: 1, missing: 3 });
  });

  it('the board has a tile for each', () => {
    const board = test.engine.overview.board(EVERYTHING, 'County');
    const tiles = Object.fromEntries(board.map(({ value, tile }) => [value, tile]));
    expect(tiles).toMatchObject({
      alder: 'CRITICAL',
      birch: 'MISSING',
      cedar: 'MISSING',
      yew: 'OK',
    });
    expect(board).toHaveLength(20);
  });

  it('Prometheus is told', async () => {
    const families = await test.engine.metrics.families(EVERYTHING);
    const states = families.find(({ name }) => name === 'millrace_expectations');
    const missing = [...(states?.samples() ?? [])].find(
      ({ labels }) => labels?.state === 'MISSING',
    );
    expect(missing?.value).toBe(3);
  });
});
