/**
 * JSON to read and to copy.
 * @module
 */
import { type ReactElement, useMemo } from 'react';
import type { Json } from '../api/types.js';
import { CopyButton } from './copy-button.js';
import { jsonTokens } from './json-tokens.js';
import styles from './json-view.module.css';

/** Beyond this many characters colours cost more than they help. */
const COLOURED = 60_000;

export function JsonView({
  label,
  value,
}: {
  label: string;
  value: Json | undefined;
}): ReactElement {
  const text = useMemo(() => JSON.stringify(value, null, 2), [value]);
  if (text === undefined) {
    return (
      <figure className={styles.view}>
        <figcaption className={styles.head}>{label}</figcaption>
        <p className={styles.none}>none</p>
      </figure>
    );
  }
  return (
    <figure className={styles.view}>
      <figcaption className={styles.head}>
        {label}
        <CopyButton text={text} look="quiet" what={label} />
      </figcaption>
      {/* Scrollable, so it must be reachable by keyboard. */}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: WCAG 2.1.1, scrolling */}
      <pre className={styles.body} tabIndex={0} role="region" aria-label={label}>
        {text.length > COLOURED
          ? text
          : jsonTokens(text).map(({ kind, text: part, at }) => (
              <span key={at} className={styles[kind]}>
                {part}
              </span>
            ))}
      </pre>
    </figure>
  );
}
