/**
 * Says whether what is on the page is what is.
 * @module
 */
import type { ReactElement } from 'react';
import { useLiveState } from './live.js';
import styles from './live-pill.module.css';
import type { LiveState } from './live-stream.js';

const TEXTS: { [state in LiveState]: { word: string; meaning: string } } = {
  live: { word: 'Live', meaning: 'Changes appear by themselves.' },
  connecting: { word: 'Reconnecting', meaning: 'The server does not answer; trying again.' },
  stale: { word: 'Stale', meaning: 'Nothing was heard from the server for 20 seconds.' },
  paused: { word: 'Paused', meaning: 'Goes on when this tab is in front.' },
};

export function LivePill(): ReactElement {
  const state = useLiveState();
  const { word, meaning } = TEXTS[state];
  return (
    <span className={styles.pill} data-state={state} title={meaning}>
      <span className={styles.dot} aria-hidden="true" />
      {word}
    </span>
  );
}
