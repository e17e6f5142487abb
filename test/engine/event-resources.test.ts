/**
 * What the engine lets clients make of EventBridge, and how much: refused with codes, whoever asks and in whatever words it is
 * told them.
 */
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { TargetRecord } from '../../src/engine/features/rules/records.js';
import { ofTeam } from '../../src/engine/kernel/scope.js';
import { openTimedEngine, type TimedEngine } from '../support/timed-engine.js';

const SHOP = ofTeam('shop');
const OTHER = ofTeam('other');
const ARN = 'arn:aws:events:us-east-1:000000000000';
const QUEUE = 'arn:aws:sqs:us-east-1:000000000000:queue';
const eventPattern = '{"source":["shop"]}';

let test: TimedEngine;
beforeEach(async () => {
  test = await openTimedEngine();
});
afterEach(() => test.close());

const tags = (count: number): { [key: string]: string } =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`key-${index}`, '']));

const targets = (count: number): TargetRecord[] =>
  Array.from({ length: count }, (_, index) => ({ Id: `target-${index}`, Arn: QUEUE }));

/** How many of a kind are made before one more is refused, and the code of that refusal. */
async function madeUntilRefused(make: (index: number) => Promise<unknown>): Promise<object> {
  for (let made = 0; ; made += 1) {
    const refusal = await make(made).then(
      () => undefined,
      (error: { kind: string; details: object }) => error,
    );
    if (refusal) return { made, kind: refusal.kind, ...refusal.details };
  }
}

describe('a team has at most', () => {
  it('100 buses, whatever others have', async () => {
    const { buses } = test.engine;
    const make = (scope: typeof SHOP) => (index: number) =>
      buses.create(scope, `bus-${index}`, { tags: {} });
    const refused = { made: 100, kind: 'EventQuotaReached', what: 'buses', limit: 100 };
    expect(await madeUntilRefused(make(SHOP))).toEqual(refused);
    expect(await madeUntilRefused(make(OTHER))).toEqual(refused);
  });

  it('300 rules on a bus, of which one may still be changed', async () => {
    const { rules, buses } = test.engine;
    const put = (bus: string | undefined) => (index: number) =>
      rules.put(SHOP, bus, { name: `rule-${index}`, tags: {}, eventPattern });
    const refused = { made: 300, kind: 'EventQuotaReached', what: 'rulesOfBus', limit: 300 };
    expect(await madeUntilRefused(put(undefined))).toEqual(refused);
    await put(undefined)(7);
    await buses.create(SHOP, 'night', { tags: {} });
    await put('night')(0);
  });

  it('100 archives', async () => {
    const { archives } = test.engine;
    const make = (index: number): Promise<unknown> =>
      archives.create(SHOP, `archive-${index}`, `${ARN}:event-bus/default`, {});
    const refused = { made: 100, kind: 'EventQuotaReached', what: 'archives', limit: 100 };
    expect(await madeUntilRefused(make)).toEqual(refused);
  });

  it('10 replays that go on', async () => {
    const { archives, replays } = test.engine;
    const bus = `${ARN}:event-bus/default`;
    await archives.create(SHOP, 'all', bus, {});
    const make = (index: number): Promise<unknown> =>
      replays.start(SHOP, {
        ...{ name: `replay-${index}`, source: `${ARN}:archive/all`, from: 0, to: 1 },
        destination: { Arn: bus },
      });
    const refused = { made: 10, kind: 'EventQuotaReached', what: 'activeReplays', limit: 10 };
    expect(await madeUntilRefused(make)).toEqual(refused);
  });
});

