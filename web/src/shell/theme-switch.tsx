/**
 * Goes round: system, light, dark.
 * @module
 */
import { type ReactElement, useState } from 'react';
import { Button } from '../parts/button.js';
import { Icon, type IconName } from '../parts/icon.js';
import { chooseTheme, chosenTheme, type Theme } from './theme.js';

const NEXT: { [theme in Theme]: Theme } = { system: 'light', light: 'dark', dark: 'system' };
const ICONS: { [theme in Theme]: IconName } = { system: 'system', light: 'sun', dark: 'moon' };

export function ThemeSwitch(): ReactElement {
  const [theme, setTheme] = useState(chosenTheme);
  const next = NEXT[theme];
  return (
    <Button
      look="quiet"
      aria-label={`Colours: ${theme}. Change to ${next}`}
      title={`Colours: ${theme}`}
      onClick={() => {
        chooseTheme(next);
        setTheme(next);
      }}
    >
      <Icon name={ICONS[theme]} />
    </Button>
  );
}
