/**
 * `/logs`: the lines of all executions, searched; the newest first, or as they come.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { type ReactElement, useCallback } from 'react';
import { logSearchQuery } from '../api/queries.js';
import { useWatch } from '../live/live.js';
import { Button } from '../parts/button.js';
import { EmptyState } from '../parts/empty-state.js';
import field from '../parts/field.module.css';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { VirtualRows } from '../parts/virtual-rows.js';
import { When } from '../parts/when.js';
import { SearchBox } from '../watch/search-box.js';
import { FoundRow, type ShownLine } from './found-row.js';
import row from './found-row.module.css';
import styles from './logs-page.module.css';
import { type LogsSearch, logsSearch, RANGES, type Range, USUAL } from './logs-search.js';
import { useTail } from './use-tail.js';

const ROW = 34;
const ERRORS = 'level:error';

export function LogsPage(): ReactElement {
  const search = useSearch({ from: '/logs' });
  useTitle('Logs');
  useWatch(undefined);
  const navigate = useNavigate();
  const { q = '', range = USUAL, tail = false } = search;
  const change = (next: { [name in keyof LogsSearch]: unknown }): void => {
    void navigate({ to: '/logs', search: logsSearch({ ...search, ...next }), replace: true });
  };
  const isErrors = q.split(' ').includes(ERRORS);
  return (
    <>
      <PageHead title="Logs">
        <SearchBox
          key={q}
          text={q}
          example="level:error tag.county:alpine"
          onSearch={(text) => change({ q: text })}
        />
        <select
          className={field.field}
          aria-label="How far back"
          value={range}
          onChange={(event) => change({ range: event.target.value })}
        >
          {Object.entries(RANGES).map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
        <Button
          aria-pressed={isErrors}
          onClick={() => {
            const rest = q.split(' ').filter((term) => term !== ERRORS && term !== '');
            change({ q: (isErrors ? rest : [ERRORS, ...rest]).join(' ') });
          }}
        >
          Errors
        </Button>
        <Button aria-pressed={tail} onClick={() => change({ tail: !tail })}>
          Live
        </Button>
      </PageHead>
      {tail ? <Tail q={q} /> : <Found q={q} range={range} />}
    </>
  );
}

function Found({ q, range }: { q: string; range: Range }): ReactElement | null {
  const { data, error, hasNextPage, isFetchingNextPage, fetchNextPage } = useInfiniteQuery(
    logSearchQuery({ q, since: range === 'all' ? undefined : range }),
  );
  const onEnd = useCallback(() => {
    if (hasNextPage && !isFetchingNextPage) void fetchNextPage();
  }, [hasNextPage, isFetchingNextPage, fetchNextPage]);
  if (error !== null) return <RefusalNote error={error} />;
  if (data === undefined) return <p className={list.dim}>Searching …</p>;
  const lines = data.pages.flatMap(({ items }) => items);
  const backTo = data.pages.at(-1)?.searched.backTo;
  if (lines.length === 0 && !hasNextPage) {
    return (
      <EmptyState title="No line like that" command="millrace logs -q 'level:error since:7d'">
        Nothing that was printed in this time matches. Look further back, or ask for less:
      </EmptyState>
    );
  }
  return (
    <>
      <Lines
        lines={lines}
        pages={{ hasNextPage, isFetchingNextPage, fetchNextPage }}
        onEnd={onEnd}
      />
      {backTo !== undefined && hasNextPage && (
        <p className={styles.note}>
          Looked back to <When at={backTo} /> so far.
        </p>
      )}
    </>
  );
}

function Tail({ q }: { q: string }): ReactElement {
  const lines = useTail(true, q);
  return (
    <>
      <p className={styles.note} role="status">
        {lines.length === 0 ? 'Waiting for lines …' : 'Lines as they come, the newest first.'}
      </p>
      {lines.length > 0 && (
        <ListTable label="Log lines" heads={HEADS} columns={row.columns}>
          <div role="rowgroup">
            {lines.map(({ key, line, ...of }) => (
              <FoundRow key={key} line={{ ...of, ...line }} />
            ))}
          </div>
        </ListTable>
      )}
    </>
  );
}

const HEADS = ['Time', 'Level', 'Where', 'Line', 'Context'] as const;

function Lines({
  lines,
  pages,
  onEnd,
}: {
  lines: readonly ShownLine[];
  pages: Parameters<typeof ListTable>[0]['pages'];
  onEnd: () => void;
}): ReactElement {
  return (
    <ListTable
      label="Log lines"
      heads={HEADS}
      columns={row.columns}
      pages={pages}
      more="Older lines"
    >
      <VirtualRows
        count={lines.length}
        height={ROW}
        // Lines have no name; what is older only comes behind.
        keyOf={(index) => String(index)}
        render={(index) => <FoundRow line={lines[index] as ShownLine} />}
        onEnd={onEnd}
      />
    </ListTable>
  );
}
