/**
 * A command, or lines of a file, to type or copy.
 * @module
 */
import type { ReactElement } from 'react';
import styles from './command.module.css';
import { CopyButton } from './copy-button.js';

export function Command({
  text,
  of = 'shell',
}: {
  text: string;
  /** Where it is typed: a shell shows its sign. */
  of?: 'shell' | 'file';
}): ReactElement {
  return (
    <div className={styles.command} data-of={of}>
      <code>{text}</code>
      <CopyButton text={text} look="quiet" what={of === 'shell' ? 'command' : 'lines'} />
    </div>
  );
}