describe('a rule', () => {
  beforeEach(async () => {
    await test.engine.rules.put(SHOP, undefined, { name: 'orders', tags: {}, eventPattern });
  });
  const orders = { bus: undefined, name: 'orders' };

  it('has five targets, of which one may still be changed', async () => {
    const { rules } = test.engine;
    const six = rules.putTargets(SHOP, orders, targets(6));
    await expect(six).rejects.toMatchObject({ kind: 'EventQuotaReached', details: { limit: 5 } });
    expect(rules.describe(SHOP, orders).targets).toEqual([]);
    await rules.putTargets(SHOP, orders, targets(5));
    await rules.putTargets(SHOP, orders, [{ Id: 'target-4', Arn: `${QUEUE}-2` }]);
    const one = rules.putTargets(SHOP, orders, [{ Id: 'another', Arn: QUEUE }]);
    await expect(one).rejects.toMatchObject({ kind: 'EventQuotaReached' });
    expect(rules.describe(SHOP, orders).targets.map(({ Arn }) => Arn)).toEqual([
      ...Array.from({ length: 4 }, () => QUEUE),
      `${QUEUE}-2`,
    ]);
  });

  it('has 50 tags', async () => {
    const { rules, eventTags } = test.engine;
    const many = rules.put(SHOP, undefined, { name: 'many', tags: tags(51), eventPattern });
    await expect(many).rejects.toMatchObject({ kind: 'EventTagsRefused', details: { limit: 50 } });
    const { arn } = rules.describe(SHOP, orders);
    await eventTags.add(SHOP, arn, tags(50));
    const more = eventTags.add(SHOP, arn, { more: '' });
    await expect(more).rejects.toMatchObject({ kind: 'EventTagsRefused' });
    expect(Object.keys(eventTags.list(SHOP, arn))).toHaveLength(50);
  });

  it('is refused with the code of what is wrong with it', async () => {
    const put = (rule: object, bus?: string): Promise<unknown> =>
      test.engine.rules
        .put(SHOP, bus, { name: 'wrong', tags: {}, ...rule })
        .catch((error) => error);
    await test.engine.buses.create(SHOP, 'night', { tags: {} });
    expect(await put({})).toMatchObject({ kind: 'EventRuleEmpty' });
    expect(await put({ eventPattern: '{"source":1}' })).toMatchObject({
      kind: 'EventPatternRefused',
    });
    expect(await put({ scheduleExpression: 'daily' })).toMatchObject({
      kind: 'EventScheduleRefused',
    });
    const scheduleExpression = 'rate(1 day)';
    expect(await put({ scheduleExpression }, 'night')).toMatchObject({
      kind: 'EventRuleClockElsewhere',
    });
    expect(await put({ eventPattern }, 'none')).toMatchObject({ kind: 'EventBusNotFound' });
  });

  it('is no rule for another team, which gets the code of one that is not there', async () => {
    const { rules, eventTags } = test.engine;
    const { arn } = rules.describe(SHOP, orders);
    const kind = 'EventRuleNotFound';
    expect(rules.list(OTHER, undefined)).toEqual([]);
    expect(() => rules.describe(OTHER, orders)).toThrow(expect.objectContaining({ kind }));
    expect(() => eventTags.list(OTHER, arn)).toThrow(expect.objectContaining({ kind }));
    for (const act of [
      rules.setState(OTHER, orders, 'DISABLED'),
      rules.putTargets(OTHER, orders, targets(1)),
      rules.removeTargets(OTHER, orders, ['target-0']),
      eventTags.add(OTHER, arn, tags(1)),
      eventTags.remove(OTHER, arn, ['a']),
    ]) {
      await expect(act).rejects.toMatchObject({ kind });
    }
    await rules.delete(OTHER, orders);
    expect(rules.describe(SHOP, orders)).toMatchObject({ state: 'ENABLED', tags: {}, targets: [] });
  });
});

it('ten entries are put at a time, and no eleventh', async () => {
  const entries = (count: number): object[] =>
    Array.from({ length: count }, () => ({ Source: 's', DetailType: 'd', Detail: '{}' }));
  const { events } = test.engine;
  expect(await events.putEntries(SHOP, entries(10))).toHaveLength(10);
  for (const count of [0, 11]) {
    const refused = events.putEntries(SHOP, entries(count));
    await expect(refused).rejects.toMatchObject({ kind: 'EventEntriesRefused' });
  }
  expect(await events.list(SHOP, { limit: 100 })).toHaveLength(10);
  expect(await events.list(OTHER, { limit: 100 })).toEqual([]);
});
