/**
 * The lines in sight, in a box of their own that scrolls. At the end it follows; scrolling up lets it rest.
 * @module
 */
import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactElement, useEffect, useLayoutEffect, useRef } from 'react';
import { useHotkeys } from '../../shell/hotkeys.js';
import type { LogBook } from './log-book.js';
import { LogLineRow } from './log-line.js';
import styles from './log-lines.module.css';

const LINE = 22;
/** So near to the end counts as being there, pixels. */
const NEAR = 30;

export function LogLines({
  book,
  shown,
  wrap,
  follow,
  onFollow,
  goToError,
  onEnd,
}: {
  book: LogBook;
  /** Places of the lines to show. */
  shown: readonly number[];
  wrap: boolean;
  follow: boolean;
  onFollow: (follow: boolean) => void;
  /** Begin at the first error. */
  goToError: boolean;
  /** Called at the end, when there is more to read. */
  onEnd: (() => void) | undefined;
}): ReactElement {
  const box = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: shown.length,
    getScrollElement: () => box.current,
    estimateSize: () => LINE,
    overscan: 20,
  });
  const errors = shown.flatMap((index, row) => (book.lines[index]?.level === 'error' ? [row] : []));

  useLayoutEffect(() => {
    if (follow && shown.length > 0) rows.scrollToIndex(shown.length - 1, { align: 'end' });
  }, [follow, shown.length, rows]);

  const gone = useRef(false);
  const firstError = errors[0];
  useEffect(() => {
    if (!goToError || gone.current || (firstError === undefined && !book.complete)) return;
    gone.current = true;
    // Where no line says that it is an error, the last words before the failure are worth most.
    if (firstError === undefined) rows.scrollToIndex(shown.length - 1, { align: 'end' });
    else rows.scrollToIndex(firstError, { align: 'center' });
  }, [goToError, firstError, book.complete, shown.length, rows]);

  const inSight = rows.getVirtualItems();
  const last = inSight.at(-1)?.index ?? 0;
  useEffect(() => {
    if (last >= shown.length - 1) onEnd?.();
  }, [last, shown.length, onEnd]);

  const jump = (step: 1 | -1): void => {
    const top = rows.scrollOffset ?? 0;
    const middle = top + (box.current?.clientHeight ?? 0) / 2;
    const at = rows.getVirtualItemForOffset(middle)?.index ?? 0;
    const next = step === 1 ? errors.find((row) => row > at) : errors.findLast((row) => row < at);
    if (next === undefined) return;
    onFollow(false);
    rows.scrollToIndex(next, { align: 'center' });
  };
  useHotkeys({ n: () => jump(1), N: () => jump(-1) });

  return (
    <div
      ref={box}
      className={styles.box}
      role="region"
      aria-label="Log lines"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard (WCAG 2.1.1)
      tabIndex={0}
      onWheel={(event) => {
        if (event.deltaY < 0) onFollow(false);
      }}
      onKeyDown={(event) => {
        if (['ArrowUp', 'PageUp', 'Home'].includes(event.key)) onFollow(false);
      }}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        const atEnd = scrollHeight - clientHeight - scrollTop < NEAR;
        if (atEnd && !follow && book.complete && !goToError) onFollow(true);
      }}
    >
      <div className={styles.lines} style={{ height: rows.getTotalSize() }}>
        {inSight.map(({ index: row, key, start }) => {
          const place = shown[row] ?? 0;
          const line = book.lines[place];
          return (
            line !== undefined && (
              <div
                key={key}
                ref={rows.measureElement}
                data-index={row}
                className={styles.place}
                style={{ transform: `translateY(${start}px)` }}
              >
                <LogLineRow
                  line={line}
                  number={book.first === undefined ? undefined : book.first + place}
                  wrap={wrap}
                  marked={goToError && row === firstError}
                />
              </div>
            )
          );
        })}
      </div>
    </div>
  );
}
