/**
 * Keys without a modifier. They can be switched off (WCAG 2.1.4) in the help dialog.
 * @module
 */
import { useEffect, useRef } from 'react';
import { recall } from './remembered.js';

/** Key or sequence of two, such as `/` or `g p`, to what it does. */
export type Hotkeys = { [keys: string]: () => void };

const SEQUENCE_MS = 1_200;

/** True unless they were switched off in this browser. */
export function hotkeysOn(): boolean {
  return recall('hotkeys') !== 'no';
}

/** Listens to keys as long as the component is there. */
export function useHotkeys(keys: Hotkeys): void {
  const latest = useRef(keys);
  useEffect(() => {
    latest.current = keys;
  });
  useEffect(() => {
    let first: { key: string; at: number } | undefined;
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if ((event.key.length === 1 && !hotkeysOn()) || typesText(event.target) || inDialog()) return;
      const pair =
        first && event.timeStamp - first.at < SEQUENCE_MS ? `${first.key} ${event.key}` : '';
      first = { key: event.key, at: event.timeStamp };
      const action = latest.current[pair] ?? latest.current[event.key];
      if (action === undefined) return;
      event.preventDefault();
      first = undefined;
      action();
    };
    document.addEventListener('keydown', press);
    return () => document.removeEventListener('keydown', press);
  }, []);
}

function typesText(target: EventTarget | null): boolean {
  return (
    target instanceof HTMLElement &&
    (target.isContentEditable || ['INPUT', 'TEXTAREA', 'SELECT'].includes(target.tagName))
  );
}

function inDialog(): boolean {
  return document.querySelector('[role=dialog],[role=alertdialog]') !== null;
}

/** Moves the focus to the next or the previous row of the list on the page. */
export function focusRow(step: 1 | -1): void {
  const rows = [...document.querySelectorAll<HTMLElement>('main [data-row]')];
  const at = rows.indexOf(document.activeElement as HTMLElement);
  const next = at < 0 ? (step === 1 ? 0 : rows.length - 1) : at + step;
  rows[Math.min(Math.max(next, 0), rows.length - 1)]?.focus();
}
