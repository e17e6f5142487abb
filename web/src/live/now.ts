/**
 * The present, for ages and running durations. All components share one clock.
 * @module
 */
import { useSyncExternalStore } from 'react';

const TICK_MS = 1_000;
const listeners = new Set<() => void>();
let timer: number | undefined;
let now = Date.now();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  if (timer === undefined) {
    now = Date.now();
    timer = window.setInterval(() => {
      now = Date.now();
      for (const tell of listeners) tell();
    }, TICK_MS);
  }
  return () => {
    listeners.delete(listener);
    if (listeners.size === 0) {
      window.clearInterval(timer);
      timer = undefined;
    }
  };
}

/**
 * Milliseconds since the epoch; the component is drawn again each second.
 * @param running false: the time of the last tick, and never drawn again
 */
export function useNow(running = true): number {
  return useSyncExternalStore(running ? subscribe : never, () => now);
}

function never(): () => void {
  return () => undefined;
}
