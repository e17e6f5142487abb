import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Asked, BUDGET_LIMITS, type BudgetLimits, Budgets, type Turn } from './budgets.js';

const ASKED: Asked = {
  place: '111122223333 eu-central-1',
  api: 'glue:getJobRun',
  urgency: 'look',
  isLong: false,
  signal: undefined,
};

describe('budgets of calls', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  const begin = (limits: Partial<BudgetLimits>) =>
    new Budgets({ ...BUDGET_LIMITS, ...limits }, Date.now);
  /** How many of these have their turn by now. */
  const served = async (
    turns: readonly Promise<Turn | 'aborted' | 'crowded'>[],
  ): Promise<number> => {
    let count = 0;
    for (const turn of turns)
      void turn.then((given) => void (typeof given === 'object' && count++));
    await vi.advanceTimersByTimeAsync(0);
    return count;
  };
  const take = (budgets: Budgets, count: number, more: Partial<Asked> = {}) =>
    Array.from({ length: count }, () => budgets.take({ ...ASKED, ...more }));

  it('give as many turns a second as the rate says', async () => {
    const budgets = begin({ rate: 5, placeInFlight: 100 });
    const turns = take(budgets, 20);
    expect(await served(turns)).toBe(5);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(await served(turns)).toBe(10);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(await served(turns)).toBe(20);
    budgets.close();
  });

  it('halve the rate of an API that throttles, once for all calls that were in flight, and let it grow again', async () => {
    const budgets = begin({ rate: 20, placeInFlight: 100 });
    const { place, api } = ASKED;
    const turns = (await Promise.all(take(budgets, 4))) as Turn[];
    for (const turn of turns) turn.throttled();
    expect(budgets.rateOf(place, api)).toBe(10);
    expect(budgets.rateOf(place, 'glue:startJobRun')).toBe(20);
    await vi.advanceTimersByTimeAsync(1_000);
    const [again] = (await Promise.all(take(budgets, 1))) as Turn[];
    again?.throttled();
    expect(budgets.rateOf(place, api)).toBe(5);
    await vi.advanceTimersByTimeAsync(10_000);
    for (let times = 0; times < 20; times += 1) {
      const [fine] = take(budgets, 1);
      await vi.advanceTimersByTimeAsync(1_000);
      ((await fine) as Turn).done();
    }
    expect(budgets.rateOf(place, api)).toBeCloseTo(9, 0);
    budgets.close();
  });

  it('never let the rate fall to nothing', async () => {
    const budgets = begin({ rate: 1 });
    for (let times = 0; times < 40; times += 1) {
      const [turn] = take(budgets, 1);
      await vi.advanceTimersByTimeAsync(10_000);
      ((await turn) as Turn).throttled();
    }
    expect(budgets.rateOf(ASKED.place, ASKED.api)).toBe(0.2);
    budgets.close();
  });

  it('leave room for tasks when looks take all they may', async () => {
    const budgets = begin({ inFlight: 8, placeInFlight: 8, rate: 100 });
    expect(await served(take(budgets, 20))).toBe(6);
    expect(await served(take(budgets, 20, { urgency: 'task', api: 'glue:startJobRun' }))).toBe(2);
    budgets.close();
  });

  it('count calls that wait for work apart', async () => {
    const budgets = begin({ inFlight: 2, placeInFlight: 2, longInFlight: 30, rate: 100 });
    expect(await served(take(budgets, 40, { isLong: true, api: 'lambda:invoke' }))).toBe(30);
    expect(await served(take(budgets, 2, { urgency: 'task' }))).toBe(2);
    budgets.close();
  });

  it('give up whoever has waited too long', async () => {
    const budgets = begin({ placeInFlight: 1, longestWait: 60_000, rate: 10 });
    const [first, second] = take(budgets, 2);
    await first;
    await vi.advanceTimersByTimeAsync(62_000);
    expect(await second).toBe('crowded');
    budgets.close();
  });

  it('are over when they are closed', async () => {
    const budgets = begin({ placeInFlight: 1 });
    const [first, second] = take(budgets, 2);
    await first;
    budgets.close();
    expect(await second).toBe('aborted');
    expect(await budgets.take(ASKED)).toBe('aborted');
    expect(budgets.waiting).toBe(0);
  });
});
