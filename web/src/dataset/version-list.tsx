/**
 * Versions of a dataset, the newest first: what became of each, what changed in its columns, and the way back to it.
 * @module
 */
import { useInfiniteQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { versionsQuery } from '../api/data-queries.js';
import type { Dataset, DatasetVersion } from '../api/types.js';
import { asideWords } from '../data/held-back.js';
import { formatAmount, formatBytes } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { Button } from '../parts/button.js';
import list from '../parts/list.module.css';
import { ListTable } from '../parts/list-table.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusIcon } from '../parts/status-mark.js';
import { Age } from '../parts/when.js';
import { useMayAct } from '../shell/may.js';
import { MakeCurrentDialog } from './make-current-dialog.js';
import styles from './version-list.module.css';
import { changeWords, type SchemaChange } from './version-results.js';

export function VersionList({ dataset }: { dataset: Dataset }): ReactElement {
  return (
    <section aria-labelledby="versions">
      <h2 id="versions" className={styles.title}>
        Versions
      </h2>
      <Listed dataset={dataset} />
    </section>
  );
}

function Listed({ dataset }: { dataset: Dataset }): ReactElement | null {
  const pages = useInfiniteQuery(versionsQuery(dataset));
  const may = useMayAct(dataset.team);
  const [asked, setAsked] = useState<DatasetVersion>();
  if (pages.data === undefined) {
    return pages.error === null ? null : <RefusalNote error={pages.error} />;
  }
  const versions = pages.data.pages.flatMap(({ items }) => items);
  if (versions.length === 0) return <p className={list.dim}>None is written yet.</p>;
  return (
    <>
      {pages.error !== null && <RefusalNote error={pages.error} />}
      <ListTable
        label="Versions"
        heads={['Version', ['Rows, size', styles.rows], 'What changed', ['Written', styles.when]]}
        columns={styles.columns}
        pages={pages}
        more="Older versions"
      >
        <div role="rowgroup">
          {versions.map((one) => (
            <Row key={one.version} one={one} onAsk={may ? () => setAsked(one) : undefined} />
          ))}
        </div>
      </ListTable>
      {may && (
        <MakeCurrentDialog dataset={dataset} asked={asked} onClose={() => setAsked(undefined)} />
      )}
    </>
  );
}

function Row({
  one,
  onAsk,
}: {
  one: DatasetVersion;
  /** undefined: who looks may not. */
  onAsk: (() => void) | undefined;
}): ReactElement {
  const { version, at, execution, interval, rows, bytes, quarantined, schemaChange } = one;
  return (
    <div className={`${list.row} ${styles.columns}`} role="row">
      <div role="cell" className={styles.version}>
        <Link
          to="/d/$"
          params={{ _splat: one.dataset }}
          search={{ team: one.team, version }}
          className={list.main}
          data-row
        >
          <code>{version}</code>
        </Link>
        <div className={styles.below}>
          <State one={one} />
          {interval !== undefined && <span className={list.dim}>{printable(interval)}</span>}
          <Link to="/e/$id" params={{ id: execution }} className={list.dim}>
            execution<span className="sr-only"> of {version}</span>
          </Link>
        </div>
      </div>
      <div role="cell" className={`${list.cell} ${list.number} ${styles.rows}`}>
        {rows !== undefined && <div>{formatAmount(rows)} rows</div>}
        <div className={list.dim}>{formatBytes(bytes)}</div>
      </div>
      <div role="cell" className={`${list.cell} ${styles.change}`}>
        {schemaChange !== undefined && (
          <div>{printable(changeWords(schemaChange as unknown as SchemaChange))}</div>
        )}
        {quarantined !== undefined && quarantined > 0 && (
          <div className={styles.aside}>{asideWords(quarantined)}</div>
        )}
      </div>
      <div role="cell" className={`${list.cell} ${styles.when}`}>
        <Age at={at} />
        {onAsk !== undefined && mayBeCurrent(one) && (
          <Button onClick={onAsk}>
            Make current<span className="sr-only"> {version}</span>
          </Button>
        )}
      </div>
    </div>
  );
}

/** The server refuses the others: nobody may read what its contract rejected. */
function mayBeCurrent({ isCurrent, state, removedAt }: DatasetVersion): boolean {
  return !isCurrent && removedAt === undefined && (state === 'published' || state === 'kept');
}

/** What became of a version that is not current. */
export function stateWords({ state }: Pick<DatasetVersion, 'state'>): string {
  return state === 'rejected' ? 'rejected' : WORDS[state];
}

function State({ one: { isCurrent, state, removedAt } }: { one: DatasetVersion }): ReactElement {
  if (isCurrent) {
    return (
      <span className={styles.state} data-tone="ok">
        <StatusIcon status="OK" size={14} /> current
      </span>
    );
  }
  const gone = removedAt === undefined ? '' : ', its files are removed';
  return state === 'rejected' ? (
    <span className={styles.state} data-tone="fail">
      <StatusIcon status="CRITICAL" size={14} /> rejected{gone}
    </span>
  ) : (
    <span className={styles.state}>
      {stateWords({ state })}
      {gone}
    </span>
  );
}

const WORDS = {
  published: 'was current',
  kept: 'kept, of an earlier interval',
  shadow: 'of a test run',
} as const;
