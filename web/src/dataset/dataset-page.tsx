/**
 * `/d/NAME`: one dataset: what is current, what came of its contract, its versions, columns and rows, and what is around it.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { type ReactElement, useState } from 'react';
import { datasetQuery, versionQuery } from '../api/data-queries.js';
import type { Dataset, DatasetVersion } from '../api/types.js';
import { HeldBack } from '../data/held-back.js';
import { CompareVersions } from '../diff/compare-versions.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { shellWord } from '../format/shell-word.js';
import { useWatch } from '../live/live.js';
import { Button } from '../parts/button.js';
import { EmptyState } from '../parts/empty-state.js';
import { PageHead, useTitle } from '../parts/page-head.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { Age } from '../parts/when.js';
import { Working } from '../working/working.js';
import { Columns } from './columns.js';
import { ContractResult } from './contract-result.js';
import styles from './dataset-page.module.css';
import { FirstRows } from './first-rows.js';
import { Neighbours } from './neighbours.js';
import { VersionFacts } from './version-facts.js';
import { VersionFiles } from './version-files.js';
import { stateWords, VersionList } from './version-list.js';

export function DatasetPage(): ReactElement | null {
  const { _splat: name = '' } = useParams({ from: '/d/$' });
  const { team, version } = useSearch({ from: '/d/$' });
  useTitle(name);
  useWatch(undefined);
  const { data: dataset, error } = useQuery(datasetQuery({ name, team }));
  if (dataset === undefined) return error === null ? null : <RefusalNote error={error} />;
  return <Loaded key={`${dataset.team}:${name}`} dataset={dataset} version={version} />;
}

function Loaded({
  dataset,
  version,
}: {
  dataset: Dataset;
  /** The one that is looked at; undefined: what is current. */
  version: string | undefined;
}): ReactElement {
  const { name, team, pipeline, stage, description, readers, byInterval, intervals } = dataset;
  const { failure, owner, publishedAt } = dataset;
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
        {owner !== undefined && (
          <div>
            <dt>Owner</dt>
            <dd>{printable(owner)}</dd>
          </div>
        )}
        {publishedAt !== undefined && (
          <div>
            <dt>Published last</dt>
            <dd>
              <Age at={publishedAt} />
            </dd>
          </div>
        )}
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
          {version === undefined ? (
            <Now dataset={dataset} />
          ) : (
            <Chosen dataset={dataset} version={version} />
          )}
          <VersionList dataset={dataset} />
          {version === undefined && current !== undefined && (
            <Inside dataset={dataset} version={current} label="First rows of what is current" />
          )}
        </div>
        <Neighbours dataset={dataset} version={version ?? current?.version} />
      </div>
    </>
  );
}

/** What is current; above it what was rejected, where that is newer. */
function Now({ dataset }: { dataset: Dataset }): ReactElement {
  const { last, byInterval, pipeline } = dataset;
  const current = dataset.current.at(-1);
  return (
    <>
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
    </>
  );
}

/** A version that somebody wants to look at, current or not. */
function Chosen({
  dataset,
  version: id,
}: {
  dataset: Dataset;
  version: string;
}): ReactElement | null {
  const { data: version, error } = useQuery(versionQuery(dataset, id));
  if (version === undefined) return error === null ? null : <RefusalNote error={error} />;
  return (
    <>
      <section aria-labelledby="chosen">
        <h2 id="chosen">{version.isCurrent ? 'Current' : `Version: ${stateWords(version)}`}</h2>
        <p className={styles.note}>
          <Link to="/d/$" params={{ _splat: dataset.name }} search={{ team: dataset.team }}>
            What is current
          </Link>
        </p>
        <VersionFacts version={version} />
        <ContractResult version={version} />
      </section>
      <Inside dataset={dataset} version={version} label="First rows of this version" />
    </>
  );
}

/** What is in a version: how it was made, its columns, its rows, its files. */
function Inside({
  dataset,
  version,
  label,
}: {
  dataset: Dataset;
  version: DatasetVersion;
  label: string;
}): ReactElement {
  const isReadable = version.removedAt === undefined && dataset.stage === 'structured';
  return (
    <>
      {isReadable && (
        <>
          <Columns dataset={dataset} version={version.version} />
          <FirstRows dataset={dataset} version={version.version} label={label} />
          <VersionWorking version={version} />
        </>
      )}
      {version.removedAt === undefined && (
        <CompareVersions dataset={dataset} version={version.version} />
      )}
      <VersionFiles version={version} />
    </>
  );
}

function VersionWorking({
  version: { execution, team },
}: {
  version: DatasetVersion;
}): ReactElement {
  const [isAsked, setAsked] = useState(false);
  return (
    <section aria-labelledby="working">
      <h2 id="working">How it was made</h2>
      {isAsked ? (
        <Working execution={execution} team={team} />
      ) : (
        <Button onClick={() => setAsked(true)}>Show rows before and after each SQL step</Button>
      )}
    </section>
  );
}
