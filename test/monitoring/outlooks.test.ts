/** Forecasts on the real engine: weeks of virtual days in which a pipeline slows down. */
import { afterEach, expect, it } from 'vitest';
import { EVERYTHING, ofTeam } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

const MINUTE = 60_000;
const DAY = 86_400_000;
/** Waits as long as its input says. */
const LASTS = {
  StartAt: 'Wait',
  States: { Wait: { Type: 'Wait', SecondsPath: '$.seconds', End: true } },
};

let test: TimedEngine;
afterEach(() => test.close());

/** One execution a day that lasts so many minutes. */
async function day(pipeline: string, minutes: number): Promise<void> {
  const input = { seconds: Math.round(minutes * 60) };
  await test.engine.executions.start(EVERYTHING, { pipeline, team: 'parcels', input });
  await test.settled();
  await test.pass(DAY);
}

it('foresee that a pipeline which slows down for three weeks crosses its limit, before it does', async () => {
  test = await openTimedEngine({ start: '2026-09-01T03:00:00Z' });
  const expected = { expect: ['finishes within 40 minutes'] };
  await test.deploy('slow', expected, { team: 'parcels', definition: LASTS });
  // Within 3 %, and of no course of its own.
  const noise = (index: number): number => 1 + 0.03 * (((index * 7919) % 101) / 50 - 1);
  for (let index = 0; index < 35; index += 1) await day('slow', 20 * noise(index));
  expect(test.engine.outlooks.foreseen(EVERYTHING)).toEqual([]);
  let foreseenOn: number | undefined;
  for (let index = 0; index < 21; index += 1) {
    // 20 % slower a week: 34.6 minutes after three.
    await day('slow', 20 * 1.2 ** (index / 7) * noise(index + 35));
    const [found] = test.engine.outlooks.foreseen(EVERYTHING);
    if (found !== undefined) foreseenOn ??= index;
  }
  expect(foreseenOn).toBeLessThan(21);
  const [found] = test.engine.outlooks.foreseen(ofTeam('parcels'));
  expect(found).toMatchObject({ sentence: 'finishes within 40 minutes', pipeline: 'slow' });
  expect(found?.words).toMatch(/% slower a week for \d weeks?; crosses its 40 min SLA about/);
  expect(found?.crossesAt).toBeGreaterThan(test.clock.now());
  // It has not crossed it, and nobody else is told.
  expect(test.engine.expectations.counts(EVERYTHING)).toEqual({ EXPECTED: 1 });
  expect(test.engine.outlooks.foreseen(ofTeam('other'))).toEqual([]);
  const overview = await test.engine.overview.show(EVERYTHING);
  expect(overview.foreseen).toHaveLength(1);
  const [duration] = await test.engine.outlooks.of(EVERYTHING, 'slow');
  expect(duration).toMatchObject({ metric: 'duration', limit: 40 * MINUTE });
  expect(duration?.band.length).toBeGreaterThan(50);
  // What is foreseen is there after a restart, and told once.
  await test.restart();
  expect(test.engine.outlooks.foreseen(EVERYTHING)).toHaveLength(1);
  const told = (await test.engine.events.list(EVERYTHING, { limit: 100 })).filter(
    ({ source }) => source === 'millrace.outlooks',
  );
  expect(told).toHaveLength(1);
}, 180_000);
