/**
 * Challengers: what begins beside executions, what is compared, and what becomes of the verdict; also over a restart.
 */
import { afterEach, describe, expect, it } from 'vitest';
import type { MachineDefinition } from '../../src/asl/definition.js';
import type { JsonObject } from '../../src/asl/json.js';
import { createConnectorRunner } from '../../src/engine/adapters/connector-runner.js';
import type { ComparisonRow } from '../../src/engine/features/challengers/challenger-tables.js';
import { EVERYTHING } from '../../src/engine/kernel/scope.js';
import { fakeDatasetConnector, fakeDiff, memoryStorage } from '../support/fake-datasets.js';
import { TimedEngine } from '../support/timed-engine.js';
import { until } from '../support/until.js';

let test: TimedEngine;
let compared: number;
let isBroken = false;
/** Executions of the test wait for time. */
let isWaiting = false;

async function open(): Promise<void> {
  compared = 0;
  isBroken = false;
  isWaiting = false;
  const storage = memoryStorage();
  const runner = createConnectorRunner(new Map([['dataset', fakeDatasetConnector(storage)]]));
  test = await new TimedEngine({
    ...{ runner, datasets: storage },
    compareData: async () => {
      compared += 1;
      if (isBroken) return { type: 'failed', problem: 'memory', cause: 'too much' };
      return await fakeDiff();
    },
  }).open();
}
afterEach(() => test.close());

const DATA = { datasets: { clean: {} } };

/** Waits, and then publishes; or fails. */
const machine = (rows: number, seconds = 0, error?: string): MachineDefinition =>
  ({
    StartAt: seconds === 0 ? 'Publish' : 'Wait',
    States: {
      ...(seconds === 0 ? {} : { Wait: { Type: 'Wait', Seconds: seconds, Next: 'Publish' } }),
      Publish: {
        Type: 'Task',
        Resource: 'millrace:dataset',
        Parameters: { dataset: 'clean', rows, ...(error === undefined ? {} : { error }) },
        ResultPath: '$.told',
        End: true,
      },
    },
  }) as unknown as MachineDefinition;

const deployment = (definition: MachineDefinition, sections: JsonObject = DATA) => ({
  ...{ name: 'daily', team: 'default', tags: {}, input: {}, bindings: {}, folder: test.folder },
  ...{ definition, sections },
});

async function deploy(definition: MachineDefinition, sections: JsonObject = DATA): Promise<void> {
  await test.engine.pipelines.deploy(deployment(definition, sections));
  await test.settled();
}

/** A challenge of `daily`. */
async function challenge(definition: MachineDefinition, more: object = {}) {
  const { number } = await test.engine.pipelines.keepCandidate(deployment(definition));
  const asked = { pipeline: 'daily', candidate: number, text: 'pipeline: daily\n', by: 'ana' };
  return await test.engine.challengers.start(EVERYTHING, { ...asked, executions: 2, ...more });
}

const run = (more: object = {}) =>
  test.engine.executions.start(EVERYTHING, { pipeline: 'daily', ...more });

/** All that goes on without time: also what challengers wrote is compared, and whoever has won is promoted. */
async function settled(): Promise<void> {
  const isSettled = await until(
    async () => {
      await test.pass(10);
      const { items } = await test.engine.executions.list(EVERYTHING, { testRuns: 'with' });
      const running = items.flatMap(({ status, id }) => (status === 'RUNNING' ? [id] : []));
      if (running.length > 0 && !isWaiting) return false;
      const { items: all } = await test.engine.challengers.list(EVERYTHING);
      const details = await Promise.all(all.map(({ number }) => show(number)));
      const isOpen = ({ state, championId, challengerId = '' }: ComparisonRow): boolean =>
        (state === 'running' || state === 'comparing') &&
        !running.some((id) => id === championId || id === challengerId);
      return details.every(
        ({ state, comparisons }) => state !== 'promoting' && !comparisons.some(isOpen),
      );
    },
    (is) => is,
  );
  expect(isSettled).toBe(true);
}

async function challengers() {
  const { items } = await test.engine.executions.list(EVERYTHING, { testRuns: 'only' });
  return items.toReversed();
}

const show = (number = 1) => test.engine.challengers.show(EVERYTHING, number);
const version = async (): Promise<number> =>
  (await test.engine.pipelines.describe(EVERYTHING, 'daily')).version;

