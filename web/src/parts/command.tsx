/**
 * A command to type or copy.
 * @module
 */
import type { ReactElement } from 'react';
import styles from './command.module.css';
import { CopyButton } from './copy-button.js';

export function Command({ text }: { text: string }): ReactElement {
  return (
    <div className={styles.command}>
      <code>{text}</code>
      <CopyButton text={text} look="quiet" what="command" />
    </div>
  );
}
