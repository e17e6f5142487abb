/**
 * The first rows of a version, for whom may read them.
 * @module
 */
import { useQuery } from '@tanstack/react-query';
import type { ReactElement } from 'react';
import { FIRST_ROWS, rowsQuery } from '../api/data-queries.js';
import type { Dataset, Json } from '../api/types.js';
import { printable } from '../format/printable.js';
import { RefusalNote } from '../parts/refusal-note.js';
import { useMayReadRows } from '../shell/may.js';
import { NeedsRole } from './columns.js';
import { DataTable } from './data-table.js';

const LONGEST = 200;
const NUMBER = /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|FLOAT|DOUBLE|DECIMAL.*)$/;

export function FirstRows({
  dataset,
  version,
}: {
  dataset: Dataset;
  version: string;
}): ReactElement | null {
  const may = useMayReadRows(dataset.team);
  if (may === undefined) return null;
  return (
    <section aria-labelledby="rows">
      <h2 id="rows">First rows</h2>
      {may ? <Rows dataset={dataset} version={version} /> : <NeedsRole what="Rows" />}
    </section>
  );
}

function Rows({ dataset, version }: { dataset: Dataset; version: string }): ReactElement {
  const { data, error, isPending } = useQuery(rowsQuery(dataset, version));
  if (isPending) return <p role="status">The rows are being read …</p>;
  if (data === undefined) return <RefusalNote error={error} />;
  if (data.rows.length === 0) return <p>It has no rows.</p>;
  return (
    <>
      <DataTable
        label="First rows of what is current"
        heads={data.columns.map(({ name }) => printable(name))}
        rows={data.rows.map((row) => row.map(shown))}
        numbers={data.columns.flatMap(({ type }, at) => (NUMBER.test(type) ? [at] : []))}
      />
      {data.truncated && <p>The first {FIRST_ROWS}; there are more.</p>}
    </>
  );
}

/** `undefined` is no value: it is seen as such, and not as a text. */
function shown(value: Json): string | undefined {
  if (value === null) return undefined;
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return printable(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}
