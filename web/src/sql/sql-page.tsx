/**
 * `/sql`: one SELECT of published versions, asked at the server in its bounded process, and its rows.
 *
 *     written ──run──▶ running ──▶ answered │ refused │ stopped
 *
 * An address may bring a text with it. It is never run by itself: whoever opens a link decides that.
 * @module
 */
import { useRouterState } from '@tanstack/react-router';
import { type ReactElement, useEffect, useRef, useState } from 'react';
import { runSql } from '../api/data-queries.js';
import type { DataRows } from '../api/types.js';
import { NeedsRole } from '../dataset/columns.js';
import { formatAmount } from '../format/amount.js';
import { useWatch } from '../live/live.js';
import { Button } from '../parts/button.js';
import { CopyButton } from '../parts/copy-button.js';
import field from '../parts/field.module.css';
import { Icon } from '../parts/icon.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { useMayAskSql } from '../shell/may.js';
import { forgetQueries, keepQuery, lastQueries } from './last-queries.js';
import { NamesToInsert } from './names-to-insert.js';
import { insertAt, lineOfError, textInHash, textToHash } from './query-text.js';
import { ResultRows } from './result-rows.js';
import { saveCsv } from './rows-csv.js';
import styles from './sql-page.module.css';

export function SqlPage(): ReactElement | null {
  useTitle('SQL');
  useWatch(undefined);
  const may = useMayAskSql();
  const hash = useRouterState({ select: ({ location }) => location.hash });
  if (may === undefined) return null;
  return (
    <>
      <PageHead title="SQL" />
      {may ? <Desk key={hash} shared={textInHash(hash)} /> : <NeedsRole what="Answers to SQL" />}
    </>
  );
}

const LIMITS = [100, 1_000, 10_000] as const;

type Outcome =
  | { state: 'running'; since: number }
  | { state: 'answered'; rows: DataRows; took: number }
  | { state: 'refused'; error: Error; text: string }
  | { state: 'stopped' };