describe('a challenger', () => {
  it('begins with each execution, with the same input, tags and interval, until enough is decided', async () => {
    await open();
    await deploy(machine(1));
    await challenge(machine(2));
    for (const day of ['2026-11-18', '2026-11-19', '2026-11-20']) {
      await run({ input: { day }, tags: { day }, interval: day });
      await settled();
    }
    const begun = await challengers();
    expect(begun).toMatchObject([
      { version: 2, status: 'SUCCEEDED', tags: { day: '2026-11-18' }, interval: '2026-11-18' },
      { version: 2, status: 'SUCCEEDED', tags: { day: '2026-11-19' }, interval: '2026-11-19' },
    ]);
    const { id } = begun[0] ?? { id: '' };
    expect(await test.engine.executions.describe(EVERYTHING, id)).toMatchObject({
      input: { day: '2026-11-18' },
      testRun: { candidate: true },
    });
    const told = await show();
    expect(told).toMatchObject({ state: 'ended', verdict: 'won', won: 2, lost: 0, begun: 2 });
    expect(told.comparisons).toMatchObject([
      { state: 'made', verdict: 'won', interval: '2026-11-19' },
      {
        ...{ state: 'made', verdict: 'won', interval: '2026-11-18' },
        result: { datasets: [{ dataset: 'clean', diff: {} }] },
      },
    ]);
    expect(compared).toBe(2);
    const events = await test.engine.events.list(EVERYTHING, { limit: 50 });
    const ends = events.filter(({ source }) => source === 'millrace.challengers');
    expect(ends).toMatchObject([{ detailType: 'Challenge Ended' }]);
    expect(JSON.stringify(ends)).toContain('won');
    // Nothing was promoted: nobody has said so.
    expect(await version()).toBe(1);
  });

  it('that fails loses, and its champion knows nothing of it', async () => {
    await open();
    await deploy(machine(1));
    await challenge(machine(1, 0, 'No.Luck'), { executions: 1, promote: 'automatically' });
    await run();
    await settled();
    expect(await test.executions('daily')).toMatchObject([{ status: 'SUCCEEDED', version: 1 }]);
    expect(await show()).toMatchObject({
      verdict: 'lost',
      comparisons: [{ challengerOutcome: { status: 'FAILED', error: 'No.Luck' } }],
    });
    expect(await version()).toBe(1);
  });

  it('decides nothing where the champion failed, and twice as many as are to be decided begin at most', async () => {
    await open();
    await deploy(machine(1, 0, 'No.Luck'));
    await challenge(machine(2));
    for (let count = 0; count < 6; count += 1) {
      await run();
      await settled();
    }
    expect(await show()).toMatchObject({ verdict: 'undecided', undecided: 4, begun: 4, won: 0 });
    expect(await challengers()).toHaveLength(4);
  });

  it('is undecided, and said, where what both wrote cannot be compared', async () => {
    await open();
    await deploy(machine(1));
    await challenge(machine(2), { executions: 1 });
    isBroken = true;
    await run();
    await settled();
    expect((await show()).comparisons[0]).toMatchObject({
      verdict: 'undecided',
      result: { datasets: [{ problem: expect.stringContaining('more memory') }] },
    });
  });

  it('is not begun by test runs, nor by backfills unless they are asked for', async () => {
    await open();
    const definition = machine(1);
    const sections = { ...DATA, trigger: { schedule: { cron: '0 3 * * ? *' } } };
    await deploy(definition, sections);
    const backfill = () =>
      test.engine.backfills.start(EVERYTHING, {
        ...{ pipeline: 'daily', from: '2026-11-17', to: '2026-11-18' },
      });
    await challenge(machine(2));
    await run({ testRun: {} });
    await backfill();
    await settled();
    expect(await show()).toMatchObject({ begun: 0 });
    await test.engine.challengers.stop(EVERYTHING, 1, 'ana');
    await challenge(machine(2), { backfills: 'with' });
    await test.engine.backfills.start(EVERYTHING, {
      ...{ pipeline: 'daily', from: '2026-11-13', to: '2026-11-14' },
    });
    await settled();
    expect(await show(2)).toMatchObject({ begun: 2 });
  });
});

