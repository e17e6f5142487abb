/**
 * Light, dark, or as the system says.
 * @module
 */
import { recall, remember } from './remembered.js';

export type Theme = 'system' | 'light' | 'dark';

/** The theme that was chosen in this browser. */
export function chosenTheme(): Theme {
  const known = recall('theme');
  return known === 'light' || known === 'dark' ? known : 'system';
}

/** Puts the chosen theme on the page. */
export function applyTheme(): void {
  const theme = chosenTheme();
  if (theme === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = theme;
}

/** Chooses a theme and puts it on the page. */
export function chooseTheme(theme: Theme): void {
  remember('theme', theme === 'system' ? undefined : theme);
  applyTheme();
}
