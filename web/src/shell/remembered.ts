/**
 * Small choices that this browser remembers.
 * @module
 */
import { useCallback, useState } from 'react';

const PREFIX = 'millrace.';

/** Reads a choice; undefined when there is none, or when the browser keeps nothing. */
export function recall(name: string): string | undefined {
  try {
    return localStorage.getItem(PREFIX + name) ?? undefined;
  } catch {
    return undefined;
  }
}

/** Keeps a choice; undefined forgets it. */
export function remember(name: string, value: string | undefined): void {
  try {
    if (value === undefined) localStorage.removeItem(PREFIX + name);
    else localStorage.setItem(PREFIX + name, value);
  } catch {
    // The choice then holds for this page only.
  }
}

/** A switch that stays as it was left. */
export function useRememberedSwitch(
  name: string,
  initially: boolean,
): [boolean, (value: boolean) => void] {
  const [value, setValue] = useState(() => {
    const known = recall(name);
    return known === undefined ? initially : known === 'yes';
  });
  const change = useCallback(
    (next: boolean) => {
      remember(name, next ? 'yes' : 'no');
      setValue(next);
    },
    [name],
  );
  return [value, change];
}
