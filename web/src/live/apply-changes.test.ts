import { QueryClient } from '@tanstack/react-query';
import { expect, test, vi } from 'vitest';
import type { Execution, ExecutionDetail, HistoryEvent, LiveChange } from '../api/types.js';
import { createApply } from './apply-changes.js';

function execution(id: string, rest: Partial<Execution> = {}): Execution {
  return {
    id,
    arn: `arn:aws:states:us-east-1:000000000000:execution:orders:${id}`,
    number: 1,
    name: id,
    pipeline: 'orders',
    team: 'shop',
    version: 1,
    status: 'RUNNING',
    tags: {},
    startedAt: 10,
    redriveCount: 0,
    ...rest,
  };
}

function ended(id: string): LiveChange {
  return {
    type: 'execution',
    execution: id,
    number: 1,
    pipeline: 'orders',
    team: 'shop',
    name: id,
    status: 'FAILED',
    startedAt: 10,
    stoppedAt: 20,
    error: 'E',
  };
}

function pages<Item>(items: Item[], next?: string): { pages: object[]; pageParams: undefined[] } {
  return { pages: [{ items, ...(next === undefined ? {} : { next }) }], pageParams: [undefined] };
}

test('patches an execution wherever it is shown and leaves the others as they are', () => {
  const cache = new QueryClient();
  const other = execution('b');
  cache.setQueryData(['executions', {}], pages([execution('a'), other]));
  cache.setQueryData(['pipelines'], [{ name: 'orders', team: 'shop', recent: [execution('a')] }]);
  cache.setQueryData(['execution', 'a'], { ...execution('a'), input: {} });
  createApply(cache)([ended('a')]);
  const listed = cache.getQueryData<{ pages: { items: Execution[] }[] }>(['executions', {}]);
  expect(listed?.pages[0]?.items[0]).toMatchObject({ status: 'FAILED', error: 'E', stoppedAt: 20 });
  expect(listed?.pages[0]?.items[1]).toBe(other);
  expect(cache.getQueryData<{ recent: Execution[] }[]>(['pipelines'])?.[0]?.recent[0]?.status).toBe(
    'FAILED',
  );
  expect(cache.getQueryData<ExecutionDetail>(['execution', 'a'])?.status).toBe('FAILED');
});

test('forgets the end and the error of an execution that goes on', () => {
  const cache = new QueryClient();
  cache.setQueryData(['execution', 'a'], {
    ...execution('a', { status: 'FAILED', stoppedAt: 20, error: 'E', cause: 'C' }),
    input: {},
  });
  const {
    stoppedAt: _stopped,
    error: _error,
    ...rest
  } = ended('a') as Extract<LiveChange, { type: 'execution' }>;
  createApply(cache)([{ ...rest, status: 'RUNNING' }]);
  expect(cache.getQueryData(['execution', 'a'])).toEqual({ ...execution('a'), input: {} });
});

test('asks for a list again when something new belongs to it, and only once for many', async () => {
  vi.useFakeTimers();
  try {
    const cache = new QueryClient();
    const asked = vi.spyOn(cache, 'invalidateQueries');
    cache.setQueryData(['executions', { status: 'FAILED' }], pages([]));
    cache.setQueryData(['executions', { pipeline: 'other' }], pages([]));
    const lists = (): unknown[] =>
      asked.mock.calls
        .map(([filter]) => filter?.queryKey)
        .filter((key) => key?.[0] === 'executions');
    const apply = createApply(cache);
    apply([ended('a')]);
    apply([ended('b'), ended('c')]);
    expect(lists()).toEqual([['executions', { status: 'FAILED' }]]);
    await vi.advanceTimersByTimeAsync(1_000);
    expect(lists()).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(5_000);
    expect(lists()).toHaveLength(2);
  } finally {
    vi.useRealTimers();
  }
});

test('asks again for all that is watched when an execution ends, and keeps lists that are read as they are', () => {
  const cache = new QueryClient();
  const stale = (key: unknown[]): boolean | undefined => cache.getQueryState(key)?.isInvalidated;
  const watched = [
    ['overview', {}],
    ['board', 'county'],
    ['checks', 'day'],
    ['expectations', {}],
  ];
  for (const key of [...watched, ['check-results', {}]]) cache.setQueryData(key, {});
  createApply(cache)([ended('a')]);
  expect(watched.map(stale)).toEqual([true, true, true, true]);
  expect(stale(['check-results', {}])).toBe(false);
});

test('adds history events once, and none where pages are missing in between', () => {
  const event = (id: number): HistoryEvent => ({ id, prev: id - 1, at: 0, type: 'X', details: {} });
  const cache = new QueryClient();
  cache.setQueryData(['history', 'a'], pages([event(1), event(2)]));
  cache.setQueryData(['history', 'b'], pages([event(1)], 'more'));
  const apply = createApply(cache);
  for (const id of ['a', 'b']) {
    const of = { execution: id, number: 1, pipeline: 'orders', team: 'shop' };
    apply([{ type: 'history', ...of, events: [event(2), event(3)] }]);
  }
  const ids = (id: string): number[] | undefined =>
    cache
      .getQueryData<{ pages: { items: HistoryEvent[] }[] }>(['history', id])
      ?.pages[0]?.items.map((item) => item.id);
  expect(ids('a')).toEqual([1, 2, 3]);
  expect(ids('b')).toEqual([1]);
});
