/**
 * The report of a test run: what it would have done to the outside, and what of it differs from what is published.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { testReportQuery } from '../api/lineage-queries.js';
import type { ExecutionDetail, RecordedEffect, TestReport } from '../api/types.js';
import { asideWords } from '../data/held-back.js';
import { NeedsRole } from '../dataset/columns.js';
import { DataTable } from '../dataset/data-table.js';
import { VersionDiffView } from '../diff/version-diff.js';
import { challengerOf } from '../executions/test-run-words.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { JsonView } from '../parts/json-view.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { StatusIcon } from '../parts/status-mark.js';
import { useMayReadRows } from '../shell/may.js';
import styles from './test-report.module.css';

export function TestReportOf({ execution }: { execution: ExecutionDetail }): ReactElement | null {
  const may = useMayReadRows(execution.team);
  if (may === undefined) return null;
  const challenger = challengerOf(execution);
  return (
    <section className={styles.report} aria-labelledby="test-report">
      <h2 id="test-report">{challenger === undefined ? 'Test run' : 'Challenger'}</h2>
      <p className={styles.dim}>
        It published nothing and did nothing to the outside. Nobody was told of it.
        {challenger !== undefined && (
          <>
            {' '}
            It ran beside{' '}
            <Link to="/e/$id" params={{ id: challenger.champion }}>
              an execution of the current version
            </Link>
            , for{' '}
            <Link to="/challengers/$number" params={{ number: String(challenger.challenge) }}>
              challenge #{challenger.challenge}
            </Link>
            .
          </>
        )}
      </p>
      {!may ? (
        <NeedsRole what="Reports of test runs" />
      ) : execution.stoppedAt === undefined ? (
        <p>Its report is there when it has ended.</p>
      ) : (
        <Loaded id={execution.id} />
      )}
    </section>
  );
}

function Loaded({ id }: { id: string }): ReactElement {
  const { data, error, isPending } = useQuery(testReportQuery(id));
  if (isPending) return <p role="status">What it wrote is being compared …</p>;
  if (data === undefined) return <RefusalNote error={error} />;
  const { versions, effects, notifications, isCut } = data;
  return (
    <>
      <ul className={styles.sums}>
        <li>
          <StatusIcon status={data.differs === 'no' ? 'OK' : 'WARNING'} size={14} />{' '}
          {DIFFERS[data.differs ?? 'none']}
        </li>
        <li>
          <StatusIcon status={CONTRACTS[data.contracts].status} size={14} />{' '}
          {CONTRACTS[data.contracts].words}
        </li>
      </ul>
      {versions.map((one) => (
        <Tried key={one.version} one={one} />
      ))}
      {effects.length > 0 && <Effects effects={effects} />}
      {notifications.length > 0 && (
        <p>
          Of its end would have been told:{' '}
          {notifications
            .map(({ channel, address }) => printable(`${channel} ${address}`))
            .join(', ')}
        </p>
      )}
      {isCut && <p className={styles.dim}>There is more of something than the first hundred.</p>}
    </>
  );
}

const DIFFERS = {
  yes: 'What it wrote differs from what is published',
  no: 'What it wrote is what is published',
  unknown: 'Not all that it wrote could be compared',
  none: 'It wrote no version of a dataset',
} as const;

const CONTRACTS = {
  none: { status: 'OK', words: 'no contract was checked' },
  met: { status: 'OK', words: 'every contract is met' },
  warned: { status: 'WARNING', words: 'a contract warns' },
  broken: { status: 'CRITICAL', words: 'a contract is broken' },
} as const;

function Tried({ one }: { one: TestReport['versions'][number] }): ReactElement {
  const { team, dataset, version, rows, quarantined = 0, would, published, diff, problem } = one;
  return (
    <section className={styles.tried} aria-label={`${team}: ${dataset}`}>
      <h3>{printable(dataset)}</h3>
      <p className={styles.dim}>
        <code>{version}</code> would {would}
        {rows !== undefined && `, ${formatAmount(rows)} rows`}
        {quarantined > 0 && `, ${asideWords(quarantined)}`}.{' '}
        {published === undefined && 'Nothing is published yet.'}
      </p>
      {problem !== undefined && (
        <p className={styles.problem}>It could not be compared: {printable(problem)}</p>
      )}
      {diff !== undefined && <VersionDiffView diff={diff} />}
    </section>
  );
}

function Effects({ effects }: { effects: readonly RecordedEffect[] }): ReactElement {
  return (
    <section aria-labelledby="effects">
      <h3 id="effects">What it would have done</h3>
      <DataTable
        label="Recorded effects"
        heads={['State', 'Who would do it', 'Sent']}
        rows={effects.map(({ number, state, performer, sent, isCut }) => [
          printable(state),
          printable(performer),
          <JsonView
            key={number}
            label={isCut ? 'The beginning of it' : 'All of it'}
            value={sent}
          />,
        ])}
      />
    </section>
  );
}
