/**
 * `/d/NAME`: one dataset: what is current, what came of its contract, its versions, columns and rows, and what is around it.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { datasetQuery } from '../api/data-queries.js';
import type { Dataset } from '../api/types.js';
import { HeldBack } from '../data/held-back.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { shellWord } from '../format/shell-word.js';
import { useWatch } from '../live/live.js';
import { EmptyState } from '../parts/empty-state.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { Age } from '../parts/when.js';
import { Columns } from './columns.js';
import { ContractResult } from './contract-result.js';
import styles from './dataset-page.module.css';
import { FirstRows } from './first-rows.js';
import { Neighbours } from './neighbours.js';
import { VersionFacts } from './version-facts.js';
import { VersionList } from './version-list.js';

export function DatasetPage(): ReactElement | null {
  const { _splat: name = '' } = useParams({ from: '/d/$' });
  const { team } = useSearch({ from: '/d/$' });
  useTitle(name);
  useWatch(undefined);
  const { data: dataset, error } = useQuery(datasetQuery({ name, team }));
  if (dataset === undefined) return error === null ? null : <RefusalNote error={error} />;
  return <Loaded key={`${dataset.team}:${name}`} dataset={dataset} />;
}

function Loaded({ dataset }: { dataset: Dataset }): ReactElement {
  const { name, team, pipeline, stage, description, readers, byInterval, intervals } = dataset;
  const { last, failure } = dataset;
  const current = dataset.current.at(-1);
  return (
    <>
      <PageHead above={<Link to="/data">Data</Link>} title={printable(name)} />
      {description !== undefined && <p className={styles.about}>{printable(description)}</p>}
      <dl className={styles.facts}>
        <div>
          <dt>Team</dt>
          <dd>{printable(team)}</dd>
        </div>
        <div>
          <dt>Written by</dt>
          <dd>
            <Link to="/p/$name" params={{ name: pipeline }} search={{ team }}>
              {printable(pipeline)}
            </Link>
          </dd>
        </div>
        <div>
          <dt>Holds</dt>
          <dd>{stage === 'raw' ? 'files as they came' : 'rows, in Parquet'}</dd>
        </div>
        {byInterval && (
          <div>
            <dt>Current intervals</dt>
            <dd>{formatAmount(intervals)}</dd>
          </div>
        )}
        <div>
          <dt>Teams that may read it</dt>
          <dd>{readers.length === 0 ? 'its own' : readers.map(printable).join(', ')}</dd>
        </div>
      </dl>
      <HeldBack dataset={dataset} />
      {failure !== undefined && <p className={styles.failure}>{printable(failure)}</p>}
      <div className={styles.columns}>
        <div className={styles.main}>
          {last !== undefined && !last.isCurrent && last.state === 'rejected' && (
            <section className={styles.rejected} aria-labelledby="rejected">
              <h2 id="rejected">
                Rejected <Age at={last.at} />
              </h2>
              <p className={styles.note}>
                Its contract is not met.{' '}
                {current === undefined
                  ? 'Nothing is published yet.'
                  : 'What was current stays current.'}
              </p>
              <VersionFacts version={last} />
              <ContractResult version={last} />
            </section>
          )}
          {current === undefined ? (
            <EmptyState
              title="Nothing is published yet"
              command={`millrace run ${shellWord(pipeline)} --wait`}
            >
              The pipeline that writes it has published no version:
            </EmptyState>
          ) : (
            <section aria-labelledby="current">
              <h2 id="current">{byInterval ? 'Current, of the last interval' : 'Current'}</h2>
              <VersionFacts version={current} />
              <ContractResult version={current} />
            </section>
          )}
          <VersionList dataset={dataset} />
          {current !== undefined && stage === 'structured' && (
            <>
              <Columns dataset={dataset} version={current.version} />
              <FirstRows dataset={dataset} version={current.version} />
            </>
          )}
        </div>
        <Neighbours dataset={dataset} version={current?.version} />
      </div>
    </>
  );
}