describe('after a restart', () => {
  it('goes on exactly where it was: no challenger is lost, none begins twice', async () => {
    await open();
    isWaiting = true;
    await deploy(machine(1, 60));
    await challenge(machine(1, 120));
    await run();
    await test.restart();
    await settled();
    expect(await challengers()).toMatchObject([{ status: 'RUNNING' }]);
    await test.pass(60_000);
    await test.restart();
    expect((await show()).comparisons).toMatchObject([
      { state: 'running', championOutcome: { status: 'SUCCEEDED' } },
    ]);
    await test.pass(60_000);
    isWaiting = false;
    await settled();
    expect(await show()).toMatchObject({
      ...{ won: 1, lost: 0, begun: 1, state: 'running' },
      // It took twice as long, which it may.
      comparisons: [{ verdict: 'won', challengerOutcome: { durationMs: expect.any(Number) } }],
    });
    await run();
    await test.pass(120_000);
    await settled();
    expect(await show()).toMatchObject({ verdict: 'won', begun: 2 });
    expect(await challengers()).toHaveLength(2);
  });
});

describe('a challenge', () => {
  it('is over when another version is deployed, and says so', async () => {
    await open();
    isWaiting = true;
    await deploy(machine(1, 60));
    await challenge(machine(2));
    await run();
    await deploy(machine(5));
    await run();
    await test.pass(60_000);
    await settled();
    expect(await show()).toMatchObject({
      ...{ state: 'ended', begun: 1, won: 0, reason: 'version 3 was deployed' },
      comparisons: [{ state: 'dropped' }],
    });
    await expect(test.engine.challengers.promote(EVERYTHING, 1, 'ana')).rejects.toThrow(
      'Challenge 1 is over: version 3 was deployed',
    );
  });

  it('is the only one of its pipeline, of a version that differs, by rules that are understood', async () => {
    await open();
    await deploy(machine(1));
    await expect(challenge(machine(1))).rejects.toThrow("what the current version of 'daily' is");
    await expect(challenge(machine(2), { rules: ['faster'] })).rejects.toThrow(
      '"faster" is no rule',
    );
    await challenge(machine(2));
    await expect(challenge(machine(3))).rejects.toThrow("Challenge 1 of 'daily' is still running");
    expect(await test.engine.challengers.stop(EVERYTHING, 1, 'bob')).toMatchObject({
      ...{ state: 'ended', reason: 'stopped by bob' },
    });
    await run();
    await settled();
    expect(await challengers()).toEqual([]);
    await expect(test.engine.challengers.stop(EVERYTHING, 1, 'bob')).rejects.toThrow('is over');
    expect((await challenge(machine(3))).number).toBe(2);
    const { items, next } = await test.engine.challengers.list(EVERYTHING, { limit: 1 });
    expect(items).toMatchObject([{ number: 2, state: 'running' }]);
    expect(
      await test.engine.challengers.list(EVERYTHING, { limit: 1, cursor: next ?? '' }),
    ).toMatchObject({ items: [{ number: 1 }] });
    expect(await test.engine.challengers.list({ teams: ['other'] })).toEqual({ items: [] });
    await expect(test.engine.challengers.show({ teams: ['other'] }, 1)).rejects.toThrow(
      "no challenge '1'",
    );
  });
});

describe('promotion', () => {
  it.each(['automatically', 'by command'] as const)(
    '%s makes the candidate current, and what the file said before does not undo it',
    async (promote) => {
      await open();
      await deploy(machine(1));
      const before = deployment(machine(1));
      await challenge(machine(2), { executions: 1, promote });
      await run();
      await settled();
      if (promote === 'by command') await test.engine.challengers.promote(EVERYTHING, 1, 'ana');
      await settled();
      expect(await version()).toBe(3);
      const by = promote === 'automatically' ? 'millrace' : 'ana';
      expect(await show()).toMatchObject({
        ...{ state: 'ended', verdict: 'won', promotedVersion: 3, promotedBy: by },
      });
      await test.restart();
      const { challengers: calls, pipelines } = test.engine;
      const after = deployment(machine(2));
      const other = deployment(machine(3));
      expect([before, after, other].map((one) => calls.standingOf(one))).toEqual([
        'hold back',
        'deploy',
        'deploy',
      ]);
      expect(calls.promotedOver(EVERYTHING)).toMatchObject([{ pipeline: 'daily', challenge: 1 }]);
      await pipelines.deploy(other);
      await calls.fileRead(other);
      // From now on what it said before is a change as any other.
      expect(calls.standingOf(before)).toBe('deploy');
      await expect(calls.promote(EVERYTHING, 1, 'ana')).rejects.toThrow('promoted as version 3');
    },
  );

  it('before there is a verdict ends the challenge', async () => {
    await open();
    await deploy(machine(1));
    await challenge(machine(2));
    await test.engine.challengers.promote(EVERYTHING, 1, 'ana');
    await settled();
    expect(await show()).toMatchObject({ state: 'ended', promotedVersion: 3 });
  });
});
