import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { TimedEngine } from '../support/timed-engine.js';

const HOUR = 3_600_000;
const waiting = (Seconds: number): object => ({
  StartAt: 'Wait',
  States: { Wait: { Type: 'Wait', Seconds, End: true } },
});

describe('a wait, when the clock of the machine is set', () => {
  let test: TimedEngine;
  beforeEach(async () => {
    test = await new TimedEngine().open();
    await test.deploy('short', {}, { definition: waiting(5) });
    await test.deploy('long', {}, { definition: waiting(7_200) });
  });
  afterEach(() => test.close());

  const start = async (pipeline: string): Promise<() => Promise<string>> => {
    const { id } = await test.engine.executions.start(EVERYTHING, { pipeline });
    await test.settled();
    return async () => (await test.engine.executions.describe(EVERYTHING, id)).status;
  };

  it('begun after it was set ahead ends in its time', async () => {
    test.clock.jump(HOUR);
    const status = await start('short');
    await test.pass(4_900);
    expect(await status()).toBe('RUNNING');
    await test.pass(200);
    expect(await status()).toBe('SUCCEEDED');
  });

  it('begun after it was set back ends in its time', async () => {
    test.clock.jump(-HOUR);
    const status = await start('short');
    await test.pass(4_900);
    expect(await status()).toBe('RUNNING');
    await test.pass(200);
    expect(await status()).toBe('SUCCEEDED');
  });

  it('begun before it was set ahead beyond its end is noticed within a minute', async () => {
    const status = await start('long');
    test.clock.jump(3 * HOUR);
    await test.pass(61_000);
    expect(await status()).toBe('SUCCEEDED');
  });

  it('begun before it was set back becomes no longer', async () => {
    const status = await start('short');
    test.clock.jump(-HOUR);
    await test.pass(5_100);
    expect(await status()).toBe('SUCCEEDED');
  });
});
