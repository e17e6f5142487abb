/**
 * What the console reads of challengers, each with its key in the cache, and what it does to them.
 * @module
 */
import { infiniteQueryOptions, keepPreviousData, queryOptions } from '@tanstack/react-query';
import { PATHS, pathTo } from '../../../src/api/paths.js';
import { get, post } from './client.js';
import type { Challenge, ChallengeDetail, Page } from './types.js';

/** That both have ended is heard live; that they have been compared since is not. */
const RUNNING_EVERY_MS = 3_000;
const LOOK_EVERY_MS = 30_000;
const PER_PAGE = 50;

export interface ChallengeFilter {
  pipeline?: string | undefined;
  team?: string | undefined;
}

export const challengesQuery = (filter: ChallengeFilter, limit = PER_PAGE) =>
  infiniteQueryOptions({
    queryKey: ['challenges', filter, limit],
    queryFn: async ({ pageParam, signal }) =>
      await get<Page<Challenge>>(
        PATHS.challengers,
        { pipeline: filter.pipeline, team: filter.team, limit, cursor: pageParam },
        signal,
      ),
    initialPageParam: undefined as string | undefined,
    getNextPageParam: (page) => page.next,
    refetchInterval: ({ state: { data } }) =>
      data?.pages.some(({ items }) => items.some(isOpen)) ? RUNNING_EVERY_MS : LOOK_EVERY_MS,
    placeholderData: keepPreviousData,
  });

export const challengeQuery = (number: string) =>
  queryOptions({
    queryKey: ['challenge', number],
    queryFn: async ({ signal }) =>
      await get<ChallengeDetail>(pathTo(PATHS.challenger, { number }), {}, signal),
    refetchInterval: ({ state: { data } }) =>
      data !== undefined && isOpen(data) ? RUNNING_EVERY_MS : LOOK_EVERY_MS,
  });

/** What may be done to a challenge. */
export type ChallengeAct = 'promote' | 'stop';

/**
 * Makes the candidate the current version, or ends the challenge without a verdict.
 * @throws Refusal
 */
export async function actOnChallenge(number: number, act: ChallengeAct): Promise<Challenge> {
  const path = act === 'promote' ? PATHS.challengerPromote : PATHS.challengerStop;
  return await post<Challenge>(pathTo(path, { number: String(number) }), {});
}

function isOpen({ state }: Pick<Challenge, 'state'>): boolean {
  return state !== 'ended';
}
