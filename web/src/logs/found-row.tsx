/**
 * A log line that was found: when, how bad, where it comes from, what it says; it opens what was said around it.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { logSearchQuery } from '../api/queries.js';
import type { FoundLine } from '../api/types.js';
import { printable } from '../format/printable.js';
import { formatTime, formatUtc } from '../format/time.js';
import list from '../parts/list.module.css';
import { RefusalNote } from '../parts/refusal-note.js';
import styles from './found-row.module.css';

/** Longer texts are cut: the execution has all of it. */
const CUT = 1_000;
/** Milliseconds before and behind a line that are shown with it. */
const AROUND = 10_000;

export type ShownLine = Pick<
  FoundLine,
  'at' | 'level' | 'state' | 'message' | 'fields' | 'execution' | 'number' | 'pipeline'
>;

export function FoundRow({ line }: { line: ShownLine }): ReactElement {
  const [open, setOpen] = useState(false);
  const { at, level, state, execution, number, pipeline } = line;
  return (
    <>
      <div className={`${list.row} ${styles.columns}`} role="row" data-level={level}>
        <div role="cell" className={styles.time}>
          <time dateTime={new Date(at).toISOString()} title={formatUtc(at)}>
            {formatTime(at)}
          </time>
        </div>
        <div role="cell" className={styles.level}>
          {level}
        </div>
        <div role="cell" className={styles.where}>
          <Link to="/e/$id" params={{ id: execution }} search={{ tab: 'logs', state }} data-row>
            {printable(pipeline)} #{number}
          </Link>
          <span className={list.dim}> {printable(state)}</span>
        </div>
        <div role="cell" className={styles.text}>
          <Text line={line} />
        </div>
        <div role="cell" className={styles.around}>
          <button
            type="button"
            className={styles.button}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            Around
          </button>
        </div>
      </div>
      {open && (
        <div role="row" className={styles.opened}>
          <div role="cell">
            <Around line={line} />
          </div>
        </div>
      )}
    </>
  );
}

function Text({ line: { message, fields } }: { line: ShownLine }): ReactElement {
  return (
    <>
      {printable(message.slice(0, CUT))}
      {message.length > CUT && ' …'}
      {fields !== undefined && Object.keys(fields).length > 0 && (
        <span className={styles.fields}> {printable(JSON.stringify(fields).slice(0, CUT))}</span>
      )}
    </>
  );
}

/** What the same execution said shortly before and after. */
function Around({ line }: { line: ShownLine }): ReactElement {
  const { data, error } = useInfiniteQuery(
    logSearchQuery({
      q: `execution:${line.execution}`,
      since: new Date(line.at - AROUND).toISOString(),
      until: new Date(line.at + AROUND).toISOString(),
    }),
  );
  const lines = (data?.pages ?? []).flatMap(({ items }) => items).toReversed();
  return (
    <div className={styles.lines}>
      {error !== null && <RefusalNote error={error} />}
      {lines.map((one, index) => (
        <div
          key={index}
          className={styles.line}
          data-level={one.level}
          data-marked={(one.at === line.at && one.message === line.message) || undefined}
        >
          <time title={formatUtc(one.at)}>{new Date(one.at).toISOString().slice(11, 23)}</time>{' '}
          <b>{printable(one.state)}</b> <Text line={one} />
        </div>
      ))}
    </div>
  );
}
