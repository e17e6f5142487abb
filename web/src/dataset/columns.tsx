/**
 * The columns of what is current; with what their values are like, for whom may read rows.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { datasetUseQuery, profileQuery } from '../api/data-queries.js';
import type { Dataset, VersionProfile } from '../api/types.js';
import { formatAmount } from '../format/amount.js';
import { printable } from '../format/printable.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { useMayReadRows } from '../shell/may.js';
import { DataTable } from './data-table.js';

const LONGEST = 60;

export function Columns({
  dataset,
  version,
}: {
  dataset: Dataset;
  version: string;
}): ReactElement | null {
  const may = useMayReadRows(dataset.team);
  if (may === undefined) return null;
  return (
    <section aria-labelledby="columns">
      <h2 id="columns">Columns</h2>
      {may ? (
        <Profiled dataset={dataset} version={version} />
      ) : (
        <>
          <Named dataset={dataset} />
          <NeedsRole what="How many values are missing or distinct, and between which they lie," />
        </>
      )}
    </section>
  );
}

/** Says why something is not there, and who has it. */
export function NeedsRole({ what }: { what: string }): ReactElement {
  return <p>{what} are shown to the role analyst and above. An admin of the team gives it.</p>;
}

function Named({ dataset }: { dataset: Dataset }): ReactElement | null {
  const { data, error } = useQuery(datasetUseQuery(dataset));
  if (data === undefined) return error === null ? null : <RefusalNote error={error} />;
  return (
    <DataTable
      label="Columns and their types"
      heads={['Column', 'Type']}
      rows={data.columns.map(({ name, type, masked }) => [
        printable(name),
        masked ? `${printable(type)}, masked` : printable(type),
      ])}
    />
  );
}

function Profiled({
  dataset,
  version,
}: {
  dataset: Dataset;
  version: string;
}): ReactElement | null {
  const { data, error, isPending } = useQuery(profileQuery(dataset, version));
  if (isPending) return <p role="status">The values are being looked at …</p>;
  if (data === undefined) {
    return (
      <>
        <RefusalNote error={error} />
        <Named dataset={dataset} />
      </>
    );
  }
  return (
    <>
      <DataTable
        label="Columns and their values"
        heads={['Column', 'Type', 'Missing', 'Distinct, about', 'Least', 'Greatest', 'Mean']}
        rows={data.columns.map((column) => cells(column))}
        numbers={[2, 3, 6]}
      />
      {data.left > 0 && <p>{formatAmount(data.left)} more columns were not looked at.</p>}
    </>
  );
}

function cells(column: VersionProfile['columns'][number]): string[] {
  const { name, type, nulls, distinct, min, max, mean, masked } = column;
  return [
    printable(name),
    masked === true ? `${printable(type)}, masked` : printable(type),
    formatAmount(nulls),
    distinct === undefined ? '' : formatAmount(distinct),
    short(min),
    short(max),
    mean === undefined || mean === null ? '' : mean.toPrecision(6).replace(/\.?0+$/, ''),
  ];
}

function short(text = ''): string {
  return printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
