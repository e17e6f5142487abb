/**
 * Datasets and their columns, to put into the query.
 * @module
 */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactElement, useDeferredValue, useState } from 'react';
import { datasetsQuery, datasetUseQuery } from '../api/data-queries.js';
import type { Dataset } from '../api/types.js';
import { printable } from '../format/printable.js';
import field from '../parts/field.module.css';
import { RefusalNote } from '../parts/refusal-note.js';
import { quotedName } from './query-text.js';
import styles from './sql-page.module.css';

export function NamesToInsert({ onInsert }: { onInsert: (word: string) => void }): ReactElement {
  const [q, setQ] = useState('');
  const asked = useDeferredValue(q.trim());
  const { data, error } = useInfiniteQuery(datasetsQuery({ q: asked === '' ? undefined : asked }));
  const page = data?.pages[0];
  const found = page?.items.filter(({ stage }) => stage === 'structured') ?? [];
  const names = found.map(({ name }) => name);
  return (
    <section aria-labelledby="names">
      <h2 id="names">Datasets</h2>
      <input
        className={field.field}
        type="search"
        aria-label="Datasets by name, team or pipeline"
        placeholder="name, team, pipeline"
        value={q}
        onChange={(event) => setQ(event.target.value)}
      />
      {error !== null && <RefusalNote error={error} />}
      <ul className={styles.names}>
        {found.map((dataset) => (
          <Name
            key={`${dataset.team}:${dataset.name}`}
            dataset={dataset}
            isShared={names.filter((name) => name === dataset.name).length > 1}
            onInsert={onInsert}
          />
        ))}
      </ul>
      {page !== undefined && found.length === 0 && (
        <p className={styles.note}>None is like that.</p>
      )}
      {page?.next !== undefined && (
        <p className={styles.note}>There are more: type some of a name.</p>
      )}
    </section>
  );
}

function Name({
  dataset,
  isShared,
  onInsert,
}: {
  dataset: Dataset;
  /** Several teams have one of the name. */
  isShared: boolean;
  onInsert: (word: string) => void;
}): ReactElement {
  const { name, team } = dataset;
  const [isOpen, setOpen] = useState(false);
  const word = quotedName(isShared ? `${team}:${name}` : name);
  return (
    <li>
      <div className={styles.name}>
        <button
          type="button"
          className={styles.fold}
          aria-expanded={isOpen}
          aria-label={`Columns of ${printable(name)}`}
          onClick={() => setOpen(!isOpen)}
        >
          {isOpen ? '−' : '+'}
        </button>
        <button type="button" className={styles.insert} onClick={() => onInsert(word)}>
          <span className="sr-only">Insert </span>
          {printable(isShared ? `${team}:${name}` : name)}
        </button>
      </div>
      {isOpen && <ColumnNames dataset={dataset} onInsert={onInsert} />}
    </li>
  );
}

function ColumnNames({
  dataset,
  onInsert,
}: {
  dataset: Dataset;
  onInsert: (word: string) => void;
}): ReactElement | null {
  const { data, error } = useQuery(datasetUseQuery(dataset));
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  if (data.columns.length === 0) return <p className={styles.note}>Nothing is published.</p>;
  return (
    <ul className={styles.columns}>
      {data.columns.map(({ name, type, masked }) => (
        <li key={name}>
          <button
            type="button"
            className={styles.insert}
            onClick={() => onInsert(/^[a-z_][a-z0-9_]*$/.test(name) ? name : quotedName(name))}
          >
            <span className="sr-only">Insert </span>
            {printable(name)}
          </button>{' '}
          <span className={styles.note}>
            {printable(type)}
            {masked && ', masked'}
          </span>
        </li>
      ))}
    </ul>
  );
}
