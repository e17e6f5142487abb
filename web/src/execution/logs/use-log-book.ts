/**
 * Reads a log page by page and follows it while it grows.
 *
 * A live `log` event is only the sign to read on from where the book ends. So no line is shown twice or lost, however
 * often the connection breaks.
 * @module
 */

import { useCallback, useEffect, useRef, useState } from 'react';
import { PATHS, pathTo } from '../../../../src/api/paths.js';
import { get } from '../../api/client.js';
import type { LiveChange, LogLine, Page } from '../../api/types.js';
import { useChanges, useReset } from '../../live/live.js';
import { EMPTY_BOOK, type LogBook, withPage } from './log-book.js';

/** Where reading begins: at the first line, at the last ones, or at the first line and on to the first error. */
export type LogStart = 'start' | 'tail' | 'error';

const PAGE = 1_000;
/** Pages read in search of an error, before the reader is asked. */
const SEARCHED = 20;

export interface LogReading {
  book: LogBook;
  error: unknown;
  /** Reads the next page. */
  more: () => void;
}

export function useLogBook(id: string, state: string | undefined, start: LogStart): LogReading {
  const [book, setBook] = useState<LogBook>(EMPTY_BOOK);
  const [error, setError] = useState<unknown>();
  const reader = useRef<{ read: () => void }>({ read: () => undefined });

  useEffect(() => {
    const stop = new AbortController();
    let held = EMPTY_BOOK;
    let reading = false;
    let again = false;

    async function readPage(): Promise<void> {
      const tail = start === 'tail' && held.cursor === undefined;
      const page = await get<Page<LogLine>>(
        pathTo(PATHS.logs, { id }),
        { state, limit: PAGE, cursor: held.cursor, from: tail ? 'tail' : undefined },
        stop.signal,
      );
      held = withPage(held, page, PAGE, tail);
    }

    /** Up to the first error, when that is what is wanted. */
    async function readOn(): Promise<void> {
      for (let pages = 0; pages < SEARCHED; pages++) {
        await readPage();
        const enough = start !== 'error' || held.lines.some(({ level }) => level === 'error');
        if (held.complete || enough) return;
      }
    }

    function read(): void {
      if (reading) {
        again = true;
        return;
      }
      reading = true;
      readOn()
        .then(
          () => {
            setBook(held);
            setError(undefined);
          },
          (problem: unknown) => {
            if (!stop.signal.aborted) setError(problem);
          },
        )
        .finally(() => {
          reading = false;
          if (!again || stop.signal.aborted) return;
          again = false;
          read();
        });
    }

    reader.current = { read };
    setBook(EMPTY_BOOK);
    read();
    return () => stop.abort();
  }, [id, state, start]);

  const complete = useRef(false);
  complete.current = book.complete;
  const follow = useCallback(() => {
    // What was not read yet is read when the reader comes there.
    if (complete.current) reader.current.read();
  }, []);
  useReset(follow);
  useChanges(
    useCallback(
      (changes: readonly LiveChange[]) => {
        if (changes.some((change) => change.type === 'log' && change.execution === id)) follow();
      },
      [follow, id],
    ),
  );
  return { book, error, more: useCallback(() => reader.current.read(), []) };
}
