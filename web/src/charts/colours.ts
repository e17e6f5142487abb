/**
 * The tokens of `styles/tokens.css` as a canvas needs them: resolved for the theme that is shown.
 * @module
 */
import { useSyncExternalStore } from 'react';

const TOKENS = [
  'ink-2',
  'ink-3',
  'line',
  'surface',
  'accent',
  'accent-soft',
  'ok',
  'warn',
  'fail',
  'off',
] as const;

export type Colours = { readonly [token in (typeof TOKENS)[number]]: string };

let known: Colours | undefined;

/** Colours of the theme that is shown; another object when it is another theme. */
export function useColours(): Colours {
  return useSyncExternalStore(subscribe, current);
}

function subscribe(listener: () => void): () => void {
  const changed = (): void => {
    known = undefined;
    listener();
  };
  const system = window.matchMedia('(prefers-color-scheme: dark)');
  const chosen = new MutationObserver(changed);
  chosen.observe(document.documentElement, { attributeFilter: ['data-theme'] });
  system.addEventListener('change', changed);
  return () => {
    chosen.disconnect();
    system.removeEventListener('change', changed);
  };
}

function current(): Colours {
  known ??= read();
  return known;
}

/** A custom property itself says `light-dark(…)`; only a colour that is applied is one. */
function read(): Colours {
  const probe = document.createElement('span');
  document.body.append(probe);
  const entries = TOKENS.map((token): [string, string] => {
    probe.style.color = `var(--${token})`;
    return [token, getComputedStyle(probe).color];
  });
  probe.remove();
  return Object.fromEntries(entries) as Colours;
}
