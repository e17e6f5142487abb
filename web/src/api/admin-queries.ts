/**
 * What the console reads of channels, deliveries, workers and tokens, each with its key in the cache.
 * @module
 */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { PATHS, pathTo } from '../../../src/api/paths.js';
import { get, post, remove } from './client.js';
import type { Channel, Delivery, Page, Token, WaitingForWorker, Worker } from './types.js';

/** How a channel is, and what became of a message, is no live event. */
const LOOK_EVERY_MS = 5_000;
/** A test is on its way: people wait for it. */
const WAIT_EVERY_MS = 500;
const PER_PAGE = 50;

export interface DeliveryFilter {
  channel?: string | undefined;
  status?: Delivery['status'] | undefined;
  team?: string | undefined;
}

export const channelsQuery = queryOptions({
  queryKey: ['channels'],
  queryFn: async ({ signal }) =>
    (await get<{ items: Channel[] }>(PATHS.channels, {}, signal)).items,
  refetchInterval: LOOK_EVERY_MS,
});

export const deliveriesQuery = (filter: DeliveryFilter) =>
  infiniteQueryOptions({
    queryKey: ['deliveries', filter],
    queryFn: async ({ pageParam, signal }) =>
      await get<Page<Delivery>>(
        PATHS.deliveries,
        { ...filter, limit: PER_PAGE, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: LOOK_EVERY_MS,
    placeholderData: keepPreviousData,
  });

/** Looked at often until it has ended. */
export const deliveryQuery = (number: number) =>
  queryOptions({
    queryKey: ['deliveries', 'one', number],
    queryFn: async ({ signal }) =>
      await get<Delivery>(pathTo(PATHS.delivery, { number: String(number) }), {}, signal),
    refetchInterval: ({ state: { data } }) =>
      data === undefined || data.status === 'PENDING' ? WAIT_EVERY_MS : false,
  });

/** Those that are connected, and what waits for one. */
export const workersQuery = queryOptions({
  queryKey: ['workers'],
  queryFn: async ({ signal }) =>
    await get<{ items: Worker[]; waiting: WaitingForWorker[] }>(PATHS.workers, {}, signal),
  refetchInterval: LOOK_EVERY_MS,
});

export const tokensQuery = queryOptions({
  queryKey: ['tokens'],
  queryFn: async ({ signal }) => (await get<{ items: Token[] }>(PATHS.tokens, {}, signal)).items,
});

/** @throws Refusal */
export async function testChannel({ team, name }: Channel): Promise<Delivery> {
  const path = pathTo(PATHS.testChannel, { name });
  return await post<Delivery>(`${path}?team=${encodeURIComponent(team)}`, {});
}

/** @throws Refusal */
export async function retryDelivery(number: number): Promise<Delivery> {
  return await post<Delivery>(pathTo(PATHS.retryDelivery, { number: String(number) }), {});
}

/** @throws Refusal */
export async function revokeToken(id: string): Promise<void> {
  await remove(pathTo(PATHS.token, { id }));
}
