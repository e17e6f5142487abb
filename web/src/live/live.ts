/**
 * The live stream, as components see it.
 * @module
 */
import type { QueryClient } from '@tanstack/react-query';
import { createContext, useContext, useEffect, useSyncExternalStore } from 'react';
import { PATHS, PREFIX } from '../../../src/api/paths.js';
import type { LiveChange } from '../api/types.js';
import { createApply } from './apply-changes.js';
import {
  createLiveStream,
  type LiveFilter,
  type LiveState,
  type LiveStream,
} from './live-stream.js';

const LiveContext = createContext<LiveStream | undefined>(undefined);

/** Gives the stream to the components below. */
export const LiveProvider = LiveContext.Provider;

/** Opens the stream of this tab and lets it keep the cache up to date. */
export function startLive(cache: QueryClient): LiveStream {
  const stream = createLiveStream(PREFIX + PATHS.events);
  stream.onChanges(createApply(cache));
  stream.onReset(() => void cache.invalidateQueries({ refetchType: 'active' }));
  return stream;
}

function useStream(): LiveStream {
  const stream = useContext(LiveContext);
  if (stream === undefined) throw new Error('No live stream above this component.');
  return stream;
}

/** Says what the page wants to hear. An execution is heard with its history and logs, lists only with their rows. */
export function useWatch(execution: string | undefined): void {
  const stream = useStream();
  useEffect(() => {
    const filter: LiveFilter =
      execution === undefined ? { types: ['execution', 'pipeline', 'incident'] } : { execution };
    stream.watch(filter);
  }, [stream, execution]);
}

/** Whether the page is up to date. */
export function useLiveState(): LiveState {
  const stream = useStream();
  return useSyncExternalStore(stream.onState, stream.state);
}

/** Calls with each batch of changes. The function must stay the same between renderings. */
export function useChanges(listener: (changes: readonly LiveChange[]) => void): void {
  const stream = useStream();
  useEffect(() => stream.onChanges(listener), [stream, listener]);
}

/** Calls when something may have been missed. The function must stay the same between renderings. */
export function useReset(listener: () => void): void {
  const stream = useStream();
  useEffect(() => stream.onReset(listener), [stream, listener]);
}
