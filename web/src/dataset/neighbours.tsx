/**
 * What is around a version: what it was made of, what was made of it, and which pipelines read the dataset.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactElement } from 'react';
import { datasetUseQuery, lineageQuery } from '../api/data-queries.js';
import type { Dataset, LineageNode } from '../api/types.js';
import { printable } from '../format/printable.js';
import { RefusalNote } from '../parts/refusal-note.js';
import styles from './neighbours.module.css';

export function Neighbours({
  dataset,
  version,
}: {
  dataset: Dataset;
  /** undefined: nothing is current. */
  version: string | undefined;
}): ReactElement {
  return (
    <aside className={styles.around} aria-label="Around it">
      {version !== undefined && (
        <>
          <p>
            <Link
              to="/lineage/$"
              params={{ _splat: dataset.name }}
              search={{ team: dataset.team, version }}
            >
              Lineage as a picture
            </Link>
          </p>
          <Side dataset={dataset} version={version} direction="up" />
          <Side dataset={dataset} version={version} direction="down" />
        </>
      )}
      <Readers dataset={dataset} />
    </aside>
  );
}

const TITLES = { up: 'Made of', down: 'Made from it' } as const;
const NOTHING = {
  up: 'No other dataset was read.',
  down: 'Nothing was made from this version yet.',
} as const;

function Side({
  dataset,
  version,
  direction,
}: {
  dataset: Dataset;
  version: string;
  direction: 'up' | 'down';
}): ReactElement {
  const { data, error } = useQuery(lineageQuery(dataset, version, direction));
  const nodes = data?.nodes.filter(({ hop }) => hop === 1) ?? [];
  return (
    <section aria-labelledby={direction}>
      <h2 id={direction}>{TITLES[direction]}</h2>
      {error !== null && <RefusalNote error={error} />}
      {data !== undefined && nodes.length === 0 && (
        <p className={styles.dim}>{NOTHING[direction]}</p>
      )}
      <ul className={styles.items}>
        {nodes.map((node) => (
          <li key={node.id}>
            <Node node={node} team={dataset.team} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Node({ node, team }: { node: LineageNode; team: string }): ReactElement {
  const { provider, name, version, isCurrent, namespace, execution } = node;
  const whose = node.team === team ? [] : [`team ${node.team}`];
  if (provider !== 'millrace') {
    return (
      <>
        {printable(name)}
        <div className={styles.dim}>{printable([...whose, namespace ?? provider].join(', '))}</div>
      </>
    );
  }
  return (
    <>
      <Link to="/d/$" params={{ _splat: name }} search={{ team: node.team }}>
        {printable(name)}
      </Link>
      <div className={styles.dim}>
        {[...whose, version ?? ''].join(', ')}
        {isCurrent === false && ', not current'}
        {execution !== undefined && (
          <>
            {' '}
            <Link to="/e/$id" params={{ id: execution }}>
              execution<span className="sr-only"> of {printable(name)}</span>
            </Link>
          </>
        )}
      </div>
    </>
  );
}

function Readers({ dataset }: { dataset: Dataset }): ReactElement {
  const { data, error } = useQuery(datasetUseQuery(dataset));
  return (
    <section aria-labelledby="readers">
      <h2 id="readers">Pipelines that read it</h2>
      {error !== null && <RefusalNote error={error} />}
      {data?.readBy.length === 0 && <p className={styles.dim}>None says so.</p>}
      <ul className={styles.items}>
        {data?.readBy.map(({ team, pipeline, alias }) => (
          <li key={`${team}/${pipeline}/${alias}`}>
            <Link to="/p/$name" params={{ name: pipeline }} search={{ team }}>
              {printable(pipeline)}
            </Link>
            <div className={styles.dim}>
              {team === dataset.team ? '' : `team ${printable(team)}, `}as {printable(alias)}
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
