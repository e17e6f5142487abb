/**
 * Compares a version with an earlier one when asked to: it is read in a process of its own, which takes a moment.
 * @module
 */
import { useInfiniteQuery, useQuery } from '@tanstack/react-query';
import { type ReactElement, useState } from 'react';
import { type AskedDiff, diffQuery, versionsQuery } from '../api/data-queries.js';
import type { Dataset } from '../api/types.js';
import { NeedsRole } from '../dataset/columns.js';
import { stateWords } from '../dataset/version-list.js';
import { Button } from '../parts/button.js';
import field from '../parts/field.module.css';
import { RefusalNote } from '../parts/refusal-note.js';
import { useMayReadRows } from '../shell/may.js';
import { VersionDiffView } from './version-diff.js';
import styles from './version-diff.module.css';

export function CompareVersions({
  dataset,
  version,
}: {
  dataset: Dataset;
  version: string;
}): ReactElement | null {
  const may = useMayReadRows(dataset.team);
  if (may === undefined) return null;
  return (
    <section aria-labelledby="compare">
      <h2 id="compare">What changed</h2>
      {may ? (
        <Asked key={version} dataset={dataset} version={version} />
      ) : (
        <NeedsRole what="Rows that changed" />
      )}
    </section>
  );
}

function Asked({ dataset, version }: { dataset: Dataset; version: string }): ReactElement {
  const { data } = useInfiniteQuery(versionsQuery(dataset));
  const [from, setFrom] = useState('');
  const [key, setKey] = useState('');
  const [asked, setAsked] = useState<AskedDiff>();
  const others = (data?.pages ?? [])
    .flatMap(({ items }) => items)
    .filter((one) => one.version !== version && one.removedAt === undefined);
  return (
    <>
      <form
        className={styles.ask}
        onSubmit={(event) => {
          event.preventDefault();
          setAsked({ to: version, from, key: key.trim() });
        }}
      >
        <label className={field.labelled}>
          From
          <select
            className={field.field}
            value={from}
            onChange={(event) => setFrom(event.target.value)}
          >
            <option value="">what was current before</option>
            {others.map((one) => (
              <option key={one.version} value={one.version}>
                {one.version}, {one.isCurrent ? 'current' : stateWords(one)}
              </option>
            ))}
          </select>
        </label>
        {dataset.stage === 'structured' && (
          <label className={field.labelled}>
            Columns that tell rows apart
            <input
              className={field.field}
              placeholder="as the contract says"
              maxLength={1_000}
              value={key}
              onChange={(event) => setKey(event.target.value)}
            />
          </label>
        )}
        <Button type="submit">Compare</Button>
      </form>
      {asked !== undefined && <Shown dataset={dataset} asked={asked} />}
    </>
  );
}

function Shown({ dataset, asked }: { dataset: Dataset; asked: AskedDiff }): ReactElement {
  const { data, error, isPending } = useQuery(diffQuery(dataset, asked));
  if (isPending) return <p role="status">They are being compared …</p>;
  if (data === undefined) return <RefusalNote error={error} />;
  return <VersionDiffView diff={data} />;
}
