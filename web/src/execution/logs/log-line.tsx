/**
 * One line of a log: number, time, level, state, text, fields.
 * @module
 */
import { type ReactElement, useState } from 'react';
import type { LogLine } from '../../api/types.js';
import { printable } from '../../format/printable.js';
import { formatClock, formatUtc } from '../../format/time.js';
import styles from './log-line.module.css';

/** Longer texts are cut until somebody wants all of them. */
const CUT = 2_000;

const LETTERS: { [level in LogLine['level']]: string } = {
  debug: 'D',
  info: 'I',
  warn: 'W',
  error: 'E',
};

export function LogLineRow({
  line,
  number,
  wrap,
  marked,
}: {
  line: LogLine;
  /** Counted from 1; undefined when it is not known. */
  number: number | undefined;
  wrap: boolean;
  marked: boolean;
}): ReactElement {
  const [whole, setWhole] = useState(false);
  const { at, level, state, message, fields } = line;
  const text = whole ? message : message.slice(0, CUT);
  return (
    <div
      className={styles.line}
      data-level={level}
      data-wrap={wrap || undefined}
      data-marked={marked || undefined}
    >
      <span className={styles.number}>{number}</span>
      <time className={styles.time} title={formatUtc(at)}>
        {formatClock(at)}
      </time>
      <span className={styles.level} title={level}>
        {LETTERS[level]}
      </span>
      <span className={styles.state} title={state}>
        {printable(state)}
      </span>
      <span className={styles.text}>
        {printable(text)}
        {text.length < message.length && (
          <button type="button" className={styles.whole} onClick={() => setWhole(true)}>
            … {(message.length - CUT).toLocaleString('en')} more characters
          </button>
        )}
        {fields !== undefined && Object.keys(fields).length > 0 && (
          <span className={styles.fields}> {printable(JSON.stringify(fields).slice(0, CUT))}</span>
        )}
      </span>
    </div>
  );
}

/** A line as text to copy: what the task printed, with time, level and state before it. */
export function logLineText(line: LogLine | undefined): string {
  if (line === undefined) return '';
  return `${new Date(line.at).toISOString()} ${LETTERS[line.level]} ${line.state} ${line.message}`;
}
