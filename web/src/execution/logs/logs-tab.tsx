/**
 * What the tasks printed. A failed execution opens at its first error, others at the end, where the log follows.
 * @module
 */
import { type ReactElement, useDeferredValue, useMemo, useState } from 'react';
import type { ExecutionDetail, StateVisit } from '../../api/types.js';
import { Button } from '../../parts/button.js';
import { CopyButton } from '../../parts/copy-button.js';
import { EmptyState } from '../../parts/empty-state.js';
import field from '../../parts/field.module.css';
import { RefusalNote } from '../../parts/refusal-note.js';
import { useRememberedSwitch } from '../../shell/remembered.js';
import type { ExecutionSearch } from '../execution-search.js';
import { type LogFilter, matchingLines } from './log-book.js';
import { logLineText } from './log-line.js';
import { LogLines } from './log-lines.js';
import styles from './logs-tab.module.css';
import { type LogStart, useLogBook } from './use-log-book.js';

export function LogsTab({
  execution,
  visits,
  search,
  onShow,
}: {
  execution: ExecutionDetail;
  visits: readonly StateVisit[];
  search: ExecutionSearch;
  onShow: (search: ExecutionSearch) => void;
}): ReactElement {
  const failed = execution.status === 'FAILED' || execution.status === 'TIMED_OUT';
  const [start, setStart] = useState<LogStart>(failed ? 'error' : 'tail');
  const [follow, setFollow] = useState(start === 'tail');
  const [wrap, setWrap] = useRememberedSwitch('logs.wrap', true);
  const [text, setText] = useState('');
  const [level, setLevel] = useState<LogFilter['level']>('all');
  const { book, error, more } = useLogBook(execution.id, search.state, start);
  const wanted = useDeferredValue(text);
  const shown = useMemo(
    () => matchingLines(book.lines, { text: wanted, level }),
    [book.lines, wanted, level],
  );
  const states = useMemo(() => tasks(visits, search.state), [visits, search.state]);
  const begin = (next: LogStart): void => {
    setStart(next);
    setFollow(next === 'tail');
  };
  return (
    <div className={styles.logs}>
      <div className={styles.tools}>
        <input
          className={field.field}
          type="search"
          data-filter
          aria-label="Filter lines by text"
          placeholder="Filter lines"
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <select
          className={field.field}
          aria-label="State"
          value={search.state ?? ''}
          onChange={(event) => {
            const state = event.target.value;
            onShow(state === '' ? { tab: 'logs' } : { tab: 'logs', state });
          }}
        >
          <option value="">All states</option>
          {states.map((name) => (
            <option key={name}>{name}</option>
          ))}
        </select>
        <select
          className={field.field}
          aria-label="Level"
          value={level}
          onChange={(event) => setLevel(event.target.value as LogFilter['level'])}
        >
          <option value="all">All levels</option>
          <option value="warn">Warnings and errors</option>
          <option value="error">Errors</option>
        </select>
        <span className={styles.spring} />
        <Button look="quiet" aria-pressed={wrap} onClick={() => setWrap(!wrap)}>
          {wrap ? 'Wrapped' : 'Not wrapped'}
        </Button>
        <CopyButton
          look="quiet"
          label="Copy lines"
          text={() => shown.map((index) => logLineText(book.lines[index])).join('\n')}
        />
        <Button look="quiet" onClick={() => begin('start')}>
          Beginning
        </Button>
        <Button look="quiet" onClick={() => begin('tail')}>
          End
        </Button>
      </div>
      {error !== undefined && <RefusalNote error={error} />}
      {book.cursor !== undefined && book.lines.length === 0 && (
        <EmptyState
          title={search.state === undefined ? 'No lines' : `No lines from ${search.state}`}
        >
          {execution.status === 'RUNNING'
            ? 'What the tasks print appears here while they print it.'
            : 'The tasks of this execution printed nothing.'}
        </EmptyState>
      )}
      {book.lines.length > 0 && (
        <>
          <LogLines
            book={book}
            shown={shown}
            wrap={wrap}
            follow={follow}
            onFollow={setFollow}
            goToError={start === 'error'}
            onEnd={book.complete ? undefined : more}
          />
          <p className={styles.count} data-follow={follow || undefined}>
            <span>{countText(shown.length, book.lines.length, book.complete)}</span>
            {!follow && book.complete && (
              <button type="button" className={styles.follow} onClick={() => setFollow(true)}>
                Follow the end
              </button>
            )}
            {!book.complete && (
              <button type="button" className={styles.follow} onClick={more}>
                Read more
              </button>
            )}
          </p>
        </>
      )}
    </div>
  );
}

/** Names of the states that can have printed something. */
function tasks(visits: readonly StateVisit[], chosen: string | undefined): string[] {
  const names = visits.filter(({ type }) => type === 'Task').map(({ name }) => name);
  return [...new Set([...names, ...(chosen === undefined ? [] : [chosen])])].sort();
}

/** @example countText(12, 3400, true) // '12 of 3,400 lines' */
export function countText(shown: number, held: number, complete: boolean): string {
  const all = `${held.toLocaleString('en')}${complete ? '' : '+'} line${held === 1 ? '' : 's'}`;
  return shown === held ? all : `${shown.toLocaleString('en')} of ${all}`;
}