function Desk({ shared }: { shared: string | undefined }): ReactElement {
  const [text, setText] = useState(shared ?? '');
  const [limit, setLimit] = useState<number>(1_000);
  const [outcome, setOutcome] = useState<Outcome>();
  const [last, setLast] = useState(lastQueries);
  const box = useRef<HTMLTextAreaElement>(null);
  const running = useRef<AbortController>(undefined);
  useEffect(() => () => running.current?.abort(), []);
  const isRunning = outcome?.state === 'running';

  const run = async (): Promise<void> => {
    if (text.trim() === '' || isRunning) return;
    const controller = new AbortController();
    running.current = controller;
    const since = performance.now();
    setOutcome({ state: 'running', since });
    setLast(keepQuery(text));
    try {
      const rows = await runSql(text, limit, controller.signal);
      setOutcome({ state: 'answered', rows, took: performance.now() - since });
    } catch (error) {
      if (controller.signal.aborted) setOutcome({ state: 'stopped' });
      else setOutcome({ state: 'refused', error: error as Error, text });
    }
  };

  const insert = (word: string): void => {
    const { selectionStart = text.length, selectionEnd = text.length } = box.current ?? {};
    const next = insertAt(text, selectionStart, selectionEnd, word);
    setText(next.text);
    requestAnimationFrame(() => {
      box.current?.focus();
      box.current?.setSelectionRange(next.cursor, next.cursor);
    });
  };

  return (
    <div className={styles.desk}>
      <div className={styles.main}>
        <label className={field.labelled}>
          <span>
            One SELECT of datasets. Names with a slash stand in double quotes:{' '}
            <code>FROM "parcels/example"</code>
          </span>
          <textarea
            ref={box}
            className={`${field.field} ${field.area}`}
            spellCheck={false}
            autoCapitalize="off"
            autoComplete="off"
            maxLength={100_000}
            value={text}
            onChange={(event) => setText(event.target.value)}
            onKeyDown={(event) => {
              if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
                event.preventDefault();
                void run();
              }
            }}
          />
        </label>
        {shared !== undefined && outcome === undefined && (
          <p className={styles.note}>This text came with the address. It is run when you say so.</p>
        )}
        <div className={styles.tools}>
          {isRunning ? (
            <Button onClick={() => running.current?.abort()}>
              <Icon name="stop" size={14} /> Stop
            </Button>
          ) : (
            <Button
              look="primary"
              disabled={text.trim() === ''}
              onClick={() => void run()}
              title="Ctrl+Enter"
            >
              <Icon name="play" size={14} /> Run
            </Button>
          )}
          <label className={styles.limit}>
            At most
            <select
              className={field.field}
              value={limit}
              onChange={(event) => setLimit(Number(event.target.value))}
            >
              {LIMITS.map((one) => (
                <option key={one} value={one}>
                  {formatAmount(one)} rows
                </option>
              ))}
            </select>
          </label>
          <Share text={text} />
          {outcome?.state === 'answered' && (
            <Button onClick={() => saveCsv('rows.csv', outcome.rows)}>Save as CSV</Button>
          )}
        </div>
        <section aria-label="Answer" aria-busy={isRunning}>
          <Answer
            outcome={outcome}
            onShowError={(from, to) => {
              box.current?.focus();
              box.current?.setSelectionRange(from, to);
            }}
          />
        </section>
      </div>
      <aside className={styles.beside} aria-label="What to ask">
        <NamesToInsert onInsert={insert} />
        {last.length > 0 && (
          <section aria-labelledby="last">
            <h2 id="last">Last queries of this browser</h2>
            <ul className={styles.last}>
              {last.map((one) => (
                <li key={one}>
                  <button type="button" className={styles.query} onClick={() => setText(one)}>
                    {one.length > 160 ? `${one.slice(0, 160)}…` : one}
                  </button>
                </li>
              ))}
            </ul>
            <Button
              look="quiet"
              onClick={() => {
                forgetQueries();
                setLast([]);
              }}
            >
              Forget them
            </Button>
          </section>
        )}
      </aside>
    </div>
  );
}

function Share({ text }: { text: string }): ReactElement | null {
  if (text.trim() === '') return null;
  const hash = textToHash(text);
  if (hash === undefined) {
    return <span className={styles.note}>It is too long for a link.</span>;
  }
  return (
    <CopyButton
      text={() => `${location.origin}${location.pathname}#${hash}`}
      label="Copy link"
      what="to this query"
    />
  );
}

function Answer({
  outcome,
  onShowError,
}: {
  outcome: Outcome | undefined;
  onShowError: (from: number, to: number) => void;
}): ReactElement | null {
  if (outcome === undefined) {
    return (
      <p className={styles.note}>
        It runs at the server, in a process that opens these versions and nothing else: 30 seconds
        at most. Columns that are masked are ***.
      </p>
    );
  }
  switch (outcome.state) {
    case 'running':
      return <p role="status">It is running …</p>;
    case 'stopped':
      return <p role="status">It was stopped.</p>;
    case 'refused': {
      const place = lineOfError(outcome.error.message, outcome.text);
      return (
        <>
          <RefusalNote error={outcome.error} />
          {place !== undefined && (
            <Button onClick={() => onShowError(place.from, place.to)}>
              Show line {place.line}
            </Button>
          )}
        </>
      );
    }
    case 'answered': {
      const { rows, took } = outcome;
      const count = rows.rows.length;
      return (
        <>
          <p role="status" className={styles.note}>
            {rows.truncated
              ? `The first ${formatAmount(count)} rows; there are more.`
              : `${formatAmount(count)} ${count === 1 ? 'row' : 'rows'}.`}{' '}
            {(took / 1_000).toFixed(1)} s.
          </p>
          <ResultRows rows={rows} />
        </>
      );
    }
  }
}
