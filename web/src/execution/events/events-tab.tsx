/**
 * The history: every event with its details, oldest first.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { historyQuery } from '../../api/queries.js';
import type { ExecutionDetail, HistoryEvent } from '../../api/types.js';
import { formatDuration } from '../../format/duration.js';
import { printable } from '../../format/printable.js';
import { formatClock, formatUtc } from '../../format/time.js';
import { classes } from '../../parts/class-names.js';
import list from '../../parts/list.module.css';
import { RefusalNote } from '../../parts/refusal-note.js';
import { VirtualRows } from '../../parts/virtual-rows.js';
import styles from './events-tab.module.css';

const ROW = 37;
/** Characters of details in a row; all of them are a click away. */
const SUMMARY = 240;

export function EventsTab({ execution }: { execution: ExecutionDetail }): ReactElement | null {
  const { data, error, hasNextPage, fetchNextPage } = useInfiniteQuery(historyQuery(execution.id));
  const [open, setOpen] = useState<ReadonlySet<number>>(new Set());
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  const events = data.pages.flatMap((page) => page.items);
  const toggle = (id: number): void => {
    const next = new Set(open);
    if (!next.delete(id)) next.add(id);
    setOpen(next);
  };
  return (
    <div className={list.list} role="table" aria-label="History events">
      <div role="rowgroup">
        <div role="row" className={classes(list.head, styles.columns)}>
          <span role="columnheader">Id</span>
          <span role="columnheader">Time</span>
          <span role="columnheader" className={styles.after}>
            After
          </span>
          <span role="columnheader">Event</span>
          <span role="columnheader" className={styles.details}>
            Details
          </span>
        </div>
      </div>
      <VirtualRows
        count={events.length}
        height={ROW}
        keyOf={(index) => String(events[index]?.id)}
        render={(index) => {
          const event = events[index];
          return (
            event !== undefined && (
              <Row
                event={event}
                startedAt={execution.startedAt}
                open={open.has(event.id)}
                onToggle={() => toggle(event.id)}
              />
            )
          );
        }}
        {...(hasNextPage ? { onEnd: () => void fetchNextPage() } : {})}
      />
    </div>
  );
}

function Row({
  event,
  startedAt,
  open,
  onToggle,
}: {
  event: HistoryEvent;
  startedAt: number;
  open: boolean;
  onToggle: () => void;
}): ReactElement {
  const { id, prev, at, type, details } = event;
  return (
    <div role="row" className={classes(list.row, styles.row, styles.columns)}>
      <span role="cell" className={classes(list.dim, list.number)} title={`after event ${prev}`}>
        {id}
      </span>
      <time role="cell" className={classes(list.cell, list.number)} title={formatUtc(at)}>
        {formatClock(at)}
      </time>
      <span role="cell" className={classes(list.dim, list.number, styles.after)}>
        {formatDuration(at - startedAt)}
      </span>
      <span role="cell" className={list.cell}>
        <button
          type="button"
          className={classes(list.main, styles.type)}
          data-row
          data-bad={/(Failed|TimedOut|Aborted)$/.test(type) || undefined}
          aria-expanded={open}
          onClick={onToggle}
        >
          {type}
        </button>
      </span>
      <code role="cell" className={classes(list.cut, styles.details)}>
        {printable(JSON.stringify(details).slice(0, SUMMARY))}
      </code>
      {open && (
        <pre role="cell" className={styles.all}>
          {printable(JSON.stringify(details, null, 2))}
        </pre>
      )}
    </div>
  );
}
