/**
 * Whether this browser is logged in, as far as the server's answers tell.
 * @module
 */
import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let loggedOut = false;

/** The server refused the session. */
export function reportLoggedOut(): void {
  loggedOut = true;
  for (const listener of listeners) listener();
}

export function useLoggedOut(): boolean {
  return useSyncExternalStore(
    (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    () => loggedOut,
  );
}
